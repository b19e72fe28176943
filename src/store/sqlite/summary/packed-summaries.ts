import type { Database, Statement } from 'better-sqlite3';
import { eachFirstFailure, FirstFailures } from './first-failures.js';
import { HourPacker } from './hour-packer.js';
import { mergedRows, type PackedRow, RowReader, RowSums } from './packed-rows.js';
import { NOT_FAILED, PACKED_SUMMARIES, REPLY_SUMMARIES } from './summary-kinds.js';
import type { Time } from './times.js';

/** Stores what hours were, and makes longer times of them. */
export class PackedWriter {
  readonly #hours: HourPacker;
  readonly #put: Statement;
  readonly #clear: Statement;
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
    this.#hours = new HourPacker(db);
    this.#put = db.prepare('INSERT INTO packed_summary (by, hours, start, rows) VALUES (?, ?, ?, ?)');
    this.#clear = db.prepare(`DELETE FROM packed_summary WHERE by BETWEEN ${PACKED_SUMMARIES.domain} AND ${NOT_FAILED} AND hours = ? AND start = ?`);
  }

  /** @param start hours since 1970 */
  putHour(start: number): void {
    for (const [by, rows] of this.#hours.pack(start)) this.#put.run(by, 1, start, rows);
  }

  /** Of a longer time, from its parts. */
  putLonger({ start, hours }: Time, parts: readonly Time[]): void {
    for (const by of Object.values(PACKED_SUMMARIES)) {
      const rows: RowReader[] = [];
      eachPacked(this.#db, by, parts, (packed, part) => rows.push(new RowReader(packed, part.start)));
      this.#put.run(by, hours, start, mergedRows(start, rows));
    }
    this.#put.run(NOT_FAILED, hours, start, this.#notFailed(start, parts));
    for (const by of Object.values(REPLY_SUMMARIES)) {
      const firsts = new FirstFailures();
      eachPacked(this.#db, by, parts, (rows) => eachFirstFailure(rows, (key, reply, deliveries) => firsts.add(key, reply, deliveries)));
      this.#put.run(by, hours, start, firsts.packed());
    }
  }

  #notFailed(start: number, parts: readonly Time[]): Buffer {
    const sums = new RowSums(start);
    eachRow(this.#db, NOT_FAILED, parts, null, (row) => sums.add(row));
    const rest = parts.filter(({ hours }) => hours === 1).map((hour) => hour.start);
    if (rest.length > 0) this.#hours.addNotFailed(rest, sums);
    return sums.packed();
  }

  clear({ start, hours }: Time): void {
    this.#clear.run(hours, start);
  }
}

/**
 * Calls back with what is packed of each of these times.
 * @param by the number of the summary
 */
export function eachPacked(db: Database, by: number, times: readonly Time[], take: (rows: Buffer, time: Time) => void): void {
  const find = db.prepare<[number, number, number], Buffer>('SELECT rows FROM packed_summary WHERE by = ? AND hours = ? AND start = ?').pluck();
  for (const time of times) {
    const rows = find.get(by, time.hours, time.start);
    if (rows !== undefined) take(rows, time);
  }
}

/** Calls back with each row of these times: of these keys, or of all (`null`). It is one object, filled anew. */
export function eachRow(
  db: Database,
  by: number,
  times: readonly Time[],
  keys: readonly number[] | null,
  take: (row: PackedRow, time: Time) => void,
): void {
  eachPacked(db, by, times, (rows, time) => new RowReader(rows, time.start).each(keys, (row) => take(row, time)));
}
