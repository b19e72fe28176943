import type { Database } from 'better-sqlite3';

/*
 * Days as they are summed up: those of this host's zone, so that reports of whole days, which nearly all are, need nothing else. In
 * whole hours: where midnight is none, the hour that it lies in begins the day.
 */

const HOUR = 3_600_000;
/** No day has as many hours; but for the change of clocks all have 24. */
const MAX_HOURS = 26;

export interface Day {
  /** Hours since 1970. */
  start: number;
  hours: number;
}

/** The day that an hour (since 1970) belongs to. */
export function localDay(hour: number): Day {
  // By its end: the hour with midnight in it is the first of the new day.
  const date = new Date((hour + 1) * HOUR - 1);
  const midnight = (days: number) => Math.floor(new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime() / HOUR);
  const start = midnight(0);
  return { start, hours: midnight(1) - start };
}

/** Days that stand in the summaries and lie in `[since, until)`, the first one first. They do not overlap. */
export function summedDays(db: Database, since: number, until: number): Day[] {
  return db
    .prepare<[number, number], Day>('SELECT start, hours FROM summarized WHERE hours > 1 AND start >= ? AND start + hours <= ? ORDER BY start')
    .all(since, until);
}

/** The day that has an hour; `undefined` = none of these. */
export function dayWith(days: readonly Day[], hour: number): Day | undefined {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((days[middle] as Day).start <= hour) low = middle + 1;
    else high = middle;
  }
  const day = days[low - 1];
  return day !== undefined && hour < day.start + day.hours ? day : undefined;
}

/** SQL for a day in the summaries that has an hour of `[@from, @to)`. A clock in another zone makes other days: no hour may be in two. */
export const OVERLAPPING = `hours > 1 AND start > @from - ${MAX_HOURS} AND start < @to AND start + hours > @from`;
