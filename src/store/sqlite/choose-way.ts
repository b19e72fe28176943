import type { Database } from 'better-sqlite3';
import type { Filters, TopQuestion } from '../../report/question.js';
import type { Range, Span } from '../../report/range.js';
import { type Counted, countEach, countTotals } from './counting/count.js';
import { endOfMail } from './hours.js';
import { type Covered, coverage } from './summary/covered.js';

const HOUR = 3_600_000;

/** What the totals tell of the whole range of a question, counted when it is asked for, and once; `null` where they do not hold all of it. */
export type CountedOnce = () => Counted | null;

export function countedOnce(db: Database, question: TopQuestion): CountedOnce {
  let counted: Counted | null = null;
  return () => {
    if (counted === null && isFromTotals(question)) counted = countHours(db, question);
    return counted;
  };
}

/** The same of each of some steps that do not overlap; `null` where the totals do not hold all of them. */
export function countSteps(db: Database, { by, filters }: Pick<TopQuestion, 'by' | 'filters'>, steps: readonly Span[]): Counted[] | null {
  if (!steps.every((range) => isFromTotals({ range, filters }))) return null;
  return countEach(
    db,
    { by, filters },
    steps.map(({ since, until }) => {
      const hours = { since: since / HOUR, until: until / HOUR };
      return { since: hours.since, hours };
    }),
  );
}

/** Counts from the totals. @param hours those of the range that are to be counted; `null` = all */
export function countHours(
  db: Database,
  { by, range, filters }: Pick<TopQuestion, 'by' | 'range' | 'filters'>,
  hours: readonly number[] | null = null,
): Counted {
  const all = { since: hourOf(range.since, 0), until: hourOf(range.until, Number.MAX_SAFE_INTEGER) };
  return countTotals(db, { by, filters }, { since: hourOf(range.since, 1), hours: hours ?? all });
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

function isFromTotals({ range, filters }: Pick<TopQuestion, 'range' | 'filters'>): boolean {
  return filters.recipient.length === 0 && isWholeHour(range.since) && isWholeHour(range.until);
}

export function isWholeHour(time: number | null): boolean {
  return time === null || time % HOUR === 0;
}
