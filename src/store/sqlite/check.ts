import type { Database } from 'better-sqlite3';
import { CLEAR_AFTER, type Incident } from '../../report/incidents.js';
import { endOfMail } from './hours.js';
import { incidents, incidentsFrom } from './incidents.js';
import { OUTCOME_IDS, outcomeName } from './outcomes.js';
import { firstWholeHour } from './pruned.js';
import { eachCount, eachPacked, findPacked } from './summary/packed-summaries.js';
import { packedRanks } from './summary/ranks.js';
import { NOT_FAILED, PACKED_SUMMARIES, type PackedSummary, PLAIN_SUMMARIES, type PlainSummary, RANKS } from './summary/summary-kinds.js';
import { BEGUN, DAYS, type Time, WEEKS } from './summary/times.js';

const HOUR = 3_600_000;

/** What is wrong with a database, one sentence each; empty when it is whole. */
export function problemsIn(db: Database): string[] {
  const damaged = (db.pragma('integrity_check(20)') as { integrity_check: string }[])
    .map((row) => row.integrity_check)
    .filter((line) => line !== 'ok');
  if (damaged.length > 0) return damaged.map((line) => `SQLite: ${line}`);
  const dangling = (db.pragma('foreign_key_check') as { table: string; parent: string }[]).map(
    ({ table, parent }) => `a row of ${table} refers to a ${parent} that is not there`,
  );
  return [...new Set(dangling), ...differencesIn(db), ...summariesOff(db), ...ranksOff(db), ...recoveriesOff(db), ...incidentsOff(db)];
}

/** The totals must equal the events: each event is counted once, in its hour. Hours whose events were pruned keep their totals. */
function differencesIn(db: Database): string[] {
  const since = firstWholeHour(db);
  const rows = db
    .prepare<unknown[], { outcome: number; events: number; totals: number; tried: number; attempts: number }>(
      `WITH counted AS (SELECT outcome, count(*) AS n, sum(tried) AS tried FROM event WHERE time >= ? GROUP BY outcome),
         summed AS (SELECT outcome, sum(deliveries) AS n, sum(attempts) AS attempts FROM hourly WHERE outcome > 0 AND hour >= ? GROUP BY outcome)
       SELECT o.outcome, ifnull(c.n, 0) AS events, ifnull(s.n, 0) AS totals, ifnull(c.tried, 0) AS tried, ifnull(s.attempts, 0) AS attempts
       FROM (SELECT outcome FROM counted UNION SELECT outcome FROM summed) o
         LEFT JOIN counted c ON c.outcome = o.outcome LEFT JOIN summed s ON s.outcome = o.outcome`,
    )
    .all(since * HOUR, since);
  return rows
    .filter(({ events, totals, tried, attempts }) => events !== totals || tried !== attempts)
    .map(
      ({ outcome, events, totals, tried, attempts }) =>
        `${outcomeName(outcome)}: ${events} events with ${tried} tries, but totals of ${totals} with ${attempts}`,
    );
}

/** The summaries must equal the totals of the hours and days that they are of. */
function summariesOff(db: Database): string[] {
  const total = (where: string) => db.prepare<[], { n: number | null }>(`SELECT sum(h.deliveries) AS n FROM hourly h WHERE ${where}`).get()?.n ?? 0;
  const IN_HOURS = 'h.hour IN (SELECT start FROM summarized WHERE hours = 1)';
  const within = ({ min, max }: typeof DAYS) =>
    `EXISTS (SELECT 1 FROM summarized z WHERE z.hours BETWEEN ${min} AND ${max} AND h.hour >= z.start AND h.hour < z.start + z.hours)`;
  const plain = (summary: PlainSummary, hours: string) =>
    db.prepare<[], { n: number | null }>(`SELECT sum(deliveries) AS n FROM summary WHERE by = ${PLAIN_SUMMARIES[summary]} AND ${hours}`).get()?.n ??
    0;
  const summed = db.prepare<[], Time>('SELECT start, hours FROM summarized').all();
  const packed = (by: number, isTime: (time: Time) => boolean) => {
    let sum = 0;
    eachCount(db, by, summed.filter(isTime), null, ({ deliveries }) => {
      sum += deliveries;
    });
    return sum;
  };
  const { provider, domain, sender } = PACKED_SUMMARIES;
  const FAILURES = 'h.outcome IN (1, 2, 3)';
  const pairs = [
    { times: 'hours = 1', isTime: ({ hours }: Time) => hours === 1, where: IN_HOURS },
    ...[BEGUN, DAYS, WEEKS].map((length) => ({
      times: `hours BETWEEN ${length.min} AND ${length.max}`,
      isTime: ({ hours }: Time) => hours >= length.min && hours <= length.max,
      where: within(length),
    })),
  ].flatMap(({ times, isTime, where }): [string, number, number][] => [
    ['all', plain('all', times), total(where)],
    ['causes', plain('cause', times), total(`${where} AND h.outcome > 0`)],
    ['codes', plain('code', times), total(`${where} AND h.outcome > 0`)],
    ['replies', plain('reply', times), total(`${where} AND ${FAILURES}`)],
    ...(['enhanced', 'stage', 'host', 'listing', 'template'] as const).map((summary): [string, number, number] => [
      `${summary}s`,
      plain(summary, times),
      total(`${where} AND h.outcome > 0`),
    ]),
    ['providers', packed(provider, isTime), total(`${where} AND ${FAILURES}`)],
    // Hours have none of what did not fail.
    ['providers', packed(NOT_FAILED, isTime), where === IN_HOURS ? 0 : total(`${where} AND NOT (${FAILURES})`)],
    ['domains', packed(domain, isTime), total(`${where} AND ${FAILURES}`)],
    ['senders', packed(sender, isTime), total(`${where} AND ${FAILURES}`)],
  ]);
  return pairs.filter(([, summed, counted]) => summed !== counted).map(([name]) => `the summaries of ${name} differ from the totals`);
}

/** Ranks must be those of the values that are packed. */
function ranksOff(db: Database): string[] {
  const times = db.prepare<[], Time>('SELECT start, hours FROM summarized WHERE hours > 1').all();
  const find = findPacked(db);
  const off = (Object.keys(RANKS) as PackedSummary[]).filter((summary) => {
    let isOff = false;
    eachPacked(db, PACKED_SUMMARIES[summary], times, null, (rows, { start, hours }) => {
      const ranks = find.get(RANKS[summary], hours, start);
      isOff ||= ranks === undefined || !packedRanks(rows, start).equals(ranks);
    });
    return isOff;
  });
  return off.map((summary) => `the ranks of ${summary}s differ from their figures`);
}

/** There must be a delay for each delivery that recovered. */
function recoveriesOff(db: Database): string[] {
  const { n } = db
    .prepare<[], { n: number }>(
      `SELECT count(*) AS n FROM (SELECT hour, sum(deliveries) AS n FROM hourly WHERE outcome = ${OUTCOME_IDS.recovered} GROUP BY hour) h
       FULL JOIN recovery r ON r.hour = h.hour WHERE ifnull(h.n, 0) <> ifnull(length(r.delays) / 4, 0)`,
    )
    .get() ?? { n: 0 };
  return n === 0 ? [] : [`how long deferrals took to recover is not known of all that did, in ${n} hours`];
}

/** Incidents that are kept must be those that the totals tell of. */
function incidentsOff(db: Database): string[] {
  const asked = { now: endOfMail(db) * HOUR, clearAfter: CLEAR_AFTER };
  const known = new Set(incidentsFrom(db, { ...asked, afterKept: false }).map((one) => keyOf(one)));
  const wrong = incidents(db, { ...asked, range: { since: null, until: null } }).filter((one) => !known.has(keyOf(one)));
  return wrong.map(({ list, subject }) => `the block list incident of ${list} ${subject} that is kept differs from the totals`);
}

function keyOf({ list, subject, kind, first, last, hits, cleared }: Incident): string {
  return JSON.stringify([list, subject, kind, first, last, hits, cleared]);
}
