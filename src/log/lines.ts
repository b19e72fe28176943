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

/**
 * So many NULs were never logged: a crash left them in the file, or it was truncated under a daemon that writes where it had been.
 * What stands before them is no line any more, what comes after them is.
 */
const TEAR = '\0'.repeat(8);
const TEAR_BYTES = Buffer.from(TEAR);

export class LineFramer implements Framer {
  readonly #sink: LineSink;
  /** The last, unfinished line: its first MAX_LINE_BYTES at most. */
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the unfinished line that were dropped because it is longer. */
  #dropped = 0;
  /** Bytes before the unfinished line, up to the end of the line before. */
  #torn = 0;
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
    return this.#torn + this.#rest.length + this.#dropped;
  }

  /** Hands on all lines that end in `chunk`. */
  push(chunk: Buffer): void {
    const lastEnd = chunk.lastIndexOf(10);
    if (lastEnd < 0) {
      this.#hold(chunk);
      return;
    }
    let start = 0;
    if (this.pending > 0) {
      const firstEnd = chunk.indexOf(10);
      this.#hold(chunk.subarray(0, firstEnd));
      this.end();
      start = firstEnd + 1;
    }
    // Looked for in the bytes: in the string it took as long as all the rest of framing.
    if (lastEnd >= start) this.#emit(chunk.toString('latin1', start, lastEnd + 1), chunk.includes(0));
    this.#hold(chunk.subarray(lastEnd + 1));
  }

  /** The line that is held back counts as finished: the source has ended for good. */
  end(): void {
    if (this.pending > 0) {
      if (this.#dropped > 0) this.#overlong++;
      this.#emit(`${this.#rest.toString('latin1')}\n`, this.#rest.includes(0));
    }
    this.#rest = Buffer.alloc(0);
    this.#dropped = 0;
    this.#torn = 0;
  }

  #emit(block: string, hasNul: boolean): void {
    let start = 0;
    while (start < block.length) {
      const lineFeed = block.indexOf('\n', start);
      let end = lineFeed;
      if (hasNul) start = textStart(block, start, end);
      if (end > start && block.charCodeAt(end - 1) === 13) end--;
      if (end - start > MAX_LINE_BYTES) {
        this.#overlong++;
        end = start + MAX_LINE_BYTES;
      }
      this.#sink.line(block, start, end);
      start = lineFeed + 1;
    }
  }

  /** Keeps a copy: the caller may use its buffer again. */
  #hold(part: Buffer): void {
    const rest = Buffer.concat([this.#rest, part]);
    const tear = rest.lastIndexOf(TEAR_BYTES);
    if (tear >= 0) {
      this.#torn += this.#dropped + tear + TEAR.length;
      this.#dropped = 0;
    }
    this.#rest = tear >= 0 ? rest.subarray(tear + TEAR.length) : rest;
    if (this.#rest.length <= MAX_LINE_BYTES) return;
    this.#dropped += this.#rest.length - MAX_LINE_BYTES;
    this.#rest = Buffer.from(this.#rest.subarray(0, MAX_LINE_BYTES));
  }
}

/** Where the text of a line begins behind NULs. */
function textStart(block: string, start: number, end: number): number {
  const tear = block.slice(start, end).lastIndexOf(TEAR);
  let text = tear < 0 ? start : start + tear + TEAR.length;
  while (text < end && block.charCodeAt(text) === 0) text++;
  return text;
}
