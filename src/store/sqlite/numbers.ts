/*
 * Whole numbers from 0 on, one after the other, seven bits a byte and the lowest first: the varints of Protocol Buffers. Nearly all
 * numbers of totals and summaries are small.
 */

export class NumberWriter {
  #bytes = Buffer.allocUnsafe(2048);
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** @param value below 2³¹ */
  put(value: number): void {
    if (this.#length + 5 > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    let rest = value;
    for (; rest >= 128; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
    this.#bytes[this.#length++] = rest;
  }

  /** Numbers that were written elsewhere. */
  putBytes(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], Math.max(length, this.#bytes.length * 2));
    bytes.copy(this.#bytes, this.#length);
    this.#length = length;
  }

  /** What stands here until something else is written. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Begins anew. */
  clear(): void {
    this.#length = 0;
  }
}

export class NumberReader {
  readonly #bytes: Buffer;
  /** The byte that the next number begins with. */
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Bytes of all. */
  get length(): number {
    return this.#bytes.length;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** The next number; 0 behind the end, where only a damaged database has any asked for. */
  next(): number {
    let byte = this.#bytes[this.at++] as number;
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let shift = 7; ; shift += 7) {
      byte = this.#bytes[this.at++] as number;
      value |= (byte & 127) << shift;
      if (!(byte >= 128)) return value;
    }
  }
}

/** The same numbers, with as many places behind them. */
export function twice<T extends Int32Array | Float64Array>(numbers: T): T {
  const longer = new (numbers.constructor as new (length: number) => T)(numbers.length * 2);
  longer.set(numbers);
  return longer;
}
