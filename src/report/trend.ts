import { type Bucket, type Step, steps } from './buckets.js';
import type { Filters, Group, GroupsAnswer, TopQuestion } from './question.js';
import { endOfHour, type Range, type Span, spanBefore } from './range.js';

export interface TrendQuestion {
  by: Group;
  range: Range;
  bucket: Bucket;
  /** Where days begin. */
  zone: string;
  filters: Filters;
  /** Groups with the most deliveries; 0 = all. */
  limit: number;
  /** Ask for the span of the same length before, too. */
  compare: boolean;
  /** UTC ms: the end of a range that has none. */
  now: number;
}

/** Deliveries that failed, of one group or all. */
export interface Failures {
  hard: number;
  soft: number;
  attempts: number;
  deliveries: number;
}

/** One step; `null` in place of figures where the log has nothing at all: a gap, not a good hour. */
export interface TrendStep extends Step {
  /** Delivered mail; `null` where the question leaves it open (senders) or nothing was logged. */
  delivered: number | null;
  all: Failures | null;
}

export interface TrendGroup {
  key: string | number | null;
  total: Failures;
  /** The span before; `null` = not asked for. */
  before: Failures | null;
  /** For each step. */
  values: (Failures | null)[];
}

export interface TrendAnswer {
  by: Group;
  bucket: Bucket;
  range: Span;
  steps: TrendStep[];
  total: Failures;
  before: Failures | null;
  groups: TrendGroup[];
  /** Groups that `limit` left out. */
  more: number;
}

/** What failed in one step, and what was delivered (`null` where the question leaves that open). */
export interface StepFailures {
  groups: Map<string | number | null, Failures>;
  /** By outcome: a delivery that failed for two causes counts once in each. */
  all: Failures[];
  delivered: number | null;
}

/** What a trend needs to know of a store. */
export interface TrendSource {
  groups(question: TopQuestion): GroupsAnswer;
  /** For each step, of these groups alone; a delivery counts once in each. */
  failuresBySteps(
    question: { by: Group; filters: Filters; only: readonly (string | number | null)[] | undefined },
    steps: readonly Span[],
  ): StepFailures[];
  /** UTC ms of the first hour that has anything; `null` = none has. */
  firstHour(): number | null;
  /** Hours (UTC ms of their beginnings) in which the log had anything about mail. */
  hoursWithMail(range: Span): number[];
}

const NONE: Failures = { hard: 0, soft: 0, attempts: 0, deliveries: 0 };
const HOUR = 3_600_000;

/** The same figures as `top`, step by step: in each step a delivery counts once. */
export function trend(store: TrendSource, question: TrendQuestion): TrendAnswer {
  const { by, bucket, zone, filters, limit } = question;
  const until = question.range.until ?? endOfHour(question.now);
  const since = question.range.since ?? store.firstHour() ?? until;
  const range = { since, until };
  const asking = { by: [by], filters, sort: 'deliveries' as const };
  const whole = store.groups({ ...asking, range, limit });
  const only = limit > 0 ? whole.rows.map(({ keys }) => keys[0] ?? null) : undefined;
  const all = steps(since, until, bucket, zone).map((step) => ({ since: Math.max(step.since, since), until: Math.min(step.until, until) }));
  const mail = hasMail(all, store.hoursWithMail(range));
  const asked = store.failuresBySteps(
    { by, filters, only },
    all.filter((_, index) => mail[index]),
  );
  const byStep = mail.map((has) => (has ? (asked.shift() ?? null) : null));
  const before = question.compare ? store.groups({ ...asking, range: spanBefore(range), limit: 0, only }) : null;
  const earlier = before === null ? null : new Map(before.rows.map((row) => [row.keys[0] ?? null, failuresOf(row)]));
  return {
    by,
    bucket,
    range,
    steps: all.map((step, index) => {
      const failures = byStep[index] ?? null;
      return { ...step, delivered: failures?.delivered ?? null, all: failures === null ? null : sumOf(failures.all) };
    }),
    total: allIn(store, range, filters),
    before: question.compare ? allIn(store, spanBefore(range), filters) : null,
    groups: whole.rows.map((row) => {
      const key = row.keys[0] ?? null;
      return {
        key,
        total: failuresOf(row),
        before: earlier === null ? null : (earlier.get(key) ?? NONE),
        values: byStep.map((failures) => (failures === null ? null : failuresOf(failures.groups.get(key) ?? NONE))),
      };
    }),
    more: whole.more,
  };
}

function hasMail(all: readonly Step[], hours: readonly number[]): boolean[] {
  return all.map(({ since, until }) => hours.some((hour) => hour < until && hour + HOUR > since));
}

function failuresOf({ hard, soft, attempts, deliveries }: Failures): Failures {
  return { hard, soft, attempts, deliveries };
}

/** All failures of a range: by outcome, so that a delivery that failed for two causes counts once. */
function allIn(store: TrendSource, range: Range, filters: Filters): Failures {
  return sumOf(store.groups({ by: ['outcome'], range, filters, sort: 'deliveries', limit: 0 }).rows);
}

function sumOf(rows: readonly Failures[]): Failures {
  return rows.map(failuresOf).reduce(
    (sum, row) => ({
      hard: sum.hard + row.hard,
      soft: sum.soft + row.soft,
      attempts: sum.attempts + row.attempts,
      deliveries: sum.deliveries + row.deliveries,
    }),
    NONE,
  );
}
