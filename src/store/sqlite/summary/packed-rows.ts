import { NumberReader, NumberWriter } from '../numbers.js';

/*
 * What the mail of an hour or a day was by many values: thousands of values, packed into pieces of a hundred. SQLite reads and adds up a
 * million rows in a second; packed, they are read in a twentieth of that, and take some ten bytes each.
 *
 * Of a value there is: what its key is greater than that of the one before (in the first one of a piece: 0), attempts, first seen (since the
 * time began), last seen (how much later), and how many deliveries there were of each outcome and earlier deferral: both as one number, times
 * two, one more where another follows; then how many. Times are ms; in a piece that begins with a 1 they are seconds: most syslog has no more.
 */

const HOUR = 3_600_000;
const SECOND = 1000;
/** What a piece begins with whose times are seconds; others begin with the 0 of their first key. */
const IN_SECONDS = 1;
/** Outcomes fit below it. */
const OUTCOMES = 8;
/** Two of them fill a page of the database, with what belongs to each. */
const PIECE_BYTES = 1980;
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

/** Gathers figures of values in any order, and adds them up. */
export class RowSums {
  readonly #start: number;
  readonly #values = new Map<number, ValueSum>();

  /** @param start of the time, hours since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  /** Adds a value with one count, or one more of it. */
  add(row: PackedRow): void {
    let value = this.#values.get(row.key);
    if (value === undefined) {
      value = new ValueSum();
      this.#values.set(row.key, value);
    }
    value.addFigures(row);
    value.addCount(row, this.#start);
  }

  packed(): Piece[] {
    const packer = new RowPacker(
      this.#start,
      [...this.#values.values()].every(({ isInSeconds }) => isInSeconds),
    );
    for (const key of Int32Array.from(this.#values.keys()).sort()) packer.put(key, this.#values.get(key) as ValueSum);
    return packer.packed();
  }
}

/** What is added up of one value. */
class ValueSum {
  attempts = 0;
  firstSeen = Number.POSITIVE_INFINITY;
  lastSeen = 0;
  /** Hardly ever more than four. */
  readonly counts: PackedCount[] = [];

  get isInSeconds(): boolean {
    return this.firstSeen % SECOND === 0 && this.lastSeen % SECOND === 0;
  }

  addFigures({ attempts, firstSeen, lastSeen }: PackedRow): void {
    this.attempts += attempts;
    if (firstSeen < this.firstSeen) this.firstSeen = firstSeen;
    if (lastSeen > this.lastSeen) this.lastSeen = lastSeen;
  }

  /** An earlier deferral in the time that begins at `start` itself is one in any range that has it: which hour that was does not matter. */
  addCount({ outcome, priorHour, deliveries }: Count, start: number): void {
    const code = codeOf(start, Math.min(priorHour, start), outcome);
    const count = this.counts.find((one) => one.code === code);
    if (count === undefined) this.counts.push({ code, deliveries });
    else count.deliveries += deliveries;
  }
}

interface PackedCount {
  code: number;
  deliveries: number;
}

/** Packs values that come in order. */
class RowPacker {
  readonly #start: number;
  readonly #unit: number;
  readonly #pieces: Piece[] = [];
  #numbers = new NumberWriter();
  #first = 0;
  #last = 0;

  /**
   * @param start of the time, hours since 1970
   * @param isInSeconds all times are whole seconds
   */
  constructor(start: number, isInSeconds: boolean) {
    this.#start = start;
    this.#unit = isInSeconds ? SECOND : 1;
  }

  /** @param key above those before it */
  put(key: number, { attempts, firstSeen, lastSeen, counts }: ValueSum): void {
    if (this.#numbers.length >= PIECE_BYTES) this.#close();
    const numbers = this.#numbers;
    if (numbers.length === 0) {
      this.#first = key;
      this.#last = key;
      if (this.#unit === SECOND) numbers.put(IN_SECONDS);
    }
    numbers.put(key - this.#last);
    numbers.put(attempts);
    numbers.put((firstSeen - this.#start * HOUR) / this.#unit);
    numbers.put((lastSeen - firstSeen) / this.#unit);
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
  const packer = new RowPacker(
    start,
    parts.every(({ isInSeconds }) => isInSeconds),
  );
  let unread = parts.filter((rows) => rows.next());
  while (unread.length > 0) {
    const key = unread.reduce((least, rows) => Math.min(least, rows.key), Number.POSITIVE_INFINITY);
    const value = new ValueSum();
    unread = unread.filter((rows) => {
      if (rows.key !== key) return true;
      value.addFigures(rows);
      do value.addCount(rows, start);
      while (rows.nextCount());
      return rows.next();
    });
    packer.put(key, value);
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
  #unit = 1;
  #hasMore = false;

  /** @param start of the time, hours since 1970 */
  constructor(pieces: readonly Piece[], start: number) {
    this.#pieces = pieces;
    this.#start = start;
    this.#begin = start * HOUR;
  }

  /** All times are whole seconds. */
  get isInSeconds(): boolean {
    return this.#pieces.every(({ rows }) => rows[0] === IN_SECONDS);
  }

  /** Goes to the next value, and the first of its counts; the others must have been read. @returns whether there is one */
  next(): boolean {
    if (this.#numbers.isAtEnd && !this.#nextPiece()) return false;
    const numbers = this.#numbers;
    this.key += numbers.next();
    this.attempts = numbers.next();
    this.firstSeen = this.#begin + numbers.next() * this.#unit;
    this.lastSeen = this.firstSeen + numbers.next() * this.#unit;
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
    const isInSeconds = piece.rows[0] === IN_SECONDS;
    this.#unit = isInSeconds ? SECOND : 1;
    if (isInSeconds) this.#numbers.at++;
    return true;
  }
}

const NOTHING = new NumberReader(Buffer.alloc(0));
