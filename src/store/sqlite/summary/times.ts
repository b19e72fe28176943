import type { Database } from 'better-sqlite3';

/*
 * Hours and days as they are summed up. Days are those of this host's zone, so that reports of whole days, which nearly all are, need
 * little else; the hours around them do for the others. Days have whole hours: where midnight is none, the hour that it lies in begins the day.
 */

const HOUR = 3_600_000;
/** No day has as many hours; but for the change of clocks all have 24. */
const MAX_HOURS = 26;

/** An hour, or a day. */
export interface Time {
  /** Hours since 1970. */
  start: number;
  /** How many it has. */
  hours: number;
}

/** The day that an hour (since 1970) belongs to. */
export function localDay(hour: number): Time {
  // By its end: the hour with midnight in it is the first of the new day.
  const date = new Date((hour + 1) * HOUR - 1);
  const midnight = (days: number) => Math.floor(new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime() / HOUR);
  const start = midnight(0);
  return { start, hours: midnight(1) - start };
}

/** Days that stand in the summaries and lie in `[since, until)`, hours since 1970; the first one first. They do not overlap. */
export function summedDays(db: Database, since: number, until: number): Time[] {
  return db
    .prepare<[number, number], Time>('SELECT start, hours FROM summarized WHERE hours > 1 AND start >= ? AND start + hours <= ? ORDER BY start')
    .all(since, until);
}

/** The same of hours. */
export function summedHours(db: Database, since: number, until: number): Time[] {
  return db
    .prepare<[number, number], Time>('SELECT start, hours FROM summarized WHERE hours = 1 AND start >= ? AND start < ? ORDER BY start')
    .all(since, until);
}

/** Days, and the hours around them. */
export function summedTimes(db: Database, since: number, until: number): Time[] {
  const times: Time[] = [];
  let from = since;
  for (const day of summedDays(db, since, until)) {
    times.push(...summedHours(db, from, day.start), day);
    from = day.start + day.hours;
  }
  return [...times, ...summedHours(db, from, until)];
}

/** The one of these times that has an hour; `undefined` = none has. */
export function timeWith(times: readonly Time[], hour: number): Time | undefined {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as Time).start <= hour) low = middle + 1;
    else high = middle;
  }
  const time = times[low - 1];
  return time !== undefined && hour < time.start + time.hours ? time : undefined;
}

/** SQL for a day in the summaries that has an hour of `[@from, @to)`. A clock in another zone makes other days: no hour may be in two. */
export const OVERLAPPING = `hours > 1 AND start > @from - ${MAX_HOURS} AND start < @to AND start + hours > @from`;
