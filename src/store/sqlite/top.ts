import type { Database } from 'better-sqlite3';
import type { Filters, Group, GroupsAnswer, TopAnswer, TopQuestion } from '../../report/question.js';
import { type CountedOnce, countedOnce, countRest, covers, isOfOutcomes, isUnfiltered, type Parts, wholeHoursOf } from './choose-way.js';
import type { Counted } from './counting/count.js';
import { countEvents, type EventsRow } from './counting/count-events.js';
import { groupsShown } from './counting/groups-shown.js';
import { type CountedRow, type GroupFigures, limitGroups, sumOf } from './counting/limit-groups.js';
import { totals } from './outcome-totals.js';
import { outcomeName } from './outcomes.js';
import { providerAskedFor } from './provider-totals.js';
import { hoursBut, summariesOf, timesParameter } from './summary/covered.js';
import { FailureSums, type Figures } from './summary/failure-sums.js';
import { eachPacked, ranksIn } from './summary/packed-summaries.js';
import { plainFigures } from './summary/plain-figures.js';
import { providerCauses } from './summary/provider-causes.js';
import { Ranks } from './summary/ranks.js';
import { isPacked, PACKED_SUMMARIES, type PackedSummary, type PlainSummary, type Summary } from './summary/summary-kinds.js';
import { keysOf, namesOf, providersNamed, senderDomains } from './summary/summary-names.js';
import { oneByOne, summedDays } from './summary/times.js';
import { outcomesOf } from './where.js';

/**
 * The groups with the most failures. Whole hours are counted from the totals, and as far as there are summaries from these; hours
 * that the range cuts, and questions for recipients, whom the totals do not hold, from the events. All ways give the same figures.
 */
export function top(db: Database, question: TopQuestion): TopAnswer {
  const counted = countedOnce(db, question);
  return { ...groupsOf(db, question, counted), totals: totals(db, question, counted) };
}

/** The groups alone, without the totals of the range, which take as long again. */
export function groups(db: Database, question: TopQuestion): GroupsAnswer {
  return groupsOf(db, question, countedOnce(db, question));
}

function groupsOf(db: Database, question: TopQuestion, counted: CountedOnce): GroupsAnswer {
  const packed = fromPacked(db, question);
  if (packed !== null) return packed;
  const { only } = question;
  const summed = fromProviderCauses(db, question) ?? fromSummaries(db, question) ?? fromSenders(db, question);
  const fromTotals = summed === null ? counted() : null;
  if (fromTotals !== null && only === undefined) return fromCounted(question, fromTotals);
  const found =
    summed ?? (fromTotals === null ? countEvents(db, question).map((row) => countedRow(question, row)) : rowsOf(fromTotals, only ?? null));
  return answerOf(question, only === undefined ? found : found.filter(({ keys }) => only.includes(keys[0] ?? null)));
}

function fromCounted(question: TopQuestion, counted: Counted): GroupsAnswer {
  const { groups: sums } = counted;
  const all = { hard: sums.total('hard'), soft: sums.total('soft'), deliveries: sums.total('deliveries') };
  const { shown, others } = groupsShown(counted, question);
  const names = counted.namesOf(shown.map(({ group }) => group));
  const rows = shown.map(({ figures, within }, index) => ({ keys: names[index] ?? [], ...figuresOf(figures), within: within.map(figuresOf) }));
  return answerOf(question, rows, all, others);
}

/** @param only groups of one level with these names; `null` = all */
export function rowsOf({ groups: sums, namesOf, groupsNamed }: Counted, only: readonly (string | number | null)[] | null = null): CountedRow[] {
  const all = only === null ? sums.all() : sums.of(groupsNamed(only));
  const names = namesOf(all.map(([group]) => group));
  return all.map(([, figures], index) => ({ keys: names[index] ?? [], ...figuresOf(figures) }));
}

/**
 * @param rows all groups, or those of the outermost ones that may be shown
 * @param all the sums of all groups
 * @param others outermost groups that are not among the rows
 */
function answerOf(question: TopQuestion, rows: CountedRow[], all: GroupsAnswer['all'] = sumsOf(rows), others = 0): GroupsAnswer {
  const { by, range } = question;
  const { kept, more } = limitGroups(rows, question);
  const shares = kept.map(({ within: _, ...row }) => ({ ...row, share: all.deliveries === 0 ? 0 : row.deliveries / all.deliveries }));
  return { by, range, rows: shares, all, more: more + others };
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

/** Whether summaries know the failures by a group, as far as they reach. */
export function isSummed(group: Group, filters: Filters): boolean {
  const summary = group === 'sender-domain' ? 'sender' : SUMMARY_OF[group];
  return summary !== undefined && isOfOutcomes(filters) && (!isPacked(summary) || isUnfiltered(filters));
}

/** The summary that may answer a question: one for a single group, without filters; by outcome, where it is not packed. */
function summaryFor({ by: [group, ...inner], filters }: TopQuestion): Summary | null {
  if (group === undefined || inner.length > 0 || !isSummed(group, filters)) return null;
  return SUMMARY_OF[group] ?? null;
}

/** The groups from the summaries, and what does not stand there from the totals or events; `null` when that is not the way. */
function fromSummaries(db: Database, question: TopQuestion): CountedRow[] | null {
  const summary = summaryFor(question);
  if (summary === null || isPacked(summary)) return null;
  const parts = covers(db, question.range);
  if (parts === null) return null;
  const rest = countRest(db, question, parts, oneByOne(parts.rest));
  const rows = rowsFromSummary(db, question, summary, parts);
  return rest === null ? rows : addUp([...rows, ...rowsOf(rest)]);
}

/**
 * The same of what is packed. There may be a hundred thousand groups, of which a few are shown: only of these the names
 * are looked up, and of those that are their equals.
 */
function fromPacked(db: Database, question: TopQuestion): GroupsAnswer | null {
  const { range, only, sort, limit } = question;
  const summary = summaryFor(question);
  if (summary === null || !isPacked(summary)) return null;
  const parts = covers(db, range);
  if (parts === null) return null;
  const { times, first: since } = parts;
  const rest = restOf(db, question, summary, parts);
  const named = (figures: [number, Figures][]) => {
    const names = namesOf(
      db,
      summary,
      figures.map(([key]) => key),
    );
    return figures.map(([key, row]) => countedRow(question, { ...row, g0: names.get(key) ?? null }));
  };
  const sumsOfKeys = (keys: ReadonlySet<number> | null) => {
    const sums = new FailureSums();
    eachPacked(db, PACKED_SUMMARIES[summary], times, keys, (rows) => sums.addRows(rows, keys, since));
    for (const [key, figures] of rest) if (keys === null || keys.has(key)) sums.add(key, figures);
    return sums;
  };
  if (only !== undefined) {
    const wanted = new Set(keysOf(db, summary, only).values());
    return answerOf(question, named(sumsOfKeys(wanted).of(wanted)));
  }
  if (sort === 'deliveries' && limit > 0 && limit <= FEW_GROUPS) {
    const ranks = new Ranks(since);
    ranksIn(db, summary, times, ranks);
    for (const [key, figures] of rest) ranks.addFigures(key, figures);
    const leaders = new Set(ranks.leaders(limit));
    const rows = named(sumsOfKeys(leaders).of(leaders));
    return answerOf(question, rows, ranks.all, ranks.size - rows.length);
  }
  const sums = sumsOfKeys(null);
  const all = { hard: sums.total('hard'), soft: sums.total('soft'), deliveries: sums.total('deliveries') };
  const rows = named(sums.mayBeShown(sort, limit));
  return answerOf(question, rows, all, sums.size - rows.length);
}

/** Failures by the domain of the sender, from those by sender: each delivery has one. `null` when that is not the question. */
function fromSenders(db: Database, question: TopQuestion): CountedRow[] | null {
  const { by, range } = question;
  const asked: TopQuestion = { ...question, by: ['sender'], only: undefined };
  const parts = by.length === 1 && by[0] === 'sender-domain' && summaryFor(asked) !== null ? covers(db, range) : null;
  if (parts === null) return null;
  const { names, of } = senderDomains(db);
  const domainOf = (sender: number) => of[sender] ?? 0;
  const sums = new FailureSums();
  eachPacked(db, PACKED_SUMMARIES.sender, parts.times, null, (rows) => sums.addRowsBy(domainOf, rows, parts.first));
  for (const [key, figures] of restOf(db, asked, 'sender', parts)) sums.add(domainOf(key), figures);
  return sums.mayBeShown('name', 0).map(([domain, figures]) => countedRow(question, { ...figures, g0: names[domain] ?? null }));
}

/** Figures by key of what is not summed up. */
function restOf(db: Database, question: TopQuestion, summary: PackedSummary, parts: Parts): [number, Figures][] {
  const counted = countRest(db, question, parts, oneByOne(parts.rest));
  if (counted === null) return [];
  const all = counted.groups.all();
  // Keys of domains and senders are their ids.
  if (summary !== 'provider') return all.map(([group, figures]) => [counted.prefixOf(group, 1), figures]);
  const names = counted.namesOf(all.map(([group]) => group)).map(([name]) => name ?? null);
  const keys = keysOf(db, summary, names);
  return all.map(([, figures], index) => [keys.get(names[index] ?? null) ?? 0, figures]);
}

/** Groups of which each is looked up by itself; for more of them all are read. */
const FEW_GROUPS = 1_000;

/** Days that are counted one by one; more are sooner counted with all others. */
const FEW_DAYS = 3;

/** Causes of some providers, by day; `null` when that is not the question. */
function fromProviderCauses(db: Database, question: TopQuestion): CountedRow[] | null {
  const { by, range, filters } = question;
  const asked = filters.provider;
  const isForBoth =
    by.length === 2 && by.includes('cause') && by.includes('provider') && asked.length > 0 && asked.every((one) => !one.includes('*'));
  const isForOne = by.length === 1 && by[0] === 'cause' && providerAskedFor(db, filters) !== null;
  if ((!isForBoth && !isForOne) || !isUnfiltered({ ...filters, provider: [] })) return null;
  const whole = wholeHoursOf(db, range);
  if (whole === null) return null;
  const days = summedDays(db, whole.since, whole.until);
  const found = providerCauses(db, providersNamed(db, asked), days, whole.first);
  if (found.others.length > FEW_DAYS) return null;
  const rest = countRest(db, question, whole, [...found.others, ...oneByOne(hoursBut(db, whole.since, whole.until, days))]);
  const rows = found.rows.map((row) => countedRow(question, { ...row, g0: row[by[0] as 'cause'], g1: row[by[1] as 'cause'] }));
  return addUp([...rows, ...(rest === null ? [] : rowsOf(rest))]);
}

function rowsFromSummary(db: Database, question: TopQuestion, summary: PlainSummary, { times, first }: Parts): CountedRow[] {
  const outcomes = outcomesOf(question.filters);
  return db
    .prepare<[{ since: number; times: string }], EventsRow>(
      `SELECT ${plainFigures(summary, '@since', outcomes)} FROM ${summariesOf(summary, '@times')} WHERE e.outcome IN (${outcomes.join(', ')}) GROUP BY 1`,
    )
    .all({ since: first, times: timesParameter(times) })
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

function countedRow({ by }: TopQuestion, row: EventsRow): CountedRow {
  return { keys: by.map((group, index) => keyOf(group, row[`g${index}`] ?? null)), ...figuresOf(row) };
}

function figuresOf({ hard, soft, attempts, deliveries, first_seen: firstSeen, last_seen: lastSeen }: Figures): GroupFigures {
  return { hard, soft, attempts, deliveries, firstSeen, lastSeen };
}

function keyOf(group: Group, value: string | number | null): string | number | null {
  return group === 'outcome' ? outcomeName(Number(value)) : value;
}
