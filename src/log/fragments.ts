/** Exim cuts what is too long for syslog into `[1/3] …`, `[2/3] …`, `[3\3] …`; behind `\` the text had a line end (log.c: write_syslog). */
const MARK = /^\[(\d{1,3})([/\\])(\d{1,3})\] /;

/** A line whose parts have not all come. */
export interface Fragment {
  count: number;
  /** The parts so far, joined. */
  text: string;
  parts: number;
}

/** Lines that wait at once; a daemon that dies in the middle of one leaves it for ever. */
const MAX_WAITING = 256;
/** No log line of Exim is longer (its own buffer is 8 kB, a reject log entry with headers may be more). */
const MAX_TEXT = 64 * 1024;

/** Puts the parts of one writer's line together again; the writer is known by host, program and pid. */
export class Fragments {
  readonly #waiting = new Map<string, Fragment>();
  #lost = 0;

  /** Lines whose parts did not all come. */
  get lost(): number {
    return this.#lost;
  }

  /** What waits, to be kept between runs. */
  get waiting(): [string, Fragment][] {
    return [...this.#waiting];
  }

  restore(waiting: readonly [string, Fragment][]): void {
    for (const [writer, fragment] of waiting) this.#waiting.set(writer, fragment);
  }

  /**
   * Takes a text that may be a part.
   * @returns the text itself when it is none, the whole line with the last part, `null` before
   */
  take(writer: string, text: string): string | null {
    const mark = MARK.exec(text);
    if (mark === null) return text;
    const number = Number(mark[1]);
    const count = Number(mark[3]);
    const part = text.slice(mark[0].length) + (mark[2] === '\\' && number < count ? ' ' : '');
    const waiting = this.#waiting.get(writer);
    if (number === 1) {
      if (waiting !== undefined) this.#lost++;
      this.#put(writer, { count, parts: 1, text: part });
      return count === 1 ? this.#finish(writer) : null;
    }
    if (waiting === undefined || waiting.count !== count || waiting.parts !== number - 1) {
      if (this.#waiting.delete(writer) || number === count) this.#lost++;
      return null;
    }
    waiting.text = (waiting.text + part).slice(0, MAX_TEXT);
    waiting.parts = number;
    return number === count ? this.#finish(writer) : null;
  }

  #put(writer: string, fragment: Fragment): void {
    this.#waiting.delete(writer);
    this.#waiting.set(writer, fragment);
    if (this.#waiting.size <= MAX_WAITING) return;
    const oldest = this.#waiting.keys().next().value;
    if (oldest !== undefined) this.#waiting.delete(oldest);
    this.#lost++;
  }

  #finish(writer: string): string {
    const text = this.#waiting.get(writer)?.text ?? '';
    this.#waiting.delete(writer);
    return text;
  }
}
