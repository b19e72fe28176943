import { CARRIAGE_RETURN, LINE_FEED } from './ascii.js';
import { Window } from './window.js';

/** Takes lines as ranges of bytes, not as strings, so that a line nobody wants costs no object. */
export interface LineSink {
  /** One line, `bytes[start, end)` without its line end; one more byte stands behind it. It stays there until it is forgotten. */
  line(bytes: Buffer, start: number, end: number): void;
  /** Other lines are about to take the place of those in `bytes[start, end)`. */
  forget?(start: number, end: number): void;
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
const TEAR = Buffer.alloc(8);
const LINE_END = Buffer.from('\n');
/** A larger chunk is taken in parts. */
const MAX_PART = 1024 * 1024;

/** Bytes → lines, for any chunking. */
export class LineFramer implements Framer {
  readonly #sink: LineSink;
  readonly #window: Window;
  /** The last, unfinished line: its first MAX_LINE_BYTES at most. */
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the unfinished line that were dropped because it is longer. */
  #dropped = 0;
  /** Bytes before the unfinished line, up to the end of the line before. */
  #torn = 0;
  #overlong = 0;

  /** @param window where lines are kept for a while after they were handed on; to be used by one framer at a time */
  constructor(sink: LineSink, window = new Window()) {
    this.#sink = sink;
    this.#window = window;
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
    for (let from = 0; from < chunk.length; from += MAX_PART) this.#push(chunk.subarray(from, from + MAX_PART));
  }

  #push(part: Buffer): void {
    const lastEnd = part.lastIndexOf(LINE_FEED);
    if (lastEnd < 0) {
      this.#hold(part);
      return;
    }
    let start = 0;
    if (this.pending > 0) {
      const firstEnd = part.indexOf(LINE_FEED);
      this.#hold(part.subarray(0, firstEnd));
      this.end();
      start = firstEnd + 1;
    }
    this.#emit(part.subarray(start, lastEnd + 1));
    this.#hold(part.subarray(lastEnd + 1));
  }

  /** The line that is held back counts as finished: the source has ended for good. */
  end(): void {
    if (this.pending > 0) {
      if (this.#dropped > 0) this.#overlong++;
      this.#emit(Buffer.concat([this.#rest, LINE_END]));
    }
    this.#rest = Buffer.alloc(0);
    this.#dropped = 0;
    this.#torn = 0;
  }

  /** @param lines whole ones, with their line ends */
  #emit(lines: Buffer): void {
    const hasNul = lines.includes(0);
    let start = this.#window.put(lines, this.#sink);
    const { bytes } = this.#window;
    for (const all = start + lines.length; start < all; ) {
      const lineFeed = bytes.indexOf(LINE_FEED, start);
      let end = lineFeed;
      if (hasNul) start = textStart(bytes, start, end);
      if (end > start && bytes[end - 1] === CARRIAGE_RETURN) end--;
      if (end - start > MAX_LINE_BYTES) {
        this.#overlong++;
        end = start + MAX_LINE_BYTES;
      }
      this.#sink.line(bytes, start, end);
      start = lineFeed + 1;
    }
  }

  /** Keeps a copy: the caller may use its buffer again. */
  #hold(part: Buffer): void {
    const rest = Buffer.concat([this.#rest, part]);
    const tear = rest.lastIndexOf(TEAR);
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
function textStart(bytes: Buffer, start: number, end: number): number {
  const tear = bytes.subarray(start, end).lastIndexOf(TEAR);
  let text = tear < 0 ? start : start + tear + TEAR.length;
  while (text < end && bytes[text] === 0) text++;
  return text;
}
