import type { Database } from 'better-sqlite3';
import type { Filters, Group, TopQuestion, Totals } from '../../../report/question.js';
import type { Range } from '../../../report/range.js';
import { eventTables } from '../event-rows.js';
import { eventsIn } from '../event-spans.js';
import { whereNamed } from '../named-deliveries.js';
import { HARD, OUTCOME_IDS } from '../outcomes.js';
import type { Figures } from '../summary/failure-sums.js';
import { COLUMNS, join, outcomesOf, type Sql, whereFilters, whereTime } from '../where.js';
import type { Name } from './dimensions.js';

/*
 * The same figures as in count.ts, from the events themselves: for recipients, who stand in no totals, and for ranges that begin in an hour whose events were pruned in part.
 */

/** The value of a group. */
const VALUES: Record<Group, string> = {
  ...COLUMNS,
  'sender-domain': 's.domain',
  reply: 'r.template',
  stage: 'r.stage',
  outcome: 'e.outcome',
};

const { deferred: DEFERRED } = OUTCOME_IDS;

/** Figures of a group, and its value on each level. */
export interface EventsRow extends Figures {
  [group: `g${number}`]: Name;
}

export function countEvents(db: Database, { by, range, filters }: TopQuestion): EventsRow[] {
  const { from, where } = fromAll(db, range, filters);
  return db
    .prepare<unknown[], EventsRow>(
      `SELECT ${by.map((group, index) => `${VALUES[group]} AS g${index}`).join(', ')}, ${distinct(HARD)} AS hard, ${distinct(ofOutcome(DEFERRED))} AS soft,
         sum(e.tried) AS attempts, count(DISTINCT e.delivery_id) AS deliveries, min(e.time) AS first_seen, max(e.time) AS last_seen
       FROM ${from} WHERE ${where.text} AND e.outcome IN (${outcomesOf(filters).join(', ')}) GROUP BY ${by.map((_, index) => index + 1).join(', ')}`,
    )
    .all(...where.values);
}

/** What became of all deliveries with events in a range. */
export function countEventTotals(db: Database, range: Range, filters: Filters): Omit<Totals, 'delivered' | 'hard' | 'soft'> {
  const { from, where } = fromAll(db, range, filters);
  const columns = Object.entries(OUTCOME_IDS).map(([name, outcome]) => `${distinct(ofOutcome(outcome))} AS ${name}`);
  const row = db
    .prepare<unknown[], Omit<Totals, 'delivered' | 'hard' | 'soft'>>(`SELECT ${columns.join(', ')} FROM ${from} WHERE ${where.text}`)
    .get(...where.values);
  return row ?? { deferred: 0, bounced: 0, expired: 0, recovered: 0, rejected: 0 };
}

function fromAll(db: Database, range: Range, filters: Filters): { from: string; where: Sql } {
  const named = whereNamed(db, filters, range.until);
  if (named !== null) return { from: eventTables(), where: join([named, whereTime(range), whereFilters(filters)], ' AND ') };
  const { from, where } = eventsIn(range);
  return { from: eventTables(from), where: join([where, whereFilters(filters)], ' AND ') };
}

function ofOutcome(outcome: number): string {
  return `e.outcome = ${outcome}`;
}

function distinct(condition: string): string {
  return `count(DISTINCT CASE WHEN ${condition} THEN e.delivery_id END)`;
}
