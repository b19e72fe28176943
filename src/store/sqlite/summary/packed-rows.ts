import { NumberReader, NumberWriter } from './numbers.js';

/*
 * What the mail of an hour or a day was by many values: thousands of rows of six numbers, packed into pieces of some two hundred. SQLite reads
 * and adds up a million rows in a second; packed, they are read in a twentieth of that, and take a fifth of the room.
 *
 * A row is: what its key is greater than that of the row before (in the first one of a piece: 0), earlier deferral and outcome, attempts, deliveries,
 * first seen (ms since the time began), last seen (ms later). All rows of a key are in one piece.
 */

const HOUR = 3_600_000;
/** Outcomes fit below it. */
const OUTCOMES = 8;
/** Two of them fill a page of the database, with what belongs to each. */
const PIECE_BYTES = 1900;
/** 59 years: deferrals of before do not count. */
const MAX_HOURS = 2 ** 19 - 1;
/** Attempts, deliveries, first and last seen. */
const FIGURES = 4;

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

/** Rows of keys that follow each other. */
export interface Piece {
  /** The key of its first row. */
  first: number;
  rows: Buffer;
}

/** Gathers rows in any order, and adds up those that are alike. In columns: in objects, an hour of a busy host took four times as long. */
export class RowSums {
  readonly #start: number;
  /** Where the first row of each key stands. */
  readonly #heads = new Map<number, number>();
  /** Where the next one of the same key does; -1 = nowhere. */
  #next = new Int32Array(1024);
  #codes = new Int32Array(1024);
  #figures = new Float64Array(1024 * FIGURES);
  #size = 0;

  /** @param start of the time, hours since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  /** An earlier deferral in this time itself is one in any range that has it: which hour that was does not matter. */
  add(row: PackedRow): void {
    const code = codeOf(this.#start, Math.min(row.priorHour, this.#start), row.outcome);
    const at = this.#placeOf(row.key, code) * FIGURES;
    const figures = this.#figures;
    (figures[at] as number) += row.attempts;
    (figures[at + 1] as number) += row.deliveries;
    if (row.firstSeen < (figures[at + 2] as number)) figures[at + 2] = row.firstSeen;
    if (row.lastSeen > (figures[at + 3] as number)) figures[at + 3] = row.lastSeen;
  }

  packed(): Piece[] {
    const packer = new RowPacker(this.#start);
    for (const key of Int32Array.from(this.#heads.keys()).sort()) {
      const places: number[] = [];
      for (let place = this.#heads.get(key) ?? -1; place >= 0; place = this.#next[place] as number) places.push(place);
      if (places.length > 1) places.sort((a, b) => (this.#codes[a] as number) - (this.#codes[b] as number));
      for (const place of places) {
        const [attempts = 0, deliveries = 0, firstSeen = 0, lastSeen = 0] = this.#figures.subarray(place * FIGURES, (place + 1) * FIGURES);
        packer.put(key, this.#codes[place] as number, attempts, deliveries, firstSeen, lastSeen);
      }
    }
    return packer.packed();
  }

  #placeOf(key: number, code: number): number {
    const head = this.#heads.get(key) ?? -1;
    for (let place = head; place >= 0; place = this.#next[place] as number) if (this.#codes[place] === code) return place;
    if (this.#size === this.#codes.length) this.#grow();
    const place = this.#size++;
    this.#heads.set(key, place);
    this.#next[place] = head;
    this.#codes[place] = code;
    this.#figures[place * FIGURES + 2] = Number.POSITIVE_INFINITY;
    return place;
  }

  #grow(): void {
    const [next, codes, figures] = [this.#next, this.#codes, this.#figures];
    this.#next = new Int32Array(next.length * 2);
    this.#next.set(next);
    this.#codes = new Int32Array(codes.length * 2);
    this.#codes.set(codes);
    this.#figures = new Float64Array(figures.length * 2);
    this.#figures.set(figures);
  }
}

/** Packs rows that come in order. */
export class RowPacker {
  readonly #start: number;
  readonly #pieces: Piece[] = [];
  #numbers = new NumberWriter();
  #first = 0;
  #last = 0;

  /** @param start of the time, hours since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  /** @param key not below those before it; `code` is above those of the same key */
  put(key: number, code: number, attempts: number, deliveries: number, firstSeen: number, lastSeen: number): void {
    if (this.#numbers.length >= PIECE_BYTES && key !== this.#last) this.#close();
    const numbers = this.#numbers;
    if (numbers.length === 0) {
      this.#first = key;
      this.#last = key;
    }
    numbers.put(key - this.#last);
    numbers.put(code);
    numbers.put(attempts);
    numbers.put(deliveries);
    numbers.put(firstSeen - this.#start * HOUR);
    numbers.put(lastSeen - firstSeen);
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

/** The rows of a longer time, from those of its parts; in order, so that never more than those of one key are in memory. */
export function mergedRows(start: number, parts: readonly RowReader[]): Piece[] {
  const packer = new RowPacker(start);
  let unread = parts.filter((rows) => rows.next());
  while (unread.length > 0) {
    const key = unread.reduce((least, rows) => Math.min(least, rows.key), Number.POSITIVE_INFINITY);
    const sums = new Map<number, PackedRow>();
    unread = unread.filter((rows) => {
      while (rows.key === key) {
        addUp(sums, codeOf(start, Math.min(rows.priorHour, start), rows.outcome), rows);
        if (!rows.next()) return false;
      }
      return true;
    });
    const inOrder = sums.size === 1 ? [...sums] : [...sums].sort(([a], [b]) => a - b);
    for (const [code, row] of inOrder) packer.put(key, code, row.attempts, row.deliveries, row.firstSeen, row.lastSeen);
  }
  return packer.packed();
}

function addUp(sums: Map<number, PackedRow>, code: number, { key, outcome, priorHour, attempts, deliveries, firstSeen, lastSeen }: PackedRow): void {
  const sum = sums.get(code);
  if (sum === undefined) sums.set(code, { key, outcome, priorHour, attempts, deliveries, firstSeen, lastSeen });
  else {
    sum.attempts += attempts;
    sum.deliveries += deliveries;
    sum.firstSeen = Math.min(sum.firstSeen, firstSeen);
    sum.lastSeen = Math.max(sum.lastSeen, lastSeen);
  }
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
  readonly #pieces: readonly Piece[];
  readonly #start: number;
  readonly #begin: number;
  #piece = 0;
  #numbers = NOTHING;

  /** @param start of the time, hours since 1970 */
  constructor(pieces: readonly Piece[], start: number) {
    this.#pieces = pieces;
    this.#start = start;
    this.#begin = start * HOUR;
  }

  /** Goes to the next row. @returns whether there is one */
  next(): boolean {
    if (this.#numbers.isAtEnd && !this.#nextPiece()) return false;
    const numbers = this.#numbers;
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

  #nextPiece(): boolean {
    const piece = this.#pieces[this.#piece++];
    if (piece === undefined) return false;
    this.key = piece.first;
    this.#numbers = new NumberReader(piece.rows);
    return true;
  }
}

const NOTHING = new NumberReader(Buffer.alloc(0));
