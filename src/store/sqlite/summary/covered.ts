import type { Database } from 'better-sqlite3';
import type { Span } from '../../../report/range.js';
import { hoursWithMailBut } from '../hours.js';
import { PLAIN_SUMMARIES, type PlainSummary } from './summary-kinds.js';
import { BEGUN, DAYS, summedTimes, type Time, timeWith, WEEKS } from './times.js';

const HOUR = 3_600_000;

/** Of a range in whole hours: what summaries there are of it, and the hours with mail that have to be counted from elsewhere. */
export interface Covered {
  /** They do not overlap. */
  times: Time[];
  rest: number[];
}

/**
 * @param since, until hours since 1970
 * @param step the longest times that will do where they lie in the range
 */
export function coverage(db: Database, since: number, until: number, step: 'hour' | 'day' | 'week' = 'week'): Covered {
  const times = summedTimes(db, since, until, LENGTHS[step]);
  return { times, rest: hoursBut(db, since, until, times) };
}

/** Above the hours of any time. */
const PLACES = 1000;

/** Times as the parameter of `summariesOf`. Numbers: as objects, what SQLite looked up in them took longer than the rows of hours. */
export function timesParameter(times: readonly Time[]): string {
  return JSON.stringify(times.map(({ start, hours }) => start * PLACES + hours));
}

/** SQL for what such a parameter says of a time `t`. */
export const HOURS_OF_A_TIME = `t.value % ${PLACES}`;
export const START_OF_A_TIME = `t.value / ${PLACES}`;

/** SQL for the rows of a summary (`e`) of the times in a parameter (see `timesParameter`). */
export function summariesOf(summary: PlainSummary, parameter = '?'): string {
  return `json_each(${parameter}) t CROSS JOIN summary e ON e.by = ${PLAIN_SUMMARIES[summary]} AND e.hours = ${HOURS_OF_A_TIME} AND e.start = ${START_OF_A_TIME}`;
}

const LENGTHS = { hour: [], day: [DAYS, BEGUN], week: [WEEKS, DAYS, BEGUN] };

/** Hours with mail that do not lie in these times. */
export function hoursBut(db: Database, since: number, until: number, times: readonly Time[]): number[] {
  return hoursWithMailBut(db, since, until, (hour) => {
    const time = timeWith(times, hour);
    return time === undefined ? null : time.start + time.hours;
  });
}

/** UTC ms of the beginnings of hours in which the log had anything about mail: all that are summed up, and others. */
export function hoursWithMail(db: Database, { since, until }: Span): number[] {
  const { times, rest } = coverage(db, Math.floor(since / HOUR), Math.ceil(until / HOUR), 'hour');
  return [...times.map(({ start }) => start), ...rest].sort((a, b) => a - b).map((hour) => hour * HOUR);
}
