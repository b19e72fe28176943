import type { Database } from 'better-sqlite3';
import { TotalsReader } from '../totals/packed-totals.js';
import { totalsIn } from '../totals/read.js';
import { coverage } from './covered.js';
import { findPacked } from './packed-summaries.js';
import { LONGER_TOTALS } from './summary-kinds.js';
import { oneByOne, type Time } from './times.js';

/**
 * The totals of a range (hours since 1970), where nobody asks for senders: of days and longer times those without them, a fifth of the
 * rows of their hours.
 */
export function longestTotalsIn(db: Database, since: number, until: number): Iterable<TotalsReader> {
  const { times, rest } = coverage(db, since, until);
  return totalsOfTimes(db, [...times, ...oneByOne(rest)]);
}

/** The totals of these times: of each hour with its senders. */
export function* totalsOfTimes(db: Database, times: readonly Time[]): Iterable<TotalsReader> {
  const longer = findPacked(db);
  for (const { start, hours } of times) {
    if (hours === 1) yield* totalsIn(db, [start]);
    else for (const rows of longer.all(LONGER_TOTALS, hours, start)) yield new TotalsReader(rows, start);
  }
}
