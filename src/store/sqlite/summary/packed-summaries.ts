import type { Database, Statement } from 'better-sqlite3';
import { eachFirstFailure, FirstFailures } from './first-failures.js';
import { HourPacker, notFailed } from './hour-packer.js';
import type { Packed } from './hour-sums.js';
import { type Count, mergedRows, type Piece, RowReader, RowSums } from './packed-rows.js';
import type { ProviderKeys } from './provider-keys.js';
import { NOT_FAILED, PACKED_SUMMARIES, REPLY_SUMMARIES } from './summary-kinds.js';
import type { Time } from './times.js';

/** Stores what hours were, and makes longer times of them. */
export class PackedWriter {
  readonly #hours: HourPacker;
  readonly #put: Statement;
  readonly #clear: Statement;
  readonly #db: Database;

  constructor(db: Database, providers: ProviderKeys) {
    this.#db = db;
    this.#hours = new HourPacker(db, providers);
    this.#put = db.prepare('INSERT INTO packed_summary (by, hours, start, first, rows) VALUES (?, ?, ?, ?, ?)');
    const all = [...Object.values(PACKED_SUMMARIES), ...Object.values(REPLY_SUMMARIES), NOT_FAILED];
    this.#clear = db.prepare(`DELETE FROM packed_summary WHERE by IN (${all.join(', ')}) AND hours = ? AND start = ?`);
  }

  /** An hour as it stands in the totals. */
  putHour(hour: number): void {
    this.replaceHour(hour, this.#hours.pack(hour));
  }

  /** In place of what may be left of it. */
  replaceHour(hour: number, packed: Packed): void {
    const time = { start: hour, hours: 1 };
    this.clear(time);
    for (const [by, pieces] of packed) this.#putPieces(by, time, pieces);
  }

  /** Of a longer time, from its parts. */
  putLonger(time: Time, parts: readonly Time[]): void {
    for (const by of Object.values(PACKED_SUMMARIES)) {
      const rows: RowReader[] = [];
      eachPacked(this.#db, by, parts, null, (ofPart) => rows.push(ofPart));
      this.#putPieces(by, time, mergedRows(time.start, rows));
    }
    this.#putPieces(NOT_FAILED, time, this.#notFailed(time.start, parts));
    for (const by of Object.values(REPLY_SUMMARIES)) {
      const firsts = new FirstFailures();
      eachFirstFailureIn(this.#db, by, parts, (key, reply, deliveries) => firsts.add(key, reply, deliveries));
      this.#putPieces(by, time, [{ first: 0, rows: firsts.packed() }]);
    }
  }

  #putPieces(by: number, { hours, start }: Time, pieces: readonly Piece[]): void {
    for (const { first, rows } of pieces) this.#put.run(by, hours, start, first, rows);
  }

  #notFailed(start: number, parts: readonly Time[]): Piece[] {
    const sums = new RowSums(start);
    eachCount(this.#db, NOT_FAILED, parts, null, ({ key, outcome, deliveries }) => sums.add(notFailed(key, outcome, deliveries, start)));
    const rest = parts.filter(({ hours }) => hours === 1).map((hour) => hour.start);
    if (rest.length > 0) this.#hours.addNotFailed(rest, sums);
    return sums.packed();
  }

  clear({ start, hours }: Time): void {
    this.#clear.run(hours, start);
  }
}

/**
 * Calls back with the rows of each of these times.
 * @param by the number of the summary
 * @param keys `null` = all; else those of these are among what is read
 */
export function eachPacked(
  db: Database,
  by: number,
  times: readonly Time[],
  keys: Iterable<number> | null,
  take: (rows: RowReader, time: Time) => void,
): void {
  const all = db.prepare<[number, number, number], Piece>(
    'SELECT first, rows FROM packed_summary WHERE by = ? AND hours = ? AND start = ? ORDER BY first',
  );
  const withKey = db.prepare<[number, number, number, number], Piece>(
    'SELECT first, rows FROM packed_summary WHERE by = ? AND hours = ? AND start = ? AND first <= ? ORDER BY first DESC LIMIT 1',
  );
  for (const time of times) {
    const pieces =
      keys === null
        ? all.all(by, time.hours, time.start)
        : [...new Map([...keys].flatMap((key) => withKey.all(by, time.hours, time.start, key)).map((piece) => [piece.first, piece])).values()];
    take(new RowReader(pieces, time.start), time);
  }
}

/** Calls back with each count of these times: of these keys, or of all (`null`). It is one object, filled anew. */
export function eachCount(
  db: Database,
  by: number,
  times: readonly Time[],
  keys: readonly number[] | null,
  take: (count: Count & { key: number }, time: Time) => void,
): void {
  const wanted = keys === null ? null : new Set(keys);
  eachPacked(db, by, times, wanted, (rows, time) => {
    while (rows.next()) {
      const isWanted = wanted === null || wanted.has(rows.key);
      do {
        if (isWanted) take(rows, time);
      } while (rows.nextCount());
    }
  });
}

/** Calls back with what the values with the most failures failed for first, in each of these times. */
export function eachFirstFailureIn(
  db: Database,
  by: number,
  times: readonly Time[],
  take: (key: number, reply: number, deliveries: number) => void,
): void {
  const find = db.prepare<[number, number, number], Buffer>('SELECT rows FROM packed_summary WHERE by = ? AND hours = ? AND start = ?').pluck();
  for (const { hours, start } of times) for (const rows of find.all(by, hours, start)) eachFirstFailure(rows, take);
}
