import type { Database } from 'better-sqlite3';
import { prepared } from '../prepared.js';
import { TotalsReader } from './packed-totals.js';

/** Whole hours, since 1970: `[since, until)`, or these. */
export type Hours = { since: number; until: number } | readonly number[];

/** What there is of some hours, each part of them by itself; none of an hour twice. It may be read from the database while this goes on, but not written. */
export function* totalsIn(db: Database, hours: Hours): Iterable<TotalsReader> {
  if (isSpan(hours)) {
    // Not for `prepared`: it may be read again meanwhile.
    const parts = db
      .prepare<[number, number], [number, Buffer]>('SELECT hour, rows FROM totals WHERE hour >= ? AND hour < ? ORDER BY hour, part')
      .raw();
    for (const [hour, rows] of parts.iterate(hours.since, hours.until)) yield new TotalsReader(rows, hour);
    return;
  }
  const parts = prepared<[number], Buffer>(db, 'SELECT rows FROM totals WHERE hour = ? ORDER BY part').pluck();
  for (const hour of hours) for (const rows of parts.all(hour)) yield new TotalsReader(rows, hour);
}

function isSpan(hours: Hours): hours is { since: number; until: number } {
  return 'since' in hours;
}
