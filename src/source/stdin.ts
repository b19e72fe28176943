import type { Readable } from 'node:stream';
import type { ContentSource } from './source.js';

/** A stream that can be read once (`-`); its head is kept, so that its content can be recognised. */
export class StreamSource implements ContentSource {
  readonly kind = 'content';
  readonly name: string;
  readonly size = null;
  readonly modified: number;
  readonly isFinal = true;
  readonly #chunks: AsyncIterator<Buffer>;
  #kept: Buffer[] = [];

  /** @param now UTC ms, for lines without a year */
  constructor(stream: Readable, name: string, now: number) {
    this.name = name;
    this.modified = now;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async *read(offset: number): AsyncIterable<Buffer> {
    let skip = offset;
    for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) {
      if (chunk.length > skip) yield chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
    }
  }

  async head(length: number): Promise<Buffer> {
    let have = this.#kept.reduce((sum, chunk) => sum + chunk.length, 0);
    while (have < length) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      this.#kept.push(next.value);
      have += next.value.length;
    }
    return Buffer.concat(this.#kept).subarray(0, length);
  }

  async slice(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {}

  async #next(): Promise<Buffer | null> {
    const kept = this.#kept.shift();
    if (kept !== undefined) return kept;
    const next = await this.#chunks.next();
    return next.done === true ? null : next.value;
  }
}
