import type { Database, Statement } from 'better-sqlite3';
import { mergedTotals } from '../totals/merged.js';
import { FirstFailures } from './first-failures.js';
import { HourPacker } from './hour-packer.js';
import type { Packed } from './hour-sums.js';
import { totalsOfTimes } from './longer-totals.js';
import { mergedRows, type Piece, RowReader } from './packed-rows.js';
import { eachFirstFailureIn, eachPacked } from './packed-summaries.js';
import type { ProviderKeys } from './provider-keys.js';
import { packedRanks } from './ranks.js';
import { LONGER_TOTALS, NOT_FAILED, PACKED_SUMMARIES, type PackedSummary, RANKS, REPLY_SUMMARIES } from './summary-kinds.js';
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
    const all = [...Object.values(PACKED_SUMMARIES), ...Object.values(REPLY_SUMMARIES), ...Object.values(RANKS), NOT_FAILED, LONGER_TOTALS];
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
    for (const [summary, by] of Object.entries(PACKED_SUMMARIES)) {
      const rows: RowReader[] = [];
      eachPacked(this.#db, by, parts, null, (ofPart) => rows.push(ofPart));
      const merged = mergedRows(time.start, rows);
      this.#putPieces(by, time, merged);
      this.#putPieces(RANKS[summary as PackedSummary], time, [{ first: 0, rows: packedRanks(new RowReader(merged, time.start), time.start) }]);
    }
    this.#putTotals(time, parts);
    this.#putPieces(NOT_FAILED, time, this.#hours.notFailed(time));
    for (const by of Object.values(REPLY_SUMMARIES)) {
      const firsts = new FirstFailures();
      eachFirstFailureIn(this.#db, by, parts, (key, reply, deliveries) => firsts.add(key, reply, deliveries));
      this.#putPieces(by, time, [{ first: 0, rows: firsts.packed() }]);
    }
  }

  /** The totals of a longer time, after those of its parts have changed. */
  replaceTotals(time: Time, parts: readonly Time[]): void {
    this.#db.prepare(`DELETE FROM packed_summary WHERE by = ${LONGER_TOTALS} AND hours = ? AND start = ?`).run(time.hours, time.start);
    this.#putTotals(time, parts);
  }

  #putTotals(time: Time, parts: readonly Time[]): void {
    this.#putPieces(LONGER_TOTALS, time, [{ first: 0, rows: mergedTotals(time.start, [...totalsOfTimes(this.#db, parts)]) }]);
  }

  #putPieces(by: number, { hours, start }: Time, pieces: readonly Piece[]): void {
    for (const { first, rows } of pieces) this.#put.run(by, hours, start, first, rows);
  }

  clear({ start, hours }: Time): void {
    this.#clear.run(hours, start);
  }
}
