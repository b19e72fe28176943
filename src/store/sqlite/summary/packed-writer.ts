import type { Database, Statement } from 'better-sqlite3';
import { FirstFailures } from './first-failures.js';
import { HourPacker, notFailed } from './hour-packer.js';
import type { Packed } from './hour-sums.js';
import { mergedRows, type Piece, RowReader, RowSums } from './packed-rows.js';
import { eachCount, eachFirstFailureIn, eachPacked } from './packed-summaries.js';
import type { ProviderKeys } from './provider-keys.js';
import { packedRanks } from './ranks.js';
import { NOT_FAILED, PACKED_SUMMARIES, type PackedSummary, RANKS, REPLY_SUMMARIES } from './summary-kinds.js';
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
    const all = [...Object.values(PACKED_SUMMARIES), ...Object.values(REPLY_SUMMARIES), ...Object.values(RANKS), NOT_FAILED];
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
