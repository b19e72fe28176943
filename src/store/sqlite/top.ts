import type { Database } from 'better-sqlite3';
import type { Filters, Group, GroupsAnswer, Sort, TopAnswer, TopQuestion, Totals } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { type DayFigures, failuresOfDays, keysOf, namesOf } from './day-summaries.js';
import { endOfMail } from './hours.js';
import { type CountedRow, limitGroups, sumOf } from './limit-groups.js';
import { DELIVERED, OUTCOME_IDS, outcomeName } from './outcomes.js';
import { type Covered, coverage } from './summaries.js';
import { HOUR_SUMMARIES, type HourSummary, isOfDays, type Summary } from './summary-kinds.js';
import { eventsWay, HARD, lateEventsWay, totalsWay, VALUES, type Way } from './ways.js';
import { NOTHING, outcomesOf, whereFilters } from './where.js';

const HOUR = 3_600_000;
const { deferred: DEFERRED, bounced: BOUNCED, expired: EXPIRED } = OUTCOME_IDS;

interface Row extends DayFigures {
  [group: `g${number}`]: string | number | null;
}

/**
 * The groups with the most failures. Whole hours are counted from the totals, and as far as there are summaries from these; ranges
 * that cut an hour, and questions for sender or recipient, which the totals do not hold, from the events. All ways give the
 * same figures.
 */
export function top(db: Database, question: TopQuestion): TopAnswer {
  return { ...groups(db, question), totals: totals(db, question) };
}

/** The groups alone, without the totals of the range, which take as long again. */
export function groups(db: Database, question: TopQuestion): GroupsAnswer {
  const ofDays = fromDays(db, question);
  if (ofDays !== null) return ofDays;
  const { only } = question;
  const found = fromSummaries(db, question) ?? rowsOf(db, question, wayFor(question));
  const rows = only === undefined ? found : found.filter(({ keys }) => only.includes(keys[0] ?? null));
  const { kept, more } = limitGroups(rows, question);
  const sum = (of: (row: CountedRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const all = { hard: sum(({ hard }) => hard), soft: sum(({ soft }) => soft), deliveries: sum(({ deliveries }) => deliveries) };
  return {
    by: question.by,
    range: question.range,
    rows: kept.map((row) => ({ ...row, share: all.deliveries === 0 ? 0 : row.deliveries / all.deliveries })),
    all,
    more,
  };
}

function wayFor(question: TopQuestion): Way {
  return fromTotals(question) ? totalsWay(question.range) : eventsWay(question.range);
}

/** Which summary answers a question for a group. */
const SUMMARY_OF: Partial<Record<Group, Summary>> = {
  cause: 'cause',
  code: 'code',
  domain: 'domain',
  provider: 'provider',
  sender: 'sender',
  outcome: 'all',
};

/** The summary that may answer a question: one for a single group, without filters, in whole hours. */
function summaryFor({ by: [group, ...inner], range, filters }: TopQuestion): Summary | null {
  if (group === undefined || inner.length > 0 || !isUnfiltered(filters) || !isWholeHour(range.since) || !isWholeHour(range.until)) return null;
  return SUMMARY_OF[group] ?? null;
}

/** The groups from the summaries, and the hours that do not stand there from the totals or events; `null` when that is not the way. */
function fromSummaries(db: Database, question: TopQuestion): CountedRow[] | null {
  const { range } = question;
  const summary = summaryFor(question);
  if (summary === null || isOfDays(summary)) return null;
  const covered = covers(db, summary, range);
  if (covered === null) return null;
  const rows = rowsOfHours(db, question, summary, covered);
  return covered.rest.length === 0 ? rows : addUp([...rows, ...rowsOf(db, question, totalsWay(range, covered.rest))]);
}

/**
 * The same of what is summed up by the day. There may be a hundred thousand groups, of which a few are shown: only of these the names
 * are looked up, and of those that are their equals.
 */
function fromDays(db: Database, question: TopQuestion): GroupsAnswer | null {
  const { by, range, only, limit } = question;
  const summary = summaryFor(question);
  if (summary === null || !isOfDays(summary)) return null;
  const covered = covers(db, summary, range);
  if (covered === null) return null;
  const figures = failuresOfDays(db, summary, covered.starts, hourOf(range.since, 1));
  if (covered.rest.length > 0) {
    const rest = rowsOf(db, question, summary === 'sender' ? lateEventsWay(range, covered.rest) : totalsWay(range, covered.rest));
    const keys = keysOf(
      db,
      summary,
      rest.map((row) => row.keys[0] ?? null),
    );
    for (const row of rest) addFigures(figures, keys.get(row.keys[0] ?? null) ?? 0, row);
  }
  if (only !== undefined) {
    const wanted = new Set(keysOf(db, summary, only).values());
    if (!only.includes(null)) wanted.delete(0);
    for (const key of figures.keys()) if (!wanted.has(key)) figures.delete(key);
  }
  const best = mayBeShown(figures, question.sort, limit);
  const names = namesOf(db, summary, best.length === figures.size ? null : best.map(([key]) => key));
  const { kept } = limitGroups(
    best.map(([key, row]) => countedRow(question, { ...row, g0: names.get(key) ?? null })),
    question,
  );
  const all = { hard: 0, soft: 0, deliveries: 0 };
  for (const { hard, soft, deliveries } of figures.values()) {
    all.hard += hard;
    all.soft += soft;
    all.deliveries += deliveries;
  }
  const rows = kept.map((row) => ({ ...row, share: all.deliveries === 0 ? 0 : row.deliveries / all.deliveries }));
  return { by, range, rows, all, more: figures.size - kept.length };
}

function addFigures(figures: Map<number, DayFigures>, key: number, row: CountedRow): void {
  const sum = figures.get(key);
  if (sum === undefined) {
    const { hard, soft, attempts, deliveries, firstSeen, lastSeen } = row;
    figures.set(key, { hard, soft, attempts, deliveries, first_seen: firstSeen, last_seen: lastSeen });
    return;
  }
  sum.hard += row.hard;
  sum.soft += row.soft;
  sum.attempts += row.attempts;
  sum.deliveries += row.deliveries;
  sum.first_seen = Math.min(sum.first_seen, row.firstSeen);
  sum.last_seen = Math.max(sum.last_seen, row.lastSeen);
}

/** The groups that are among the first `limit` by the figure that they are sorted by, and all that are equal to the last of these. */
function mayBeShown(figures: ReadonlyMap<number, DayFigures>, sort: Sort, limit: number): [number, DayFigures][] {
  const groups = [...figures];
  if (sort === 'name' || limit === 0 || groups.length <= limit) return groups;
  const figure = (row: DayFigures) => (sort === 'first' ? -row.first_seen : sort === 'last' ? row.last_seen : row[sort]);
  const values = Float64Array.from(groups, ([, row]) => figure(row)).sort();
  const least = values[values.length - limit] as number;
  return groups.filter(([, row]) => figure(row) >= least);
}

function rowsOfHours(db: Database, question: TopQuestion, summary: HourSummary, { since, until }: Covered): CountedRow[] {
  const isByOutcome = summary === 'all';
  const value = isByOutcome ? 'outcome' : summary === 'code' ? 'nullif(key, 0)' : 'key';
  const isFresh = isByOutcome ? `(prior_hour < @since OR outcome <> ${DEFERRED})` : 'prior_hour < @since';
  return db
    .prepare<unknown[], Row>(
      `SELECT ${value} AS g0, sum(CASE WHEN ${HARD} THEN deliveries ELSE 0 END) AS hard,
         sum(CASE WHEN outcome = ${DEFERRED} AND prior_hour < @since THEN deliveries ELSE 0 END) AS soft, sum(attempts) AS attempts,
         sum(CASE WHEN ${isFresh} THEN deliveries ELSE 0 END) AS deliveries, min(first_seen) AS first_seen, max(last_seen) AS last_seen
       FROM summary e WHERE by = ${HOUR_SUMMARIES[summary]} AND start >= @first AND start < @end
         AND outcome IN (${outcomesOf(question.filters).join(', ')}) GROUP BY 1`,
    )
    .all({ since: hourOf(question.range.since, 1), first: since, end: until })
    .map((row) => countedRow(question, row));
}

/** How far the summaries reach in a range of whole hours; `null` when they have nothing of it. */
function covers(db: Database, summary: Summary, range: Range): Covered | null {
  const covered = coverage(db, summary, hourOf(range.since, 0), hourOf(range.until, endOfMail(db)));
  return covered.isEmpty ? null : covered;
}

function hourOf(time: number | null, otherwise: number): number {
  return time === null ? otherwise : time / HOUR;
}

function addUp(rows: readonly CountedRow[]): CountedRow[] {
  const byKey = new Map<string | number | null, CountedRow[]>();
  for (const row of rows) {
    const same = byKey.get(row.keys[0] ?? null);
    if (same === undefined) byKey.set(row.keys[0] ?? null, [row]);
    else same.push(row);
  }
  return [...byKey.values()].map(sumOf);
}

function isUnfiltered(filters: Filters): boolean {
  return Object.values(filters).every((values) => values.length === 0);
}

function fromTotals({ by, range, filters }: TopQuestion): boolean {
  const needsEvents = by.includes('sender') || by.includes('sender-domain') || filters.sender.length > 0 || filters.recipient.length > 0;
  return !needsEvents && isWholeHour(range.since) && isWholeHour(range.until);
}

function isWholeHour(time: number | null): boolean {
  return time === null || time % HOUR === 0;
}

function rowsOf(db: Database, question: TopQuestion, way: Way): CountedRow[] {
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
  return rows.map((row) => countedRow(question, row));
}

function countedRow({ by }: TopQuestion, row: Row): CountedRow {
  return {
    keys: by.map((group, index) => keyOf(group, row[`g${index}`] ?? null)),
    hard: row.hard,
    soft: row.soft,
    attempts: row.attempts,
    deliveries: row.deliveries,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
  };
}

function keyOf(group: Group, value: string | number | null): string | number | null {
  return group === 'outcome' ? outcomeName(Number(value)) : value;
}

function totals(db: Database, question: TopQuestion): Totals {
  const { range, filters } = question;
  const isSummed = isUnfiltered(filters) && isWholeHour(range.since) && isWholeHour(range.until);
  const covered = isSummed ? covers(db, 'all', range) : null;
  if (covered === null) return countTotals(db, range, filters, wayFor(question));
  const summed = summedTotals(db, range, covered);
  if (covered.rest.length === 0) return summed;
  const rest = countTotals(db, range, filters, totalsWay(range, covered.rest), covered.rest);
  return Object.fromEntries(Object.entries(summed).map(([name, count]) => [name, count + (rest[name as keyof Totals] ?? 0)])) as unknown as Totals;
}

function summedTotals(db: Database, range: Range, { since, until }: Covered): Totals & { delivered: number } {
  const rows = db
    .prepare<[number, number, number], { outcome: number; all: number; fresh: number }>(
      `SELECT outcome, sum(deliveries) AS "all", sum(CASE WHEN prior_hour < ? THEN deliveries ELSE 0 END) AS fresh
       FROM summary WHERE by = ${HOUR_SUMMARIES.all} AND start >= ? AND start < ? GROUP BY outcome`,
    )
    .all(hourOf(range.since, 1), since, until);
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
  return { delivered: delivered(db, range, filters, only), ...row, hard: row.bounced + row.expired, soft: row.deferred };
}

/** Delivered mail stands in the totals only; a range that cuts an hour counts the hours that begin in it. */
function delivered(db: Database, range: Range, filters: Filters, only: readonly number[] | null): number | null {
  if (filters.sender.length > 0 || filters.recipient.length > 0) return null;
  const hours = (time: number | null) => (time === null ? null : Math.ceil(time / HOUR) * HOUR);
  const way = totalsWay({ since: hours(range.since), until: hours(range.until) }, only);
  const where = whereFilters(filters);
  return (
    db
      .prepare<unknown[], { n: number }>(
        `SELECT ifnull(sum(e.deliveries), 0) AS n FROM ${way.tables(where.text)} WHERE ${way.where.text} AND e.outcome = ${DELIVERED} AND ${where.text}`,
      )
      .get(...way.where.values, ...where.values)?.n ?? 0
  );
}
