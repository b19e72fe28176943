import type { Database } from 'better-sqlite3';
import type { Filters, TopQuestion } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { endOfMail } from './hours.js';
import { type Covered, coverage } from './summary/covered.js';
import { eventsWay, totalsWay, type Way } from './ways.js';

const HOUR = 3_600_000;

/** Totals where they hold all that is asked for, events elsewhere. */
export function wayFor(question: TopQuestion): Way {
  return fromTotals(question) ? totalsWay(question.range) : eventsWay(question.range);
}

/** How far the summaries reach in a range of whole hours; `null` when they have nothing of it. */
export function covers(db: Database, range: Range): Covered | null {
  const covered = coverage(db, hourOf(range.since, 0), hourOf(range.until, endOfMail(db)));
  return covered.times.length === 0 ? null : covered;
}

export function hourOf(time: number | null, otherwise: number): number {
  return time === null ? otherwise : time / HOUR;
}

export function isUnfiltered(filters: Filters): boolean {
  return Object.values(filters).every((values) => values.length === 0);
}

/** That at most outcomes are asked for. */
export function isOfOutcomes(filters: Filters): boolean {
  return isUnfiltered({ ...filters, outcome: [] });
}

function fromTotals({ by, range, filters }: TopQuestion): boolean {
  const needsEvents = by.includes('sender') || by.includes('sender-domain') || filters.sender.length > 0 || filters.recipient.length > 0;
  return !needsEvents && isWholeHour(range.since) && isWholeHour(range.until);
}

export function isWholeHour(time: number | null): boolean {
  return time === null || time % HOUR === 0;
}
