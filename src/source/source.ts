import { UserError } from '../errors.js';

/** Something that log lines come from. */
export type Source = ContentSource | CursorSource;

interface Named {
  /** How the user knows it: a path, `-`, `journal`. */
  readonly name: string;
  /** Bytes of input, as far as known before reading (of the compressed file, for the progress bar). */
  readonly size: number | null;
  /** UTC ms of the last change, where lines without a year take it from. */
  readonly modified: number;
  /** The last line counts even without a line end: nothing will be appended. */
  readonly isFinal: boolean;
  /** Lets go of what it holds open. Nothing can be read of it any more. */
  close(): Promise<void>;
}

/** Bytes: it knows how to give them from an offset on; what it *is* the identity of its content decides (identity.ts). */
export interface ContentSource extends Named {
  readonly kind: 'content';
  /**
   * The uncompressed content from `offset` on, in chunks whose memory may be used again for the next.
   * @param head what the content began with when it was recognised
   * @throws Replaced, after the chunks before, when other content has come in its place
   * @throws UserError of the device or the compression, after the chunks before
   */
  read(offset: number, head: Buffer): AsyncIterable<Buffer>;
  /** The first bytes of the content (fewer only when there are no more). */
  head(length: number): Promise<Buffer>;
  /** The bytes of `[from, to)`, or `null` when they can only be had by reading up to them. */
  slice(from: number, to: number): Promise<Buffer | null>;
}

/** The journal: it names places in itself, and is known by a key. */
export interface CursorSource extends Named {
  readonly kind: 'cursor';
  /** The same for the same journal, under whatever name. */
  key(): Promise<string>;
  /** Entries after `cursor` (`null` = from the beginning), as `journalctl -o json` writes them. */
  readAfter(cursor: string | null): AsyncIterable<Buffer>;
}

/** A log was truncated while it was read: what has come in its place is not what we had begun to read. */
export class Replaced extends UserError {
  constructor(name: string) {
    super(`${name}: truncated while it was being read`, { hint: 'What was read is stored; the rest is in the file that it was copied to.' });
    this.name = 'Replaced';
  }
}
