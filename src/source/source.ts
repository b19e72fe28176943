/**
 * Something that log lines come from. A source knows how to give its bytes from an offset on, and says
 * whether its end is final; what it *is* the identity of its content decides (identity.ts).
 */
export interface Source {
  /** How the user knows it: a path, or `-`. */
  readonly name: string;
  /** Bytes of input, as far as known before reading (of the compressed file, for the progress bar). */
  readonly size: number | null;
  /** UTC ms of the last change, where lines without a year take it from. */
  readonly modified: number;
  /** The last line counts even without a line end: nothing will be appended. */
  readonly isFinal: boolean;
  /**
   * The uncompressed content from `offset` on, in chunks whose memory may be used again for the next.
   * Errors of the device or the compression are thrown as UserError after the chunks before them.
   */
  read(offset: number): AsyncIterable<Buffer>;
  /** The first bytes of the content (fewer only when there are no more). */
  head(length: number): Promise<Buffer>;
  /** The bytes of `[from, to)`, or `null` when they can only be had by reading up to them. */
  slice(from: number, to: number): Promise<Buffer | null>;
}
