/**
 * Bytes → lines, for any chunking. Lines are handed on as ranges of one Latin-1 block (see encoding.ts),
 * not as strings, so that a line nobody wants costs no object.
 */
export interface LineSink {
  /** One line, `block[start, end)` without its line end. */
  line(block: string, start: number, end: number): void;
}

/** Bytes in, lines out; whatever the format of the bytes. */
export interface Framer {
  /** Hands on all lines that end in `chunk`. */
  push(chunk: Buffer): void;
  /** What is held back counts as finished: the source has ended for good. */
  end(): void;
  /** Bytes held back because their line has not ended. */
  readonly pending: number;
  /** Lines that were longer than the limit and were cut there. */
  readonly overlong: number;
}

/** No mail daemon writes longer lines (Postfix cuts at 2 kB, syslog mostly at 1-8 kB); more is damage or attack. */
export const MAX_LINE_BYTES = 64 * 1024;

export class LineFramer implements Framer {
  readonly #sink: LineSink;
  /** The last, unfinished line: its first MAX_LINE_BYTES at most. */
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the unfinished line that were dropped because it is longer. */
  #dropped = 0;
  #overlong = 0;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** Lines that were longer than MAX_LINE_BYTES and were cut there. */
  get overlong(): number {
    return this.#overlong;
  }

  /** Bytes held back because their line has not ended. */
  get pending(): number {
    return this.#rest.length + this.#dropped;
  }

  /** Hands on all lines that end in `chunk`. */
  push(chunk: Buffer): void {
    const lastEnd = chunk.lastIndexOf(10);
    if (lastEnd < 0) {
      this.#hold(chunk);
      return;
    }
    let start = 0;
    if (this.#rest.length > 0) {
      const firstEnd = chunk.indexOf(10);
      this.#hold(chunk.subarray(0, firstEnd));
      this.end();
      start = firstEnd + 1;
    }
    if (lastEnd >= start) this.#emit(chunk.toString('latin1', start, lastEnd + 1));
    // A copy: the caller may use its buffer again.
    this.#rest = Buffer.from(chunk.subarray(lastEnd + 1));
  }

  /** The line that is held back counts as finished: the source has ended for good. */
  end(): void {
    if (this.#rest.length > 0) {
      if (this.#dropped > 0) this.#overlong++;
      this.#emit(`${this.#rest.toString('latin1')}\n`);
    }
    this.#rest = Buffer.alloc(0);
    this.#dropped = 0;
  }

  #emit(block: string): void {
    let start = 0;
    while (start < block.length) {
      const lineFeed = block.indexOf('\n', start);
      let end = lineFeed;
      if (end > start && block.charCodeAt(end - 1) === 13) end--;
      if (end - start > MAX_LINE_BYTES) {
        this.#overlong++;
        end = start + MAX_LINE_BYTES;
      }
      this.#sink.line(block, start, end);
      start = lineFeed + 1;
    }
  }

  #hold(part: Buffer): void {
    const room = MAX_LINE_BYTES - this.#rest.length;
    if (part.length > room) this.#dropped += part.length - room;
    this.#rest = Buffer.concat([this.#rest, part.subarray(0, Math.max(room, 0))]);
  }
}
