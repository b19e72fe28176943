import type { Database } from 'better-sqlite3';
import { prepared } from './prepared.js';

const HOUR = 3_600_000;

/** UTC ms of the first hour that has anything; `null` = none has. */
export function firstHour(db: Database): number | null {
  const hour = db.prepare<[], { hour: number | null }>('SELECT min(hour) AS hour FROM totals').get()?.hour ?? null;
  return hour === null ? null : hour * HOUR;
}

/**
 * Hours with mail in `[since, until)`, hours since 1970, but for those that need not be looked at: what is summed up, nearly all of a range,
 * costs nothing.
 * @param skip the hour to go on with instead of this one; `null` = this one is wanted
 */
export function hoursWithMailBut(db: Database, since: number, until: number, skip: (hour: number) => number | null): number[] {
  const next = prepared<[number], number | null>(db, 'SELECT min(hour) FROM totals WHERE hour >= ?').pluck();
  const hours: number[] = [];
  let hour: number | null = since;
  while (hour !== null && hour < until) {
    const after = skip(hour);
    if (after !== null) hour = after;
    else {
      hour = next.get(hour) ?? null;
      if (hour === null || hour >= until || skip(hour) !== null) continue;
      hours.push(hour++);
    }
  }
  return hours;
}

/** The hour of the last mail, one more: until then everything is over, or will be taken out again. */
export function endOfMail(db: Database): number {
  return (prepared<[], { hour: number | null }>(db, 'SELECT max(hour) AS hour FROM totals').get()?.hour ?? -1) + 1;
}
