import type { Database } from 'better-sqlite3';
import type { Filters, Group } from '../../report/question.js';
import type { Span } from '../../report/range.js';
import type { Failures, StepFailures } from '../../report/trend.js';
import { countSteps, covers, isOfOutcomes } from './choose-way.js';
import type { Name } from './counting/dimensions.js';
import type { CountedRow } from './counting/limit-groups.js';
import { deliveredOf } from './outcome-totals.js';
import { DELIVERED, outcomeName } from './outcomes.js';
import { summariesOf, timesParameter } from './summary/covered.js';
import { plainFigures } from './summary/plain-figures.js';
import { isPacked, type PlainSummary } from './summary/summary-kinds.js';
import type { Time } from './summary/times.js';
import { groups, isSummed, rowsOf, SUMMARY_OF, top } from './top.js';
import { outcomesOf } from './where.js';

interface Row extends Failures {
  start: number;
  g0: string | number | null;
}

/** What is asked of each step. */
interface StepsQuestion {
  by: Group;
  filters: Filters;
  /** No other groups than these. */
  only: readonly (string | number | null)[] | undefined;
}

/**
 * What failed in each of some steps, and what was delivered: the same as each asked for by itself. Steps that are just one hour or
 * day of the summaries are read all at once (a month of days: a fifth of `trend`).
 */
export function failuresBySteps(db: Database, question: StepsQuestion, steps: readonly Span[]): StepFailures[] {
  const { by, filters, only } = question;
  const times = steps.map((step) => (isOfOutcomes(filters) ? timeOf(db, step) : null));
  const summed = summedSteps(db, question, times);
  const countsGroups = !isSummed(by, filters);
  const countsAll = !isOfOutcomes(filters);
  const bys: Group[][] = [...(countsGroups ? [[by]] : []), ...(countsAll ? [['outcome' as const]] : [])];
  const counts = bys.length === 0 ? null : countSteps(db, bys, filters, steps);
  return steps.map((step, index): StepFailures => {
    const time = times[index];
    const groupsCounted = countsGroups ? counts?.[index]?.[0] : undefined;
    const allCounted = countsAll ? counts?.[index]?.at(-1) : undefined;
    const found = time === null || time === undefined ? undefined : summed.get(time.start);
    const counted = allCounted === undefined ? undefined : { all: rowsOf(allCounted), delivered: deliveredOf(allCounted, filters) };
    return {
      ...(found ?? counted ?? allOf(db, filters, step)),
      groups: found?.groups ?? (groupsCounted === undefined ? groupsOf(db, question, step) : byName(rowsOf(groupsCounted, only ?? null))),
    };
  });
}

/** The one time that holds all mail of a step; `null` = there is none. */
function timeOf(db: Database, step: Span): Time | null {
  const parts = covers(db, step);
  return parts !== null && parts.times.length === 1 && parts.rest.length === 0 && parts.cut === null ? (parts.times[0] ?? null) : null;
}

function allOf(db: Database, filters: Filters, range: Span): Pick<StepFailures, 'all' | 'delivered'> {
  const { rows, totals } = top(db, { by: ['outcome'], range, filters, sort: 'deliveries', limit: 0 });
  return { all: rows, delivered: totals.delivered };
}

function groupsOf(db: Database, { by, filters, only }: StepsQuestion, range: Span): StepFailures['groups'] {
  return byName(groups(db, { by: [by], range, filters, sort: 'deliveries', limit: 0, only }).rows);
}

function byName(rows: readonly CountedRow[]): StepFailures['groups'] {
  return new Map(rows.map((row): [Name, Failures] => [row.keys[0] ?? null, row]));
}

/** What the summaries tell of a step; `null` = its groups are packed, or there is no summary of them. */
type SummedStep = Pick<StepFailures, 'all' | 'delivered'> & { groups: StepFailures['groups'] | null };

/** By the first hours of their times. */
function summedSteps(db: Database, { by, filters }: StepsQuestion, times: readonly (Time | null)[]): Map<number, SummedStep> {
  const summary = SUMMARY_OF[by];
  const isPlain = summary !== undefined && !isPacked(summary);
  const parameter = timesParameter(times.filter((time) => time !== null));
  const outcomes = outcomesOf(filters);
  const figures = (of: PlainSummary, counted: readonly number[]) =>
    db
      .prepare<[string], Row>(
        `SELECT e.start, ${plainFigures(of, 'e.start', outcomes)} FROM ${summariesOf(of)} WHERE e.outcome IN (${counted.join(', ')}) GROUP BY 1, 2 ORDER BY 1`,
      )
      .all(parameter);
  const steps = new Map<number, SummedStep>();
  for (const { start, g0, ...row } of figures('all', [DELIVERED, ...outcomes])) {
    const step: SummedStep = steps.get(start) ?? { groups: isPlain ? new Map() : null, all: [], delivered: 0 };
    if (g0 === DELIVERED) step.delivered = row.deliveries;
    else step.all.push(row);
    steps.set(start, step);
  }
  if (!isPlain) return steps;
  for (const { start, g0, ...row } of figures(summary, outcomes)) {
    steps.get(start)?.groups?.set(by === 'outcome' ? outcomeName(Number(g0)) : g0, row);
  }
  return steps;
}
