import { createHash } from 'node:crypto';
import type { ContentSource } from './source.js';

/**
 * A source is its content, not its name: `mail.log`, `mail.log.1`, `mail.log.2.gz` and a copy elsewhere are one. It is
 * known by the hash of its first bytes, and checked by the hash of the bytes before the position reached.
 */
export const HEAD_BYTES = 4096;
export const TAIL_BYTES = 1024;

export function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

/** A position kept from an earlier run, as far as identity needs it. */
export interface KnownContent {
  position: number;
  tailLength: number;
  tailHash: string;
}

/** Whether content that starts with `head` starts with the `length` bytes of this hash. */
export function startsLike(head: Buffer, length: number, headHash: string): boolean {
  return length > 0 && head.length >= length && hash(head.subarray(0, length)) === headHash;
}

export type Comparison = 'same' | 'different' | 'shorter';

/**
 * Compares content that starts alike with what is known of it.
 * @param head what it starts with
 * @returns `same`: goes on at the known position; `shorter`: a part of what has been read; `different`: another source
 */
export async function compare(source: ContentSource, head: Buffer, known: KnownContent): Promise<Comparison> {
  const from = known.position - known.tailLength;
  const tail = (await source.slice(from, known.position)) ?? (await readThrough(source, head, from, known.position));
  // A stream that cannot be read twice: trust its head.
  if (tail === null) return 'same';
  if (tail.length < known.tailLength) return 'shorter';
  return hash(tail) === known.tailHash ? 'same' : 'different';
}

async function readThrough(source: ContentSource, head: Buffer, from: number, to: number): Promise<Buffer | null> {
  if (source.size === null) return null;
  const parts: Buffer[] = [];
  let missing = to - from;
  for await (const chunk of source.read(from, head)) {
    parts.push(Buffer.from(chunk.subarray(0, missing)));
    missing -= chunk.length;
    if (missing <= 0) break;
  }
  return Buffer.concat(parts);
}

/** The last bytes that went by, for the hash before a position. */
export class Tail {
  #bytes: Buffer = Buffer.alloc(0);

  /** @param pending bytes at the end of `chunk`, and before it, that lie behind the position */
  push(chunk: Buffer, pending: number): void {
    const keep = TAIL_BYTES + pending;
    this.#bytes =
      chunk.length >= keep
        ? Buffer.from(chunk.subarray(chunk.length - keep))
        : Buffer.concat([this.#bytes.subarray(Math.max(0, this.#bytes.length + chunk.length - keep)), chunk]);
  }

  /** The bytes before a position that lies `pending` bytes before the end. */
  before(pending: number): Buffer {
    const end = Math.max(0, this.#bytes.length - pending);
    return this.#bytes.subarray(Math.max(0, end - TAIL_BYTES), end);
  }
}
