import type { Database, Statement } from 'better-sqlite3';
import { prepared } from '../prepared.js';
import { eachFirstFailure } from './first-failures.js';
import { type Count, type Piece, RowReader } from './packed-rows.js';
import type { Ranks } from './ranks.js';
import { PACKED_SUMMARIES, type PackedSummary, RANKS } from './summary-kinds.js';
import type { Time } from './times.js';

/** So many keys are looked up one by one; for more, all pieces are fetched. */
const FEW_KEYS = 50;

/** Those of all pieces of a time, in order, in which one of these keys may be. */
function piecesWith(pieces: readonly Piece[], sorted: Int32Array): Piece[] {
  let at = 0;
  return pieces.filter(({ first }, index) => {
    const next = pieces[index + 1]?.first ?? Number.POSITIVE_INFINITY;
    while (at < sorted.length && (sorted[at] as number) < first) at++;
    return at < sorted.length && (sorted[at] as number) < next;
  });
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
  const all = prepared<[number, number, number], Piece>(
    db,
    'SELECT first, rows FROM packed_summary WHERE by = ? AND hours = ? AND start = ? ORDER BY first',
  );
  const withKey = prepared<[number, number, number, number], Piece>(
    db,
    'SELECT first, rows FROM packed_summary WHERE by = ? AND hours = ? AND start = ? AND first <= ? ORDER BY first DESC LIMIT 1',
  );
  const sorted = keys === null ? null : Int32Array.from(keys).sort();
  for (const time of times) {
    const piecesOf = (): Piece[] => {
      if (sorted === null) return all.all(by, time.hours, time.start);
      if (sorted.length > FEW_KEYS) return piecesWith(all.all(by, time.hours, time.start), sorted);
      const found = [...sorted].flatMap((key) => withKey.all(by, time.hours, time.start, key));
      return [...new Map(found.map((piece) => [piece.first, piece])).values()];
    };
    take(new RowReader(piecesOf(), time.start), time);
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

/** Finds what is packed of a time, by the number of its summary, its hours and its start. */
export function findPacked(db: Database): Statement<[number, number, number], Buffer> {
  return prepared<[number, number, number], Buffer>(db, 'SELECT rows FROM packed_summary WHERE by = ? AND hours = ? AND start = ?').pluck();
}

/** Calls back with what the values with the most failures failed for first, in each of these times. */
export function eachFirstFailureIn(
  db: Database,
  by: number,
  times: readonly Time[],
  take: (key: number, reply: number, deliveries: number) => void,
): void {
  const find = findPacked(db);
  for (const { hours, start } of times) for (const rows of find.all(by, hours, start)) eachFirstFailure(rows, take);
}

/** Adds up the failures of these times by value, as far as they are needed to tell which values have the most. */
export function ranksIn(db: Database, summary: PackedSummary, times: readonly Time[], ranks: Ranks): void {
  const find = findPacked(db);
  for (const time of times) {
    const packed = find.get(RANKS[summary], time.hours, time.start);
    if (packed !== undefined) ranks.add(packed, time.start);
    else eachPacked(db, PACKED_SUMMARIES[summary], [time], null, (rows) => ranks.addRows(rows));
  }
}
