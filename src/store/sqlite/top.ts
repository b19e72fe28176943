import type { Database } from 'better-sqlite3';
import type { Group, GroupsAnswer, TopAnswer, TopQuestion } from '../../report/question.js';
import { covers, hourOf, isOfOutcomes, isUnfiltered, isWholeHour, wayFor } from './choose-way.js';
import { endOfMail } from './hours.js';
import { type CountedRow, limitGroups, sumOf } from './limit-groups.js';
import { totals } from './outcome-totals.js';
import { OUTCOME_IDS, outcomeName } from './outcomes.js';
import { providerAskedFor } from './provider-totals.js';
import { type Covered, hoursBut, summariesOf, timesParameter } from './summary/covered.js';
import { FailureSums, type Figures } from './summary/failure-sums.js';
import { eachPacked, ranksIn } from './summary/packed-summaries.js';
import { plainFigures } from './summary/plain-figures.js';
import { providerCauses } from './summary/provider-causes.js';
import { Ranks } from './summary/ranks.js';
import { isPacked, PACKED_SUMMARIES, type PackedSummary, type PlainSummary, type Summary } from './summary/summary-kinds.js';
import { keysOf, namesOf, providersNamed, senderDomains } from './summary/summary-names.js';
import { summedDays } from './summary/times.js';
import { lateEventsWay, totalsWay, VALUES, type Way } from './ways.js';
import { NOTHING, outcomesOf } from './where.js';

const { deferred: DEFERRED } = OUTCOME_IDS;

interface Row extends Figures {
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
  const packed = fromPacked(db, question);
  if (packed !== null) return packed;
  const { only } = question;
  const found =
    fromProviderCauses(db, question) ?? fromSummaries(db, question) ?? fromSenders(db, question) ?? rowsOf(db, question, wayFor(question));
  return answerOf(question, only === undefined ? found : found.filter(({ keys }) => only.includes(keys[0] ?? null)));
}

/**
 * @param rows all groups; of the many that are packed those that may be shown
 * @param all the sums of all groups, and how many there are
 */
function answerOf(question: TopQuestion, rows: CountedRow[], all: GroupsAnswer['all'] = sumsOf(rows), size = rows.length): GroupsAnswer {
  const { by, range } = question;
  const { kept, more } = limitGroups(rows, question);
  const shares = kept.map((row) => ({ ...row, share: all.deliveries === 0 ? 0 : row.deliveries / all.deliveries }));
  return { by, range, rows: shares, all, more: more + size - rows.length };
}

function sumsOf(rows: readonly CountedRow[]): GroupsAnswer['all'] {
  const sum = (of: (row: CountedRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  return { hard: sum(({ hard }) => hard), soft: sum(({ soft }) => soft), deliveries: sum(({ deliveries }) => deliveries) };
}

/** Which summary answers a question for a group. */
export const SUMMARY_OF: Partial<Record<Group, Summary>> = {
  cause: 'cause',
  code: 'code',
  domain: 'domain',
  provider: 'provider',
  sender: 'sender',
  outcome: 'all',
  enhanced: 'enhanced',
  stage: 'stage',
  host: 'host',
  listing: 'listing',
  reply: 'template',
};

/** The summary that may answer a question: one for a single group, in whole hours, without filters; by outcome, where it is not packed. */
function summaryFor({ by: [group, ...inner], range, filters }: TopQuestion): Summary | null {
  if (group === undefined || inner.length > 0 || !isOfOutcomes(filters) || !isWholeHour(range.since) || !isWholeHour(range.until)) return null;
  const summary = SUMMARY_OF[group] ?? null;
  return summary !== null && isPacked(summary) && !isUnfiltered(filters) ? null : summary;
}

/** The groups from the summaries, and the hours that do not stand there from the totals or events; `null` when that is not the way. */
function fromSummaries(db: Database, question: TopQuestion): CountedRow[] | null {
  const { range } = question;
  const summary = summaryFor(question);
  if (summary === null || isPacked(summary)) return null;
  const covered = covers(db, range);
  if (covered === null) return null;
  const rows = rowsFromSummary(db, question, summary, covered);
  return covered.rest.length === 0 ? rows : addUp([...rows, ...rowsOf(db, question, totalsWay(range, covered.rest))]);
}

/**
 * The same of what is packed. There may be a hundred thousand groups, of which a few are shown: only of these the names
 * are looked up, and of those that are their equals.
 */
function fromPacked(db: Database, question: TopQuestion): GroupsAnswer | null {
  const { range, only, sort, limit } = question;
  const summary = summaryFor(question);
  if (summary === null || !isPacked(summary)) return null;
  const covered = covers(db, range);
  if (covered === null) return null;
  const since = hourOf(range.since, 1);
  const rest = restOf(db, question, summary, covered.rest);
  const named = (figures: [number, Figures][]) => {
    const names = namesOf(db, summary, figures.length > MANY_NAMES ? null : figures.map(([key]) => key));
    return figures.map(([key, row]) => countedRow(question, { ...row, g0: names.get(key) ?? null }));
  };
  const sumsOfKeys = (keys: ReadonlySet<number> | null) => {
    const sums = new FailureSums();
    eachPacked(db, PACKED_SUMMARIES[summary], covered.times, keys, (rows) => sums.addRows(rows, keys, since));
    for (const [key, figures] of rest) if (keys === null || keys.has(key)) sums.add(key, figures);
    return sums;
  };
  if (only !== undefined) {
    const wanted = new Set(keysOf(db, summary, only).values());
    return answerOf(question, named(sumsOfKeys(wanted).of(wanted)));
  }
  if (sort === 'deliveries' && limit > 0 && limit <= FEW_GROUPS) {
    const ranks = new Ranks(since);
    ranksIn(db, summary, covered.times, ranks);
    for (const [key, figures] of rest) ranks.addFigures(key, figures);
    const leaders = new Set(ranks.leaders(limit));
    return answerOf(question, named(sumsOfKeys(leaders).of(leaders)), ranks.all, ranks.size);
  }
  const sums = sumsOfKeys(null);
  const all = { hard: sums.total('hard'), soft: sums.total('soft'), deliveries: sums.total('deliveries') };
  return answerOf(question, named(sums.mayBeShown(sort, limit)), all, sums.size);
}

/** Failures by the domain of the sender, from those by sender: each delivery has one. `null` when that is not the question. */
function fromSenders(db: Database, question: TopQuestion): CountedRow[] | null {
  const { by, range } = question;
  const asked: TopQuestion = { ...question, by: ['sender'], only: undefined };
  const covered = by.length === 1 && by[0] === 'sender-domain' && summaryFor(asked) !== null ? covers(db, range) : null;
  if (covered === null) return null;
  const { names, of } = senderDomains(db);
  const domainOf = (sender: number) => of[sender] ?? 0;
  const sums = new FailureSums();
  const since = hourOf(range.since, 1);
  eachPacked(db, PACKED_SUMMARIES.sender, covered.times, null, (rows) => sums.addRowsBy(domainOf, rows, since));
  for (const [key, figures] of restOf(db, asked, 'sender', covered.rest)) sums.add(domainOf(key), figures);
  return sums.mayBeShown('name', 0).map(([domain, figures]) => countedRow(question, { ...figures, g0: names[domain] ?? null }));
}

/** Figures by key of hours that are not summed up. */
function restOf(db: Database, question: TopQuestion, summary: PackedSummary, hours: readonly number[]): [number, Figures][] {
  if (hours.length === 0) return [];
  const rows = rowsOf(db, question, summary === 'sender' ? lateEventsWay(question.range, hours) : totalsWay(question.range, hours));
  const keys = keysOf(
    db,
    summary,
    rows.map((row) => row.keys[0] ?? null),
  );
  return rows.map(({ keys: [name], hard, soft, attempts, deliveries, firstSeen, lastSeen }) => [
    keys.get(name ?? null) ?? 0,
    { hard, soft, attempts, deliveries, first_seen: firstSeen, last_seen: lastSeen },
  ]);
}

/** Groups of which each is looked up by itself; for more of them all are read. */
const FEW_GROUPS = 1_000;

/** Causes of some providers, by day; `null` when that is not the question. */
function fromProviderCauses(db: Database, question: TopQuestion): CountedRow[] | null {
  const { by, range, filters } = question;
  const asked = filters.provider;
  const isForBoth =
    by.length === 2 && by.includes('cause') && by.includes('provider') && asked.length > 0 && asked.every((one) => !one.includes('*'));
  const isForOne = by.length === 1 && by[0] === 'cause' && providerAskedFor(db, filters) !== null;
  if ((!isForBoth && !isForOne) || !isUnfiltered({ ...filters, provider: [] }) || !isWholeHour(range.since) || !isWholeHour(range.until)) return null;
  const [since, until] = [hourOf(range.since, 0), hourOf(range.until, endOfMail(db))];
  const days = summedDays(db, since, until);
  const found = providerCauses(db, providersNamed(db, asked), days, hourOf(range.since, 1));
  const rest = hoursBut(
    db,
    since,
    until,
    days.filter((day) => !found.others.includes(day)),
  );
  const rows = found.rows.map((row) => countedRow(question, { ...row, g0: row[by[0] as 'cause'], g1: row[by[1] as 'cause'] }));
  return rest.length === 0 ? addUp(rows) : addUp([...rows, ...rowsOf(db, question, totalsWay(range, rest))]);
}

/** Names that are looked up one by one; of more the whole table is read. */
const MANY_NAMES = 10_000;

function rowsFromSummary(db: Database, question: TopQuestion, summary: PlainSummary, { times }: Covered): CountedRow[] {
  const outcomes = outcomesOf(question.filters);
  return db
    .prepare<[{ since: number; times: string }], Row>(
      `SELECT ${plainFigures(summary, '@since', outcomes)} FROM ${summariesOf(summary, '@times')} WHERE e.outcome IN (${outcomes.join(', ')}) GROUP BY 1`,
    )
    .all({ since: hourOf(question.range.since, 1), times: timesParameter(times) })
    .map((row) => countedRow(question, row));
}

function addUp(rows: readonly CountedRow[]): CountedRow[] {
  const byKey = new Map<string, CountedRow[]>();
  for (const row of rows) {
    const key = JSON.stringify(row.keys);
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [row]);
    else same.push(row);
  }
  return [...byKey.values()].map(sumOf);
}

function rowsOf(db: Database, question: TopQuestion, way: Way): CountedRow[] {
  const outcomes = outcomesOf(question.filters);
  const filters = way.filters(question.filters);
  const fresh = way.fresh?.(question.by, question.filters, outcomes.includes(DEFERRED)) ?? NOTHING;
  const groups = question.by.map((group, index) => `${VALUES[group]} AS g${index}`);
  const columns = `${groups.join(', ')}, ${way.hard} AS hard, ${way.soft(fresh.text)} AS soft, ${way.attempts} AS attempts,
         ${way.deliveries(fresh.text)} AS deliveries, ${way.firstSeen} AS first_seen, ${way.lastSeen} AS last_seen`;
  const where = `${way.where.text} AND e.outcome IN (${outcomes.join(', ')}) AND ${filters.text}`;
  const rows = db
    .prepare<unknown[], Row>(
      `SELECT ${columns} FROM ${way.tables(columns)} WHERE ${where} GROUP BY ${question.by.map((_, index) => index + 1).join(', ')}`,
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
