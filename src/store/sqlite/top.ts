import type { Database } from 'better-sqlite3';
import type { Filters, Group, GroupsAnswer, Sort, TopAnswer, TopQuestion, TopRow, Totals } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { EVENT_TABLES } from './event-rows.js';
import { DELIVERED, OUTCOME_IDS, outcomeName } from './outcomes.js';
import { NOTHING, outcomesOf, type Sql, whereAttempt, whereFilters, whereTime } from './where.js';

/** The value of a group, in the tables of either way below. */
const VALUES: Record<Group, string> = {
  cause: 'r.cause',
  code: 'r.code',
  enhanced: 'r.enhanced',
  domain: 'd.name',
  provider: 'ro.provider',
  mx: 'ro.mx',
  sender: 's.address',
  'sender-domain': 's.domain',
  reply: 'r.template',
  host: 'h.name',
  listing: "l.list || ' ' || l.subject",
  stage: 'r.stage',
  outcome: 'e.outcome',
};

/** Groups whose value may differ between two attempts of one delivery. */
const OF_THE_ATTEMPT: readonly Group[] = ['cause', 'code', 'enhanced', 'provider', 'mx', 'reply', 'listing', 'stage'];

const HOUR = 3_600_000;
const { deferred: DEFERRED, bounced: BOUNCED, expired: EXPIRED } = OUTCOME_IDS;
const HARD = `e.outcome IN (${BOUNCED}, ${EXPIRED})`;

interface Row {
  hard: number;
  soft: number;
  attempts: number;
  deliveries: number;
  first_seen: number;
  last_seen: number;
  [group: `g${number}`]: string | number | null;
}

/**
 * The groups with the most failures. Whole hours are counted from the totals; ranges that cut an hour, and
 * questions for sender or recipient, which the totals do not hold, from the events. Both ways give the same figures.
 */
export function top(db: Database, question: TopQuestion): TopAnswer {
  return { ...groups(db, question), totals: totals(db, question.range, question.filters, wayFor(question)) };
}

function wayFor(question: TopQuestion): Way {
  return fromTotals(question) ? totalsWay(question.range) : eventsWay(question.range);
}

/** The groups alone, without the totals of the range, which take as long again. */
export function groups(db: Database, question: TopQuestion): GroupsAnswer {
  const way = wayFor(question);
  const rows = rowsOf(db, question, way);
  const { kept, more } = limitGroups(rows, question);
  const sum = (of: (row: Omit<TopRow, 'share'>) => number) => rows.reduce((total, row) => total + of(row), 0);
  const all = { hard: sum(({ hard }) => hard), soft: sum(({ soft }) => soft), deliveries: sum(({ deliveries }) => deliveries) };
  return {
    by: question.by,
    range: question.range,
    rows: kept.map((row) => ({ ...row, share: all.deliveries === 0 ? 0 : row.deliveries / all.deliveries })),
    all,
    more,
  };
}

function fromTotals({ by, range, filters }: TopQuestion): boolean {
  const needsEvents = by.includes('sender') || by.includes('sender-domain') || filters.sender.length > 0 || filters.recipient.length > 0;
  return !needsEvents && isWholeHour(range.since) && isWholeHour(range.until);
}

function isWholeHour(time: number | null): boolean {
  return time === null || time % HOUR === 0;
}

/** How to count: the tables, the range, and what each figure is. `e` is the counted row. */
interface Way {
  /** The tables that a piece of SQL needs. */
  tables: (used: string) => string;
  where: Sql;
  soft: (fresh: string) => string;
  hard: string;
  attempts: string;
  deliveries: (fresh: string) => string;
  firstSeen: string;
  lastSeen: string;
  /** SQL for "this delivery was not counted before in this range and group"; `null` where DISTINCT sees to it. */
  fresh: ((by: readonly Group[], filters: Filters, countsDeferred: boolean) => Sql) | null;
}

function eventsWay(range: Range): Way {
  return {
    tables: () => EVENT_TABLES,
    where: whereTime(range),
    soft: () => `count(DISTINCT CASE WHEN e.outcome = ${DEFERRED} THEN e.delivery_id END)`,
    hard: `count(DISTINCT CASE WHEN ${HARD} THEN e.delivery_id END)`,
    attempts: 'sum(e.tried)',
    deliveries: () => 'count(DISTINCT e.delivery_id)',
    firstSeen: 'min(e.time)',
    lastSeen: 'max(e.time)',
    fresh: null,
  };
}

function totalsWay(range: Range): Way {
  // Hour 0 stands for "none" in prior_hour.
  const since = range.since === null ? 1 : range.since / HOUR;
  const until = range.until === null ? Number.MAX_SAFE_INTEGER : range.until / HOUR;
  return {
    tables: totalsTables,
    where: { text: 'e.hour >= ? AND e.hour < ?', values: [since, until] },
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
  const simple = sameOutcome.length === 0 ? 'e.prior_hour < ?' : `(e.prior_hour < ? OR e.outcome <> ${DEFERRED})`;
  return {
    text: `(${simple} OR (e.prior_id <> 0 AND NOT EXISTS (
      SELECT 1 FROM prior p
      JOIN reply pr ON pr.id = p.reply_id
      JOIN route pro ON pro.id = p.route_id
      LEFT JOIN listing pl ON pl.id = p.listing_id
      WHERE ${conditions.join(' AND ')})))`,
    values: [since, since, ...filter.values],
  };
}

/** The same column of an earlier deferral. */
function inPrior(sql: string): string {
  return sql.replaceAll(/\b(r|ro|l)\./g, 'p$1.');
}

function rowsOf(db: Database, question: TopQuestion, way: Way): Omit<TopRow, 'share'>[] {
  const outcomes = outcomesOf(question.filters);
  const filters = whereFilters(question.filters);
  const fresh = way.fresh?.(question.by, question.filters, outcomes.includes(DEFERRED)) ?? NOTHING;
  const groups = question.by.map((group, index) => `${VALUES[group]} AS g${index}`);
  const columns = `${groups.join(', ')}, ${way.hard} AS hard, ${way.soft(fresh.text)} AS soft, ${way.attempts} AS attempts,
         ${way.deliveries(fresh.text)} AS deliveries, ${way.firstSeen} AS first_seen, ${way.lastSeen} AS last_seen`;
  const where = `${way.where.text} AND e.outcome IN (${outcomes.join(', ')}) AND ${filters.text}`;
  const rows = db
    .prepare<unknown[], Row>(
      `SELECT ${columns} FROM ${way.tables(columns + where)} WHERE ${where} GROUP BY ${question.by.map((_, index) => index + 1).join(', ')}`,
    )
    .all(...fresh.values, ...fresh.values, ...way.where.values, ...filters.values);
  return rows.map((row) => ({
    keys: question.by.map((group, index) => keyOf(group, row[`g${index}`] ?? null)),
    hard: row.hard,
    soft: row.soft,
    attempts: row.attempts,
    deliveries: row.deliveries,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
  }));
}

function keyOf(group: Group, value: string | number | null): string | number | null {
  return group === 'outcome' ? outcomeName(Number(value)) : value;
}

/** Sorts and cuts level by level: the greatest outer groups, and in each the greatest inner ones. */
function limitGroups(rows: Omit<TopRow, 'share'>[], question: TopQuestion): { kept: Omit<TopRow, 'share'>[]; more: number } {
  const { sort, limit } = question;
  const cut = (part: Omit<TopRow, 'share'>[], level: number): { kept: Omit<TopRow, 'share'>[]; more: number } => {
    const groups = new Map<string | number | null, Omit<TopRow, 'share'>[]>();
    for (const row of part) {
      const key = row.keys[level] ?? null;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [row]);
      else group.push(row);
    }
    const sorted = [...groups.values()].sort((a, b) => compareGroups(sumOf(a), sumOf(b), sort, level));
    const chosen = limit > 0 ? sorted.slice(0, limit) : sorted;
    const isInnermost = level === question.by.length - 1;
    return { kept: chosen.flatMap((group) => (isInnermost ? group : cut(group, level + 1).kept)), more: sorted.length - chosen.length };
  };
  return cut(rows, 0);
}

function sumOf(rows: Omit<TopRow, 'share'>[]): Omit<TopRow, 'share'> {
  return rows.reduce((sum, row) => ({
    keys: sum.keys,
    hard: sum.hard + row.hard,
    soft: sum.soft + row.soft,
    attempts: sum.attempts + row.attempts,
    deliveries: sum.deliveries + row.deliveries,
    firstSeen: Math.min(sum.firstSeen, row.firstSeen),
    lastSeen: Math.max(sum.lastSeen, row.lastSeen),
  }));
}

/** Greatest first, names and first sightings in rising order; the name breaks ties, so that an answer is always the same. */
function compareGroups(a: Omit<TopRow, 'share'>, b: Omit<TopRow, 'share'>, sort: Sort, level: number): number {
  const byName = compareNames(a.keys[level] ?? null, b.keys[level] ?? null);
  if (sort === 'name') return byName;
  if (sort === 'first') return a.firstSeen - b.firstSeen || byName;
  if (sort === 'last') return b.lastSeen - a.lastSeen || byName;
  return b[sort] - a[sort] || b.hard - a.hard || b.attempts - a.attempts || byName;
}

function compareNames(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function totals(db: Database, range: Range, filters: Filters, way: Way): Totals {
  const where = whereFilters(filters);
  const fresh = way.fresh?.([], filters, true) ?? NOTHING;
  const count = (outcome: number) =>
    way.fresh === null
      ? `count(DISTINCT CASE WHEN e.outcome = ${outcome} THEN e.delivery_id END)`
      : `ifnull(sum(CASE WHEN e.outcome = ${outcome} THEN e.deliveries END), 0)`;
  const columns = `ifnull(${way.soft(fresh.text)}, 0) AS deferred, ${count(BOUNCED)} AS bounced, ${count(EXPIRED)} AS expired,
         ${count(OUTCOME_IDS.recovered)} AS recovered, ${count(OUTCOME_IDS.rejected)} AS rejected`;
  const row = db
    .prepare<unknown[], Omit<Totals, 'delivered' | 'hard' | 'soft'>>(
      `SELECT ${columns} FROM ${way.tables(columns + where.text)} WHERE ${way.where.text} AND ${where.text}`,
    )
    .get(...fresh.values, ...way.where.values, ...where.values) ?? { deferred: 0, bounced: 0, expired: 0, recovered: 0, rejected: 0 };
  return { delivered: delivered(db, range, filters), ...row, hard: row.bounced + row.expired, soft: row.deferred };
}

/** Delivered mail stands in the totals only; a range that cuts an hour counts the hours that begin in it. */
function delivered(db: Database, range: Range, filters: Filters): number | null {
  if (filters.sender.length > 0 || filters.recipient.length > 0) return null;
  const hours = (time: number | null) => (time === null ? null : Math.ceil(time / HOUR) * HOUR);
  const way = totalsWay({ since: hours(range.since), until: hours(range.until) });
  const where = whereFilters(filters);
  return (
    db
      .prepare<unknown[], { n: number }>(
        `SELECT ifnull(sum(e.deliveries), 0) AS n FROM ${way.tables(where.text)} WHERE ${way.where.text} AND e.outcome = ${DELIVERED} AND ${where.text}`,
      )
      .get(...way.where.values, ...where.values)?.n ?? 0
  );
}
