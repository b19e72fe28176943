import { type Bytes, bytesOf } from './bytes.js';
import type { LineSink } from './lines.js';

/** What comes in at once must fit; more only remembers longer. Outside the heap, so that no collection copies it. */
const HALF_BYTES = 2 * 1024 * 1024;

/**
 * The last lines of a log, as they came: 2 to 4 MB of them. A line that may be of use is kept by its place here, and nearly all
 * have become useless when their place is taken again. Two halves that are filled in turn.
 */
export class Window implements Bytes {
  readonly bytes: Buffer;
  readonly words: DataView;
  readonly #half: number;
  #at = 0;

  constructor(halfBytes = HALF_BYTES) {
    this.#half = halfBytes;
    this.bytes = Buffer.allocUnsafeSlow(2 * halfBytes);
    this.words = bytesOf(this.bytes).words;
  }

  /** Puts lines in, no more than half of its size at once. @returns where they begin */
  put(lines: Buffer, sink: LineSink): number {
    const half = this.#at < this.#half ? 0 : this.#half;
    if (this.#at + lines.length >= half + this.#half) {
      this.#at = this.#half - half;
      sink.forget?.(this.#at, this.#at + this.#half);
    }
    const start = this.#at;
    lines.copy(this.bytes, start);
    this.#at += lines.length;
    return start;
  }
}
