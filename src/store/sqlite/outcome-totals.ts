import type { Database } from 'better-sqlite3';
import type { Filters, TopQuestion, Totals } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { covers, hourOf, isOfOutcomes, isWholeHour, wayFor } from './choose-way.js';
import { DELIVERED, OUTCOME_IDS } from './outcomes.js';
import { providerTotals } from './provider-totals.js';
import { type Covered, summariesOf, timesParameter } from './summary/covered.js';
import { totalsWay, type Way } from './ways.js';
import { NOTHING } from './where.js';

const HOUR = 3_600_000;
const { deferred: DEFERRED, bounced: BOUNCED, expired: EXPIRED } = OUTCOME_IDS;

/** What became of all deliveries of a range. */
export function totals(db: Database, question: TopQuestion): Totals {
  const { range, filters } = question;
  const isSummed = isOfOutcomes(filters) && isWholeHour(range.since) && isWholeHour(range.until);
  const covered = isSummed ? covers(db, range) : null;
  if (covered !== null) return withHours(db, range, filters, { totals: summedTotals(db, range, covered), rest: covered.rest });
  const ofProvider = providerTotals(db, range, filters);
  return ofProvider === null ? countTotals(db, range, filters, wayFor(question)) : withHours(db, range, filters, ofProvider);
}

/** With those of hours that are counted one by one. */
function withHours(db: Database, range: Range, filters: Filters, { totals: summed, rest: hours }: { totals: Totals; rest: number[] }): Totals {
  if (hours.length === 0) return summed;
  const rest = countTotals(db, range, filters, totalsWay(range, hours), hours);
  return Object.fromEntries(Object.entries(summed).map(([name, count]) => [name, count + (rest[name as keyof Totals] ?? 0)])) as unknown as Totals;
}

function summedTotals(db: Database, range: Range, { times }: Covered): Totals & { delivered: number } {
  const rows = db
    .prepare<[number, string], { outcome: number; all: number; fresh: number }>(
      `SELECT outcome, sum(deliveries) AS "all", sum(CASE WHEN prior_hour < ? THEN deliveries ELSE 0 END) AS fresh
       FROM ${summariesOf('all')} GROUP BY outcome`,
    )
    .all(hourOf(range.since, 1), timesParameter(times));
  const all = (outcome: number) => rows.find((row) => row.outcome === outcome)?.all ?? 0;
  const deferred = rows.find((row) => row.outcome === DEFERRED)?.fresh ?? 0;
  const [bounced, expired] = [all(BOUNCED), all(EXPIRED)];
  const { recovered, rejected } = OUTCOME_IDS;
  return {
    delivered: all(DELIVERED),
    deferred,
    bounced,
    expired,
    recovered: all(recovered),
    rejected: all(rejected),
    hard: bounced + expired,
    soft: deferred,
  };
}

function countTotals(db: Database, range: Range, filters: Filters, way: Way, only: readonly number[] | null = null): Totals {
  const where = way.filters(filters);
  const fresh = way.fresh?.([], filters, true) ?? NOTHING;
  const count = (outcome: number) =>
    way.fresh === null
      ? `count(DISTINCT CASE WHEN e.outcome = ${outcome} THEN e.delivery_id END)`
      : `ifnull(sum(CASE WHEN e.outcome = ${outcome} THEN e.deliveries END), 0)`;
  const columns = `ifnull(${way.soft(fresh.text)}, 0) AS deferred, ${count(BOUNCED)} AS bounced, ${count(EXPIRED)} AS expired,
         ${count(OUTCOME_IDS.recovered)} AS recovered, ${count(OUTCOME_IDS.rejected)} AS rejected`;
  const row = db
    .prepare<unknown[], Omit<Totals, 'delivered' | 'hard' | 'soft'>>(
      `SELECT ${columns} FROM ${way.tables(columns)} WHERE ${way.where.text} AND ${where.text}`,
    )
    .get(...fresh.values, ...way.where.values, ...where.values) ?? { deferred: 0, bounced: 0, expired: 0, recovered: 0, rejected: 0 };
  return { delivered: delivered(db, range, filters, only), ...row, hard: row.bounced + row.expired, soft: row.deferred };
}

/** Delivered mail stands in the totals only; a range that cuts an hour counts the hours that begin in it. */
function delivered(db: Database, range: Range, filters: Filters, only: readonly number[] | null): number | null {
  if (filters.sender.length > 0 || filters.recipient.length > 0) return null;
  const hours = (time: number | null) => (time === null ? null : Math.ceil(time / HOUR) * HOUR);
  const way = totalsWay({ since: hours(range.since), until: hours(range.until) }, only);
  const where = way.filters(filters);
  return (
    db
      .prepare<unknown[], { n: number }>(
        `SELECT ifnull(sum(e.deliveries), 0) AS n FROM ${way.tables('')} WHERE ${way.where.text} AND e.outcome = ${DELIVERED} AND ${where.text}`,
      )
      .get(...way.where.values, ...where.values)?.n ?? 0
  );
}
