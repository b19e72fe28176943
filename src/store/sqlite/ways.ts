import type { Filters, Group } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { EVENT_TABLES } from './event-rows.js';
import { HARD, OUTCOME_IDS } from './outcomes.js';
import { COLUMNS, NOTHING, type Sql, whereAttempt, whereFilters, whereIds, whereTime } from './where.js';

/** The value of a group, in the tables of either way below. */
export const VALUES: Record<Group, string> = {
  ...COLUMNS,
  'sender-domain': 's.domain',
  reply: 'r.template',
  stage: 'r.stage',
  outcome: 'e.outcome',
};

/** Groups whose value may differ between two attempts of one delivery. */
const OF_THE_ATTEMPT: readonly Group[] = ['cause', 'code', 'enhanced', 'provider', 'mx', 'reply', 'listing', 'stage'];

const HOUR = 3_600_000;
const { deferred: DEFERRED } = OUTCOME_IDS;

/** How to count: the tables, the range, and what each figure is. `e` is the counted row. */
export interface Way {
  /** The tables that the columns of a question need. */
  tables: (used: string) => string;
  where: Sql;
  /** The conditions of filters for anything but the outcome. */
  filters: (filters: Filters) => Sql;
  soft: (fresh: string) => string;
  hard: string;
  attempts: string;
  deliveries: (fresh: string) => string;
  firstSeen: string;
  lastSeen: string;
  /** SQL for "this delivery was not counted before in this range and group"; `null` where DISTINCT sees to it. */
  fresh: ((by: readonly Group[], filters: Filters, countsDeferred: boolean) => Sql) | null;
}

export function eventsWay(range: Range): Way {
  return {
    tables: () => EVENT_TABLES,
    where: whereTime(range),
    filters: whereFilters,
    soft: () => `count(DISTINCT CASE WHEN e.outcome = ${DEFERRED} THEN e.delivery_id END)`,
    hard: `count(DISTINCT CASE WHEN ${HARD} THEN e.delivery_id END)`,
    attempts: 'sum(e.tried)',
    deliveries: () => 'count(DISTINCT e.delivery_id)',
    firstSeen: 'min(e.time)',
    lastSeen: 'max(e.time)',
    fresh: null,
  };
}

/** @param only count no other hours of the range than these */
export function totalsWay(range: Range, only: readonly number[] | null = null): Way {
  // Hour 0 stands for "none" in prior_hour.
  const since = range.since === null ? 1 : range.since / HOUR;
  const until = range.until === null ? Number.MAX_SAFE_INTEGER : range.until / HOUR;
  return {
    tables: totalsTables,
    where:
      only === null
        ? { text: 'e.hour >= ? AND e.hour < ?', values: [since, until] }
        : { text: 'e.hour IN (SELECT value FROM json_each(?))', values: [JSON.stringify(only)] },
    filters: whereIds,
    soft: (fresh) => `sum(CASE WHEN e.outcome = ${DEFERRED} AND ${fresh} THEN e.deliveries ELSE 0 END)`,
    hard: `sum(CASE WHEN ${HARD} THEN e.deliveries ELSE 0 END)`,
    attempts: 'sum(e.attempts)',
    deliveries: (fresh) => `sum(CASE WHEN ${fresh} THEN e.deliveries ELSE 0 END)`,
    firstSeen: 'min(e.first_seen)',
    lastSeen: 'max(e.last_seen)',
    fresh: (by, filters, countsDeferred) => freshInTotals(since, by, filters, countsDeferred),
  };
}

const JOINS: Record<string, string> = {
  h: 'JOIN host h ON h.id = e.host_id',
  ro: 'JOIN route ro ON ro.id = e.route_id',
  r: 'LEFT JOIN reply r ON r.id = e.reply_id',
  d: 'LEFT JOIN domain d ON d.id = e.domain_id',
  l: 'LEFT JOIN listing l ON l.id = e.listing_id',
};

/** Events of some hours of a range, each looked at by itself: whether its delivery was deferred in the range before, its earlier events tell. */
export function lateEventsWay(range: Range, only: readonly number[]): Way {
  const since = range.since ?? 0;
  const fresh = `NOT EXISTS (SELECT 1 FROM event p WHERE p.delivery_id = e.delivery_id AND p.id < e.id AND p.outcome = ${DEFERRED} AND p.time >= ?)`;
  return {
    tables: () => 'event e JOIN delivery de ON de.id = e.delivery_id LEFT JOIN sender s ON s.id = de.sender_id',
    // Hour by hour through the index; as one condition for each hour it might be more than SQLite takes.
    where: {
      text: `e.id IN (SELECT i.id FROM json_each(?) h CROSS JOIN event i ON i.time >= h.value * ${HOUR} AND i.time < (h.value + 1) * ${HOUR})`,
      values: [JSON.stringify(only)],
    },
    filters: whereFilters,
    soft: (isFresh) => `sum(CASE WHEN e.outcome = ${DEFERRED} AND ${isFresh} THEN 1 ELSE 0 END)`,
    hard: `sum(CASE WHEN ${HARD} THEN 1 ELSE 0 END)`,
    attempts: 'sum(e.tried)',
    deliveries: (isFresh) => `sum(CASE WHEN ${isFresh} THEN 1 ELSE 0 END)`,
    firstSeen: 'min(e.time)',
    lastSeen: 'max(e.time)',
    fresh: () => ({ text: fresh, values: [since] }),
  };
}

/** Only what is needed is joined: each join costs a look-up for every row, and most questions need one or two. */
function totalsTables(used: string): string {
  const joins = Object.entries(JOINS).filter(([alias]) => new RegExp(`\\b${alias}\\.`).test(used));
  return ['hourly e', ...joins.map(([, join]) => join)].join(' ');
}

/**
 * A row of the totals is fresh when its deliveries were not deferred in this range before, or only in other groups.
 * `prior_hour` tells the first; the rare rows whose earlier deferrals were of another kind name those in `prior`.
 */
function freshInTotals(since: number, by: readonly Group[], filters: Filters, countsDeferred: boolean): Sql {
  if (!countsDeferred) return NOTHING;
  const groups = by.filter((group) => OF_THE_ATTEMPT.includes(group));
  const filter = whereAttempt(filters);
  const sameGroup = groups.map((group) => `${inPrior(VALUES[group])} IS ${VALUES[group]}`);
  const sameOutcome = by.includes('outcome') ? [`e.outcome = ${DEFERRED}`] : [];
  const conditions = ['p.id = e.prior_id', 'p.hour >= ?', inPrior(filter.text), ...sameGroup, ...sameOutcome];
  // CROSS: from the few earlier deferrals, not from all routes of a provider (12 % of such a question).
  const simple = sameOutcome.length === 0 ? 'e.prior_hour < ?' : `(e.prior_hour < ? OR e.outcome <> ${DEFERRED})`;
  return {
    text: `(${simple} OR (e.prior_id <> 0 AND NOT EXISTS (
      SELECT 1 FROM prior p
      CROSS JOIN reply pr ON pr.id = p.reply_id
      CROSS JOIN route pro ON pro.id = p.route_id
      LEFT JOIN listing pl ON pl.id = p.listing_id
      WHERE ${conditions.join(' AND ')})))`,
    values: [since, since, ...filter.values],
  };
}

/** The same column of an earlier deferral. */
function inPrior(sql: string): string {
  return sql.replaceAll(/\b(r|ro|l)\./g, 'p$1.');
}
