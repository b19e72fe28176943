import type { Database } from 'better-sqlite3';
import type { Filters, Group, TopQuestion } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { type Counted, type CountQuestion, countEach, countTotals } from './counting/count.js';
import { rowsOfCutHours, wholeHours } from './counting/cut-hours.js';
import { endOfMail } from './hours.js';
import { firstWholeHour } from './pruned.js';
import { type Covered, coverage } from './summary/covered.js';
import { longestTotalsIn } from './summary/longer-totals.js';
import type { TotalsReader } from './totals/packed-totals.js';
import { totalsIn } from './totals/read.js';

const HOUR = 3_600_000;

/** What the totals tell of the whole range of a question, counted when it is asked for, and once; `null` where they do not hold all of it. */
export type CountedOnce = () => Counted | null;

export function countedOnce(db: Database, { by, range, filters }: TopQuestion): CountedOnce {
  let counted: Counted | null = null;
  return () => {
    counted ??= countSteps(db, [by], filters, [range])?.[0]?.[0] ?? null;
    return counted;
  };
}

/**
 * The same of each of some ranges that do not overlap, by each of some groups. What lies in hours that a range cuts is counted from their events.
 * @returns `null` where the totals do not hold all of them
 */
export function countSteps(db: Database, bys: readonly (readonly Group[])[], filters: Filters, ranges: readonly Range[]): Counted[][] | null {
  if (filters.recipient.length > 0 || !ranges.every(({ since }) => isWholeHour(since) || Math.floor(hourOf(since, 0)) >= firstWholeHour(db)))
    return null;
  const end = endOfMail(db);
  return countEach(
    db,
    { bys, filters },
    ranges.map((range) => {
      const whole = wholeHours(range, end);
      const totals = totalsFor(db, { by: bys.flat(), filters }, whole.since, whole.until);
      const isWhole = isWholeHour(range.since) && isWholeHour(range.until);
      return { since: whole.first, totals, rows: () => (isWhole ? [] : rowsOfCutHours(db, range, whole)) };
    }),
  );
}

/** Counts from totals of the range, as far as they are to be counted. */
export function countHours(
  db: Database,
  { by, range, filters }: Pick<TopQuestion, 'by' | 'range' | 'filters'>,
  totals: Iterable<TotalsReader>,
): Counted {
  return countTotals(db, { by, filters }, { since: hourOf(range.since, 1), totals });
}

/** All totals of a range, hours since 1970. */
function totalsFor(db: Database, { by, filters }: CountQuestion, since: number, until: number): Iterable<TotalsReader> {
  const asksForSenders = by.includes('sender') || by.includes('sender-domain') || filters.sender.length > 0;
  return asksForSenders ? totalsIn(db, { since, until }) : longestTotalsIn(db, since, until);
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

export function isWholeHour(time: number | null): boolean {
  return time === null || time % HOUR === 0;
}
