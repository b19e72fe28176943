import type { Database, Statement } from 'better-sqlite3';
import { prepared } from '../prepared.js';
import { eachFirstFailure } from './first-failures.js';
import { type Count, type Piece, RowReader } from './packed-rows.js';
import type { Ranks } from './ranks.js';
import { PACKED_SUMMARIES, type PackedSummary, RANKS } from './summary-kinds.js';
import type { Time } from './times.js';

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
  const piecesOf = keys === null ? allPieces(db, by) : piecesWith(db, by, Int32Array.from(keys).sort().reverse());
  for (const time of times) take(new RowReader(piecesOf(time), time.start), time);
}

/** Finds pieces of a time, in order. */
type PiecesOf = (time: Time) => Piece[];

const PIECES = 'SELECT first, rows FROM packed_summary WHERE by = ? AND hours = ? AND start = ?';

function allPieces(db: Database, by: number): PiecesOf {
  const find = prepared<[number, number, number], Piece>(db, `${PIECES} ORDER BY first`);
  return ({ hours, start }) => find.all(by, hours, start);
}

/**
 * Those in which one of some keys may be, each fetched once. Values that are asked for together are mostly close together: what fails
 * often came early, and has a small key.
 * @param keys the greatest first
 */
function piecesWith(db: Database, by: number, keys: Int32Array): PiecesOf {
  const find = prepared<[number, number, number, number], Piece>(db, `${PIECES} AND first <= ? ORDER BY first DESC LIMIT 1`);
  return ({ hours, start }) => {
    const pieces: Piece[] = [];
    let first = Number.POSITIVE_INFINITY;
    for (const key of keys) {
      if (key >= first) continue;
      const piece = find.get(by, hours, start, key);
      if (piece === undefined) break;
      pieces.push(piece);
      first = piece.first;
    }
    return pieces.reverse();
  };
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
