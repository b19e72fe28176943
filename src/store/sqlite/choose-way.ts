import type { Database } from 'better-sqlite3';
import type { Filters, Group, TopQuestion } from '../../report/question.js';
import type { Range, Span } from '../../report/range.js';
import { type Counted, type CountQuestion, countEach, countTotals } from './counting/count.js';
import { endOfMail } from './hours.js';
import { type Covered, coverage } from './summary/covered.js';
import { longestTotalsIn } from './summary/longer-totals.js';
import type { TotalsReader } from './totals/packed-totals.js';
import { totalsIn } from './totals/read.js';

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

/** The same of each of some steps that do not overlap, by each of some groups; `null` where the totals do not hold all of them. */
export function countSteps(db: Database, bys: readonly Group[], filters: Filters, steps: readonly Span[]): Counted[][] | null {
  if (!steps.every((range) => isFromTotals({ range, filters }))) return null;
  return countEach(
    db,
    { bys: bys.map((by) => [by]), filters },
    steps.map(({ since, until }) => ({ since: since / HOUR, totals: totalsFor(db, { by: bys, filters }, since / HOUR, until / HOUR) })),
  );
}

/** Counts from the totals. @param totals what is to be counted of the range; `null` = all */
export function countHours(
  db: Database,
  { by, range, filters }: Pick<TopQuestion, 'by' | 'range' | 'filters'>,
  totals: Iterable<TotalsReader> | null = null,
): Counted {
  const question = { by, filters };
  const all = () => totalsFor(db, question, hourOf(range.since, 0), hourOf(range.until, endOfMail(db)));
  return countTotals(db, question, { since: hourOf(range.since, 1), totals: totals ?? all() });
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

function isFromTotals({ range, filters }: Pick<TopQuestion, 'range' | 'filters'>): boolean {
  return filters.recipient.length === 0 && isWholeHour(range.since) && isWholeHour(range.until);
}

export function isWholeHour(time: number | null): boolean {
  return time === null || time % HOUR === 0;
}
