import type { Database } from 'better-sqlite3';
import type { Filters, Group, TopQuestion } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { type Counted, type CountQuestion, countEach, countTotals } from './counting/count.js';
import { type AddedSection, rowsOfCutHours, type WholeHours, wholeHours } from './counting/cut-hours.js';
import { endOfMail } from './hours.js';
import { areFromFew } from './named-deliveries.js';
import { firstWholeHour } from './pruned.js';
import { type Covered, coverage } from './summary/covered.js';
import { longestTotalsIn, totalsOfTimes } from './summary/longer-totals.js';
import type { Time } from './summary/times.js';
import { hourOf } from './totals/hour.js';
import type { TotalsReader } from './totals/packed-totals.js';
import { totalsIn } from './totals/read.js';

const HOUR = 3_600_000;

/**
 * What the totals tell of the whole range of a question, counted when it is asked for, and once; `null` where they do not hold all of it, or
 * its events tell it sooner.
 */
export type CountedOnce = () => Counted | null;

export function countedOnce(db: Database, { by, range, filters }: Pick<TopQuestion, 'by' | 'range' | 'filters'>): CountedOnce {
  let counted: Counted | null | undefined;
  return () => {
    if (counted === undefined) counted = areEventsSooner(db, range, filters) ? null : (countSteps(db, [by], filters, [range])?.[0]?.[0] ?? null);
    return counted;
  };
}

/**
 * The same of each of some ranges that do not overlap, by each of some groups. What lies in hours that a range cuts is counted from their events.
 * @returns `null` where the totals do not hold all of them
 */
export function countSteps(db: Database, bys: readonly (readonly Group[])[], filters: Filters, ranges: readonly Range[]): Counted[][] | null {
  if (filters.recipient.length > 0 || !ranges.every((range) => isHeld(db, range))) return null;
  const end = endOfMail(db);
  return countEach(
    db,
    { bys, filters },
    ranges.map((range) => {
      const whole = wholeHours(range, end);
      const totals = totalsFor(db, { by: bys.flat(), filters }, whole.since, whole.until);
      const { first, cut } = borderOf(db, range, whole);
      return { since: first, totals, added: cut ?? undefined };
    }),
  );
}

/** What there is of a range: summaries, and what is to be counted besides. */
export interface Parts extends Covered, Border {}

/** Where a range begins, and what it has of hours that it cuts. */
export interface Border {
  /** An earlier deferral of this hour (since 1970) or a later one is one of the range. */
  first: number;
  /** `null` = it cuts none. */
  cut: (() => readonly AddedSection[]) | null;
}

/** How far the summaries reach in a range; `null` when they have nothing of it, or it begins in an hour that was pruned in part. */
export function covers(db: Database, range: Range): Parts | null {
  const whole = wholeHoursOf(db, range);
  if (whole === null) return null;
  const covered = coverage(db, whole.since, whole.until);
  return covered.times.length === 0 ? null : { ...covered, first: whole.first, cut: whole.cut };
}

/** The whole hours of a range, and what it has besides; `null` where it begins in an hour that was pruned in part. */
export function wholeHoursOf(db: Database, range: Range): (WholeHours & Border) | null {
  if (!isHeld(db, range)) return null;
  const whole = wholeHours(range, endOfMail(db));
  return { ...whole, ...borderOf(db, range, whole) };
}

/** Counts what is not summed up of a range: totals, as far as they are to be counted, and hours that it cuts. `null` = there is nothing. */
export function countRest(db: Database, question: CountQuestion, { first, cut }: Border, rest: readonly Time[]): Counted | null {
  if (rest.length === 0 && cut === null) return null;
  return countTotals(db, question, { since: first, totals: totalsOfTimes(db, rest), added: cut ?? undefined });
}

/** Whether a range has few events to count, and none of them were pruned. */
function areEventsSooner(db: Database, { since, until }: Range, filters: Filters): boolean {
  return hourOf(since ?? 0) >= firstWholeHour(db) && areFromFew(db, filters, until);
}

/** Whether totals and events hold all of a range: not where it begins in an hour that was pruned in part. */
function isHeld(db: Database, { since }: Range): boolean {
  return since === null || since % HOUR === 0 || hourOf(since) >= firstWholeHour(db);
}

function borderOf(db: Database, range: Range, whole: WholeHours): Border {
  const isCut = [range.since, range.until].some((time) => time !== null && time % HOUR !== 0);
  return { first: whole.first, cut: isCut ? () => rowsOfCutHours(db, range, whole) : null };
}

/** All totals of a range, hours since 1970. */
function totalsFor(db: Database, { by, filters }: CountQuestion, since: number, until: number): Iterable<TotalsReader> {
  const asksForSenders = by.includes('sender') || by.includes('sender-domain') || filters.sender.length > 0;
  return asksForSenders ? totalsIn(db, { since, until }) : longestTotalsIn(db, since, until);
}

export function isUnfiltered(filters: Filters): boolean {
  return Object.values(filters).every((values) => values.length === 0);
}

/** That at most outcomes are asked for. */
export function isOfOutcomes(filters: Filters): boolean {
  return isUnfiltered({ ...filters, outcome: [] });
}
