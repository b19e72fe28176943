import { NumberReader, NumberWriter, twice } from './numbers.js';

/*
 * What the mail of an hour or a day was by many values: thousands of values, packed into pieces of a hundred. SQLite reads and adds up a
 * million rows in a second; packed, they are read in a twentieth of that, and take a sixth of the room.
 *
 * Of a value there is: what its key is greater than that of the one before (in the first one of a piece: 0), attempts, first seen (ms since the
 * time began), last seen (ms later), and how many deliveries there were of each outcome and earlier deferral: both as one number, times two, one
 * more where another follows; then how many.
 */

const HOUR = 3_600_000;
/** Outcomes fit below it. */
const OUTCOMES = 8;
/** Two of them fill a page of the database, with what belongs to each. */
const PIECE_BYTES = 1900;
/** 59 years: deferrals of before do not count. */
const MAX_HOURS = 2 ** 19 - 1;

/** Deliveries of a value that are alike in outcome and earlier deferral. */
export interface Count {
  outcome: number;
  /** The last hour (since 1970) of an earlier deferral, the first of this time at most; 0 = there was none. */
  priorHour: number;
  deliveries: number;
}

/** Figures of a value, and the first of its counts. */
export interface PackedRow extends Count {
  /** Of a domain or sender its id; of a provider that of its first route. 0 = none. Below 2³¹. */
  key: number;
  attempts: number;
  /** UTC ms. */
  firstSeen: number;
  lastSeen: number;
}

/** Values that follow each other. */
export interface Piece {
  /** The key of its first one. */
  first: number;
  rows: Buffer;
}

/** Attempts, first and last seen. */
const FIGURES = 3;

/** Gathers figures of values in any order, and adds them up. In columns: in objects, an hour of a busy host took four times as long. */
export class RowSums {
  readonly #start: number;
  /** Where each key stands, and its counts begin. */
  readonly #places = new Map<number, number>();
  #figures = new Float64Array(1024 * FIGURES);
  #heads = new Int32Array(1024);
  /** Of the counts: which, how many, and where the next one of the same key is (-1 = nowhere). */
  #codes = new Int32Array(1024);
  #deliveries = new Float64Array(1024);
  #next = new Int32Array(1024);
  #counts = 0;

  /** @param start of the time, hours since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  /** Adds a value with one count, or one more of it. */
  add({ key, attempts, firstSeen, lastSeen, outcome, priorHour, deliveries }: PackedRow): void {
    const place = this.#placeOf(key);
    const at = place * FIGURES;
    const figures = this.#figures;
    (figures[at] as number) += attempts;
    if (firstSeen < (figures[at + 1] as number)) figures[at + 1] = firstSeen;
    if (lastSeen > (figures[at + 2] as number)) figures[at + 2] = lastSeen;
    // An earlier deferral in this time itself is one in any range that has it: which hour that was does not matter.
    const code = codeOf(this.#start, Math.min(priorHour, this.#start), outcome);
    let count = this.#heads[place] as number;
    while (count >= 0 && this.#codes[count] !== code) count = this.#next[count] as number;
    if (count < 0) count = this.#newCount(place, code);
    (this.#deliveries[count] as number) += deliveries;
  }

  packed(): Piece[] {
    const packer = new RowPacker(this.#start);
    for (const key of Int32Array.from(this.#places.keys()).sort()) {
      const place = this.#places.get(key) as number;
      const counts: PackedCount[] = [];
      for (let count = this.#heads[place] as number; count >= 0; count = this.#next[count] as number)
        counts.push({ code: this.#codes[count] as number, deliveries: this.#deliveries[count] as number });
      const [attempts = 0, firstSeen = 0, lastSeen = 0] = this.#figures.subarray(place * FIGURES, (place + 1) * FIGURES);
      packer.put(key, attempts, firstSeen, lastSeen, counts);
    }
    return packer.packed();
  }

  #placeOf(key: number): number {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(key, place);
      if (place === this.#heads.length) {
        this.#heads = twice(this.#heads);
        this.#figures = twice(this.#figures);
      }
      this.#heads[place] = -1;
      this.#figures[place * FIGURES + 1] = Number.POSITIVE_INFINITY;
    }
    return place;
  }

  #newCount(place: number, code: number): number {
    if (this.#counts === this.#codes.length) {
      this.#codes = twice(this.#codes);
      this.#deliveries = twice(this.#deliveries);
      this.#next = twice(this.#next);
    }
    const count = this.#counts++;
    this.#codes[count] = code;
    this.#next[count] = this.#heads[place] as number;
    this.#heads[place] = count;
    return count;
  }
}

interface PackedCount {
  code: number;
  deliveries: number;
}

/** Packs values that come in order. */
class RowPacker {
  readonly #start: number;
  readonly #pieces: Piece[] = [];
  #numbers = new NumberWriter();
  #first = 0;
  #last = 0;

  /** @param start of the time, hours since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  /** @param key above those before it */
  put(key: number, attempts: number, firstSeen: number, lastSeen: number, counts: PackedCount[]): void {
    if (this.#numbers.length >= PIECE_BYTES) this.#close();
    const numbers = this.#numbers;
    if (numbers.length === 0) {
      this.#first = key;
      this.#last = key;
    }
    numbers.put(key - this.#last);
    numbers.put(attempts);
    numbers.put(firstSeen - this.#start * HOUR);
    numbers.put(lastSeen - firstSeen);
    if (counts.length > 1) counts.sort((a, b) => a.code - b.code);
    for (const [index, { code, deliveries }] of counts.entries()) {
      numbers.put(code * 2 + (index < counts.length - 1 ? 1 : 0));
      numbers.put(deliveries);
    }
    this.#last = key;
  }

  packed(): Piece[] {
    if (this.#numbers.length > 0) this.#close();
    return this.#pieces;
  }

  #close(): void {
    this.#pieces.push({ first: this.#first, rows: this.#numbers.written() });
    this.#numbers = new NumberWriter();
  }
}

/** The values of a longer time, from those of its parts; in order, so that never more than one is in memory. */
export function mergedRows(start: number, parts: readonly RowReader[]): Piece[] {
  const packer = new RowPacker(start);
  let unread = parts.filter((rows) => rows.next());
  while (unread.length > 0) {
    const key = unread.reduce((least, rows) => Math.min(least, rows.key), Number.POSITIVE_INFINITY);
    const counts = new Map<number, PackedCount>();
    let [attempts, firstSeen, lastSeen] = [0, Number.POSITIVE_INFINITY, 0];
    unread = unread.filter((rows) => {
      if (rows.key !== key) return true;
      attempts += rows.attempts;
      firstSeen = Math.min(firstSeen, rows.firstSeen);
      lastSeen = Math.max(lastSeen, rows.lastSeen);
      do {
        const code = codeOf(start, Math.min(rows.priorHour, start), rows.outcome);
        const count = counts.get(code);
        if (count === undefined) counts.set(code, { code, deliveries: rows.deliveries });
        else count.deliveries += rows.deliveries;
      } while (rows.nextCount());
      return rows.next();
    });
    packer.put(key, attempts, firstSeen, lastSeen, [...counts.values()]);
  }
  return packer.packed();
}

/** 0 = no deferral, else how many hours before this time, one more: small, for no mail waits long. */
function codeOf(start: number, priorHour: number, outcome: number): number {
  return (priorHour === 0 ? 0 : Math.min(start - priorHour + 1, MAX_HOURS)) * OUTCOMES + outcome;
}

/** Goes through packed values and the counts of each; where it stands is in its fields. */
export class RowReader implements PackedRow {
  key = 0;
  attempts = 0;
  firstSeen = 0.5;
  lastSeen = 0.5;
  outcome = 0;
  priorHour = 0;
  deliveries = 0;
  readonly #pieces: readonly Piece[];
  readonly #start: number;
  readonly #begin: number;
  #piece = 0;
  #numbers = NOTHING;
  #hasMore = false;

  /** @param start of the time, hours since 1970 */
  constructor(pieces: readonly Piece[], start: number) {
    this.#pieces = pieces;
    this.#start = start;
    this.#begin = start * HOUR;
  }

  /** Goes to the next value, and the first of its counts; the others must have been read. @returns whether there is one */
  next(): boolean {
    if (this.#numbers.isAtEnd && !this.#nextPiece()) return false;
    const numbers = this.#numbers;
    this.key += numbers.next();
    this.attempts = numbers.next();
    this.firstSeen = this.#begin + numbers.next();
    this.lastSeen = this.firstSeen + numbers.next();
    this.#readCount();
    return true;
  }

  /** Goes to the next count of the same value. @returns whether there is one */
  nextCount(): boolean {
    if (!this.#hasMore) return false;
    this.#readCount();
    return true;
  }

  #readCount(): void {
    const number = this.#numbers.next();
    const code = number >>> 1;
    const hours = (code / OUTCOMES) | 0;
    this.outcome = code % OUTCOMES;
    this.priorHour = hours === 0 ? 0 : this.#start - hours + 1;
    this.deliveries = this.#numbers.next();
    this.#hasMore = (number & 1) === 1;
  }

  #nextPiece(): boolean {
    const piece = this.#pieces[this.#piece++];
    if (piece === undefined) return false;
    this.key = piece.first;
    this.#numbers = new NumberReader(piece.rows);
    return true;
  }
}

const NOTHING = new NumberReader(Buffer.alloc(0));
