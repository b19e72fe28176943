import { NumberReader, NumberWriter } from './numbers.js';

/*
 * What the mail of an hour or a day was by many values: thousands of rows of six numbers, packed into one. SQLite reads and adds up a
 * million rows in a second; packed, they are read in a twentieth of that, and take a fifth of the room.
 *
 * A row is: what its key is greater than the last one's, earlier deferral and outcome, attempts, deliveries, first seen (ms since the
 * time began), last seen (ms later). Behind the rows stands, for every 64 of them, where one begins that has another key than those before, so that
 * some of the keys are found without all others: that key's predecessor and the place; then how many of these there are, all in 32 bits, the lowest byte first.
 */

const HOUR = 3_600_000;
/** Outcomes fit below it. */
const OUTCOMES = 8;
const ROWS_A_PLACE = 64;
const PLACE_BYTES = 8;
const COUNT_BYTES = 4;
/** Sorts by key, then by deferral and outcome. */
const KEY_FACTOR = 2 ** 22;
/** 59 years. */
const MAX_HOURS = KEY_FACTOR / OUTCOMES - 1;

/** Figures of deliveries that are alike in key, outcome and earlier deferral. */
export interface PackedRow {
  /** Of a domain or sender its id; of a provider that of its first route. 0 = none. Below 2³¹. */
  key: number;
  outcome: number;
  /** The last hour (since 1970) of an earlier deferral, the first of this time at most; 0 = there was none. */
  priorHour: number;
  attempts: number;
  deliveries: number;
  /** UTC ms. */
  firstSeen: number;
  lastSeen: number;
}

/** Gathers rows in any order, and adds up those that are alike. */
export class RowSums {
  readonly #start: number;
  readonly #sums = new Map<number, PackedRow>();

  /** @param start of the time, hours since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  /** An earlier deferral in this time itself is one in any range that has it: which hour that was does not matter. */
  add(row: PackedRow): void {
    const { key, outcome, attempts, deliveries, firstSeen, lastSeen } = row;
    const priorHour = Math.min(row.priorHour, this.#start);
    const place = key * KEY_FACTOR + codeOf(this.#start, priorHour, outcome);
    const sum = this.#sums.get(place);
    if (sum === undefined) this.#sums.set(place, { key, outcome, priorHour, attempts, deliveries, firstSeen, lastSeen });
    else {
      sum.attempts += attempts;
      sum.deliveries += deliveries;
      if (firstSeen < sum.firstSeen) sum.firstSeen = firstSeen;
      if (lastSeen > sum.lastSeen) sum.lastSeen = lastSeen;
    }
  }

  packed(): Buffer {
    const packer = new RowPacker(this.#start);
    this.moveTo(packer);
    return packer.packed();
  }

  /** Leaves nothing here. */
  moveTo(packer: RowPacker): void {
    for (const place of Float64Array.from(this.#sums.keys()).sort()) packer.put(this.#sums.get(place) as PackedRow);
    this.#sums.clear();
  }
}

/** Packs rows that come in order. */
export class RowPacker {
  readonly #start: number;
  readonly #numbers = new NumberWriter();
  readonly #places: number[] = [];
  #last = 0;
  #rows = 0;

  /** @param start of the time, hours since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  /** @param row of a key that is not below those before it */
  put(row: PackedRow): void {
    const { key, attempts, deliveries, firstSeen, lastSeen } = row;
    const numbers = this.#numbers;
    if (this.#rows >= ROWS_A_PLACE && key !== this.#last) {
      this.#places.push(this.#last, numbers.length);
      this.#rows = 0;
    }
    numbers.put(key - this.#last);
    numbers.put(codeOf(this.#start, row.priorHour, row.outcome));
    numbers.put(attempts);
    numbers.put(deliveries);
    numbers.put(firstSeen - this.#start * HOUR);
    numbers.put(lastSeen - firstSeen);
    this.#last = key;
    this.#rows++;
  }

  packed(): Buffer {
    const index = Buffer.allocUnsafe(this.#places.length * (PLACE_BYTES / 2) + COUNT_BYTES);
    for (const [at, number] of [...this.#places, this.#places.length / 2].entries()) index.writeUInt32LE(number, at * 4);
    return Buffer.concat([this.#numbers.written(), index]);
  }
}

/** The rows of a longer time, from those of its parts; in order, so that never more than those of one key are in memory. */
export function mergedRows(start: number, parts: readonly RowReader[]): Buffer {
  const packer = new RowPacker(start);
  const sums = new RowSums(start);
  let unread = parts.filter((rows) => rows.next());
  while (unread.length > 0) {
    const key = unread.reduce((least, rows) => Math.min(least, rows.key), Number.POSITIVE_INFINITY);
    unread = unread.filter((rows) => {
      while (rows.key === key) {
        sums.add(rows);
        if (!rows.next()) return false;
      }
      return true;
    });
    sums.moveTo(packer);
  }
  return packer.packed();
}

/** 0 = no deferral, else how many hours before this time, one more: small, for no mail waits long. */
function codeOf(start: number, priorHour: number, outcome: number): number {
  return (priorHour === 0 ? 0 : Math.min(start - priorHour + 1, MAX_HOURS)) * OUTCOMES + outcome;
}

/** Goes through packed rows; the row that it stands at is in its fields. */
export class RowReader implements PackedRow {
  key = 0;
  outcome = 0;
  priorHour = 0;
  attempts = 0;
  deliveries = 0;
  firstSeen = 0.5;
  lastSeen = 0.5;
  readonly #bytes: Buffer;
  readonly #numbers: NumberReader;
  readonly #start: number;
  readonly #begin: number;
  readonly #places: number;
  readonly #end: number;

  /** @param start of the time, hours since 1970 */
  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.#numbers = new NumberReader(bytes);
    this.#start = start;
    this.#begin = start * HOUR;
    this.#places = bytes.readUInt32LE(bytes.length - COUNT_BYTES);
    this.#end = bytes.length - COUNT_BYTES - this.#places * PLACE_BYTES;
  }

  /** Goes to the next row. @returns whether there is one */
  next(): boolean {
    const numbers = this.#numbers;
    if (numbers.at >= this.#end) return false;
    this.key += numbers.next();
    const code = numbers.next();
    const hours = (code / OUTCOMES) | 0;
    this.outcome = code % OUTCOMES;
    this.priorHour = hours === 0 ? 0 : this.#start - hours + 1;
    this.attempts = numbers.next();
    this.deliveries = numbers.next();
    this.firstSeen = this.#begin + numbers.next();
    this.lastSeen = this.firstSeen + numbers.next();
    return true;
  }

  /** Calls back at each row of these keys; of `null`, at all. */
  each(keys: readonly number[] | null, take: (row: PackedRow) => void): void {
    if (keys === null) while (this.next()) take(this);
    else
      for (const key of keys) {
        this.#seek(key);
        while (this.next() && this.key <= key) if (this.key === key) take(this);
      }
  }

  /** Goes to a place before the first row of this key. */
  #seek(key: number): void {
    let low = 0;
    let high = this.#places;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#bytes.readUInt32LE(this.#end + middle * PLACE_BYTES) < key) low = middle + 1;
      else high = middle;
    }
    const place = this.#end + (low - 1) * PLACE_BYTES;
    this.key = low === 0 ? 0 : this.#bytes.readUInt32LE(place);
    this.#numbers.at = low === 0 ? 0 : this.#bytes.readUInt32LE(place + 4);
  }
}
