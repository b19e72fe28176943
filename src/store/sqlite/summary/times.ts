import type { Database } from 'better-sqlite3';
import { prepared } from '../prepared.js';

/*
 * Hours, days and weeks of eight days as they are summed up: a range is some of the longest that fit in, the days around them, and the
 * hours around these; of the day that is not over there is what has passed of it. Days are those of this host's zone, for reports of
 * whole days are the most. They have whole hours: where midnight is none, the hour that it lies in begins the day.
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** An hour, a day or what has passed of it, or eight days. */
export interface Time {
  /** Hours since 1970. */
  start: number;
  /** How many it has. */
  hours: number;
}

/** What kind of time it is: how many days it has, and its hours, whatever clocks do. Eight: a month has three or so, and fourteen other times at most. */
interface Length {
  days: number;
  min: number;
  max: number;
}

export const DAYS: Length = { days: 1, min: 22, max: 26 };
/** What has passed of the last day: there is one at most. Reports mostly end now, and its hours one by one took a tenth of the page of a month. */
export const BEGUN: Length = { days: 1, min: 4, max: 20 };
/** Hours that it grows by: made anew each hour, a day would be added up twelve times. */
const BEGUN_STEP = 4;
export const WEEKS: Length = { days: 8, min: 190, max: 194 };

/** Hours (since 1970), each by itself. */
export function oneByOne(hours: readonly number[]): Time[] {
  return hours.map((start) => ({ start, hours: 1 }));
}

/** The day, or the eight days, that an hour (since 1970) belongs to. */
export function localTime(hour: number, { days }: Length): Time {
  // By its end: the hour with midnight in it is the first of the new day.
  const date = new Date((hour + 1) * HOUR - 1);
  const ofTime = (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY) % days;
  const midnight = (after: number) => Math.floor(new Date(date.getFullYear(), date.getMonth(), date.getDate() - ofTime + after).getTime() / HOUR);
  const start = midnight(0);
  return { start, hours: midnight(days) - start };
}

/** What has passed of the day that an hour belongs to, before that hour; `null` = too little. */
export function begunDay(hour: number): Time | null {
  const { start } = localTime(hour, DAYS);
  const hours = Math.min(hour - start - ((hour - start) % BEGUN_STEP), BEGUN.max);
  return hours < BEGUN.min ? null : { start, hours };
}

/** Hours that stand in the summaries and lie in `[since, until)`, hours since 1970; the first one first. */
export function summedHours(db: Database, since: number, until: number): Time[] {
  return prepared<[number, number], Time>(db, 'SELECT start, hours FROM summarized WHERE hours = 1 AND start >= ? AND start < ? ORDER BY start').all(
    since,
    until,
  );
}

/** Days, or times of eight days, that do. They do not overlap. */
export function summedOf(length: Length, db: Database, since: number, until: number): Time[] {
  const { min, max } = length;
  return prepared<[number, number], Time>(
    db,
    `SELECT start, hours FROM summarized WHERE hours BETWEEN ${min} AND ${max} AND start >= ? AND start + hours <= ? ORDER BY start`,
  ).all(since, until);
}

/** Days that do, and what has passed of the last one. */
export function summedDays(db: Database, since: number, until: number): Time[] {
  return [...summedOf(DAYS, db, since, until), ...summedOf(BEGUN, db, since, until)];
}

/** The longest times that do, and the shorter ones around them. */
export function summedTimes(db: Database, since: number, until: number, lengths: readonly Length[]): Time[] {
  const [longest, ...shorter] = lengths;
  if (since >= until) return [];
  if (longest === undefined) return summedHours(db, since, until);
  const times: Time[] = [];
  let from = since;
  for (const time of summedOf(longest, db, since, until)) {
    times.push(...summedTimes(db, from, time.start, shorter), time);
    from = time.start + time.hours;
  }
  return [...times, ...summedTimes(db, from, until, shorter)];
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

/** SQL for times of a length that have an hour of `[@from, @to)`. A clock in another zone makes other days: no hour may be in two. */
export function overlapping({ min, max }: Length): string {
  return `hours BETWEEN ${min} AND ${max} AND start > @from - ${max} AND start < @to AND start + hours > @from`;
}
