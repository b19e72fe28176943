import type { Database, Statement } from 'better-sqlite3';
import { FAILURE_IDS } from '../outcomes.js';
import { FirstFailures } from './first-failures.js';
import { DAY_SUMMARIES, type DaySummary, NOT_FAILED, REPLY_SUMMARIES } from './summary-kinds.js';

/*
 * What a day's mail was by many values: thousands of rows of six numbers, packed into one. SQLite reads and adds up a million rows
 * in a second; packed, they are read in a twentieth of that, and take half the room.
 */

const HOUR = 3_600_000;
/** key, prior hour and outcome, attempts, deliveries, first and last seen (ms of the day). 32 bits each, in the order of bytes of all machines that Node runs on. */
export const COLUMNS = 6;
/** Outcomes fit below it. */
export const PRIOR_FACTOR = 8;

/** One row as it is packed. */
export interface DayRow {
  /** Id of the domain or sender; of a provider, that of its first route. 0 = none. */
  key: number;
  outcome: number;
  /** As in `summary`. */
  prior_hour: number;
  attempts: number;
  deliveries: number;
  /** UTC ms. */
  first_seen: number;
  last_seen: number;
}

/** The same of one kind of reply. */
export interface ReplyRow extends DayRow {
  reply: number;
}

export class DayWriter {
  readonly #put: Statement;
  readonly #clear: Statement;

  constructor(db: Database) {
    this.#put = db.prepare('INSERT INTO day_summary (by, start, rows) VALUES (?, ?, ?)');
    this.#clear = db.prepare('DELETE FROM day_summary WHERE start = ?');
  }

  /**
   * @param start of the day, hours since 1970
   * @param rows in the order of key, outcome and prior hour
   */
  put(summary: DaySummary, start: number, rows: Iterable<ReplyRow>): void {
    const midnight = start * HOUR;
    const failed: number[] = [];
    const others: number[] = [];
    const firsts = new FirstFailures();
    for (const { key, outcome, prior_hour, reply, attempts, deliveries, first_seen, last_seen } of rows) {
      const isFailure = FAILURE_IDS.includes(outcome);
      if (isFailure && prior_hour === 0) firsts.add(key, reply, deliveries);
      const packed = isFailure ? failed : others;
      const prior = prior_hour * PRIOR_FACTOR + outcome;
      const at = packed.length - COLUMNS;
      if (at >= 0 && packed[at] === key && packed[at + 1] === prior) {
        (packed[at + 2] as number) += attempts;
        (packed[at + 3] as number) += deliveries;
        packed[at + 4] = Math.min(packed[at + 4] as number, first_seen - midnight);
        packed[at + 5] = Math.max(packed[at + 5] as number, last_seen - midnight);
      } else packed.push(key, prior, attempts, deliveries, first_seen - midnight, last_seen - midnight);
    }
    this.#put.run(DAY_SUMMARIES[summary], start, Buffer.from(Int32Array.from(failed).buffer));
    if (summary === 'provider') this.#put.run(NOT_FAILED, start, Buffer.from(Int32Array.from(others).buffer));
    this.#put.run(REPLY_SUMMARIES[summary], start, firsts.packed());
  }

  clear(start: number): void {
    this.#clear.run(start);
  }
}

/**
 * Calls back with the packed rows of each of these days that has any.
 * @param by the number of the summary
 */
export function eachDay(db: Database, by: number, starts: readonly number[], take: (numbers: Int32Array, start: number) => void): void {
  const find = db.prepare<[number, number], { rows: Buffer }>('SELECT rows FROM day_summary WHERE by = ? AND start = ?');
  for (const start of starts) {
    const rows = find.get(by, start)?.rows;
    if (rows !== undefined) take(numbersIn(rows), start);
  }
}

/** Where they are, or a copy: numbers must stand at a multiple of four. */
function numbersIn(rows: Buffer): Int32Array {
  const { buffer, byteOffset, length } = rows.byteOffset % Int32Array.BYTES_PER_ELEMENT === 0 ? rows : new Uint8Array(rows);
  return new Int32Array(buffer, byteOffset, length / Int32Array.BYTES_PER_ELEMENT);
}

/** Where rows stand among the numbers of a day. */
export interface Rows {
  from: number;
  to: number;
}

/** The rows of these keys, which stand together; of `null` all. */
export function rowsOf(numbers: Int32Array, keys: readonly number[] | null): Rows[] {
  if (keys === null) return [{ from: 0, to: numbers.length }];
  return keys.map((key) => ({ from: firstFrom(numbers, key), to: firstFrom(numbers, key + 1) }));
}

/** Where the first row of this key or a greater one stands. */
function firstFrom(numbers: Int32Array, key: number): number {
  let low = 0;
  let high = numbers.length / COLUMNS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle * COLUMNS] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low * COLUMNS;
}

/** Calls back with the deliveries of each of these values, by outcome and day, in parts. */
export function deliveriesOfDays(
  db: Database,
  by: number,
  starts: readonly number[],
  keys: readonly number[],
  take: (key: number, outcome: number, deliveries: number, start: number) => void,
): void {
  eachDay(db, by, starts, (numbers, start) => {
    for (const { from, to } of rowsOf(numbers, keys)) {
      for (let at = from; at < to; at += COLUMNS) {
        take(numbers[at] as number, (numbers[at + 1] as number) % PRIOR_FACTOR, numbers[at + 3] as number, start);
      }
    }
  });
}

/** Calls back with each row of these days. */
export function eachRow(db: Database, by: number, starts: readonly number[], take: (row: DayRow, start: number) => void): void {
  eachDay(db, by, starts, (numbers, start) => {
    for (let at = 0; at < numbers.length; at += COLUMNS) {
      const [key = 0, prior = 0, attempts = 0, deliveries = 0, first = 0, last = 0] = numbers.subarray(at, at + COLUMNS);
      const outcome = prior % PRIOR_FACTOR;
      const prior_hour = (prior - outcome) / PRIOR_FACTOR;
      take({ key, outcome, prior_hour, attempts, deliveries, first_seen: start * HOUR + first, last_seen: start * HOUR + last }, start);
    }
  });
}

/** Where the names of keys stand. A provider goes by the first of its routes; receivers that nobody operates have none. */
const NAMES: Record<DaySummary, { table: string; column: string }> = {
  domain: { table: 'domain', column: 'name' },
  provider: { table: 'route', column: 'provider' },
  sender: { table: 'sender', column: 'address' },
};

/** The names of these keys, or of all; 0 is none. */
export function namesOf(db: Database, summary: DaySummary, keys: readonly number[] | null = null): Map<number, string> {
  const { table, column } = NAMES[summary];
  const wanted = keys === null ? '' : 'AND id IN (SELECT value FROM json_each(?))';
  const rows = db
    .prepare<string[], { id: number; name: string }>(`SELECT id, ${column} AS name FROM ${table} WHERE ${column} IS NOT NULL ${wanted}`)
    .all(...(keys === null ? [] : [JSON.stringify(keys)]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The keys of these names; 0 is that of none. */
export function keysOf(db: Database, summary: DaySummary, names: readonly (string | number | null)[]): Map<string | number | null, number> {
  const { table, column } = NAMES[summary];
  const rows = db
    .prepare<[string], { id: number; name: string }>(
      `SELECT min(id) AS id, ${column} AS name FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?)) GROUP BY ${column}`,
    )
    .all(JSON.stringify(names));
  const none = names.includes(null) ? [[null, 0] as const] : [];
  return new Map<string | number | null, number>([...none, ...rows.map(({ id, name }) => [name, id] as const)]);
}
