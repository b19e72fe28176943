import type { Database } from 'better-sqlite3';
import type { Filters, Group } from '../../report/question.js';
import type { Span } from '../../report/range.js';
import type { Failures, StepFailures } from '../../report/trend.js';
import { covers, isUnfiltered, isWholeHour } from './choose-way.js';
import { DELIVERED, FAILURES } from './outcomes.js';
import { summariesOf, timesParameter } from './summary/covered.js';
import { plainFigures } from './summary/plain-figures.js';
import { isPacked, type PlainSummary } from './summary/summary-kinds.js';
import type { Time } from './summary/times.js';
import { groups, SUMMARY_OF, top } from './top.js';

interface Row extends Failures {
  start: number;
  g0: string | number | null;
}

/**
 * What failed in each of some steps, and what was delivered: the same as each asked for by itself. Steps that are just one hour or
 * day of the summaries are read all at once (a month of days: a quarter of `trend`).
 */
export function failuresBySteps(db: Database, by: Group, filters: Filters, steps: readonly Span[]): StepFailures[] {
  const summary = SUMMARY_OF[by];
  const times = steps.map((step) => (isUnfiltered(filters) ? timeOf(db, step) : null));
  const isSummed = summary !== undefined && !isPacked(summary);
  const summed = isSummed ? summedSteps(db, summary, times) : new Map<number, StepFailures>();
  return steps.map((step, index) => {
    const time = times[index];
    const found = time === null || time === undefined ? undefined : summed.get(time.start);
    return found ?? askedFor(db, by, filters, step);
  });
}

/** The one time that holds all mail of a step; `null` = there is none. */
function timeOf(db: Database, step: Span): Time | null {
  if (!isWholeHour(step.since) || !isWholeHour(step.until)) return null;
  const covered = covers(db, step);
  return covered !== null && covered.times.length === 1 && covered.rest.length === 0 ? (covered.times[0] ?? null) : null;
}

function askedFor(db: Database, by: Group, filters: Filters, range: Span): StepFailures {
  const asked = { range, filters, sort: 'deliveries' as const, limit: 0 };
  const { rows, totals } = top(db, { ...asked, by: ['outcome'] });
  return {
    groups: new Map(groups(db, { ...asked, by: [by] }).rows.map((row) => [row.keys[0] ?? null, row])),
    all: rows,
    delivered: totals.delivered,
  };
}

function summedSteps(db: Database, summary: PlainSummary, times: readonly (Time | null)[]): Map<number, StepFailures> {
  const parameter = timesParameter(times.filter((time) => time !== null));
  const figures = (of: PlainSummary, where: string) =>
    db
      .prepare<[string], Row>(`SELECT e.start, ${plainFigures(of, 'e.start')} FROM ${summariesOf(of)} WHERE ${where} GROUP BY 1, 2 ORDER BY 1`)
      .all(parameter);
  const steps = new Map<number, StepFailures>();
  for (const { start, g0, ...row } of figures('all', `(${FAILURES} OR e.outcome = ${DELIVERED})`)) {
    const step: StepFailures = steps.get(start) ?? { groups: new Map(), all: [], delivered: 0 };
    if (g0 === DELIVERED) step.delivered = row.deliveries;
    else step.all.push(row);
    steps.set(start, step);
  }
  for (const { start, g0, ...row } of figures(summary, FAILURES)) steps.get(start)?.groups.set(g0, row);
  return steps;
}
