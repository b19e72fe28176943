import type { Database } from 'better-sqlite3';
import { CLEAR_AFTER, type Incident } from '../../report/incidents.js';
import { deliveryEventsOff } from './delivery-events/check.js';
import { eventsIn } from './event-spans.js';
import { endOfMail } from './hours.js';
import { incidents, incidentsAnew } from './incidents/incidents.js';
import { DELIVERED, FAILURE_IDS, OUTCOME_IDS, outcomeName } from './outcomes.js';
import { firstWholeHour } from './pruned.js';
import { totalsOfTimes } from './summary/longer-totals.js';
import { eachCount, eachPacked, findPacked } from './summary/packed-summaries.js';
import { packedRanks } from './summary/ranks.js';
import { NOT_FAILED, PACKED_SUMMARIES, type PackedSummary, PLAIN_SUMMARIES, type PlainSummary, RANKS } from './summary/summary-kinds.js';
import { BEGUN, DAYS, type Time, timeWith, WEEKS } from './summary/times.js';
import { textsOff } from './texts/check.js';
import { totalsIn } from './totals/read.js';

const HOUR = 3_600_000;

/** What is wrong with a database, one sentence each; empty when it is whole. */
export function problemsIn(db: Database): string[] {
  const damaged = (db.pragma('integrity_check(20)') as { integrity_check: string }[])
    .map((row) => row.integrity_check)
    .filter((line) => line !== 'ok');
  if (damaged.length > 0) return damaged.map((line) => `SQLite: ${line}`);
  const hours = hoursOfOutcomes(db);
  const dangling = (db.pragma('foreign_key_check') as { table: string; parent: string }[]).map(
    ({ table, parent }) => `a row of ${table} refers to a ${parent} that is not there`,
  );
  return [
    ...new Set(dangling),
    ...differencesIn(db, hours),
    ...spansOff(db),
    ...deliveryEventsOff(db),
    ...summariesOff(db, hours),
    ...ranksOff(db),
    ...recoveriesOff(db, hours),
    ...incidentsOff(db),
    ...textsOff(db),
  ];
}

/** What the totals have of an hour and outcome. */
interface HourOfAnOutcome {
  hour: number;
  outcome: number;
  deliveries: number;
  attempts: number;
}

function hoursOfOutcomes(db: Database): HourOfAnOutcome[] {
  const sums = new Map<string, HourOfAnOutcome>();
  for (const totals of totalsIn(db, { since: 0, until: Number.MAX_SAFE_INTEGER })) {
    while (totals.nextSection()) {
      const { hour, outcome } = totals;
      const key = `${hour} ${outcome}`;
      const sum = sums.get(key) ?? { hour, outcome, deliveries: 0, attempts: 0 };
      sums.set(key, sum);
      while (totals.nextRow()) {
        sum.deliveries += totals.deliveries;
        sum.attempts += totals.attempts;
      }
    }
  }
  return [...sums.values()];
}

function sumOf(hours: readonly HourOfAnOutcome[], figure: 'deliveries' | 'attempts'): number {
  return hours.reduce((sum, hour) => sum + hour[figure], 0);
}

/** The totals must equal the events: each event is counted once, in its hour. Hours whose events were pruned keep their totals. */
function differencesIn(db: Database, hours: readonly HourOfAnOutcome[]): string[] {
  const since = firstWholeHour(db);
  const rows = db
    .prepare<[number], { outcome: number; events: number; tried: number }>(
      'SELECT outcome, count(*) AS events, sum(tried) AS tried FROM event WHERE time >= ? GROUP BY outcome',
    )
    .all(since * HOUR);
  const summed = hours.filter(({ hour, outcome }) => hour >= since && outcome !== DELIVERED);
  return Object.values(OUTCOME_IDS).flatMap((outcome) => {
    const { events, tried } = rows.find((row) => row.outcome === outcome) ?? { events: 0, tried: 0 };
    const ofOutcome = summed.filter((one) => one.outcome === outcome);
    const [totals, attempts] = [sumOf(ofOutcome, 'deliveries'), sumOf(ofOutcome, 'attempts')];
    if (events === totals && tried === attempts) return [];
    return [`${outcomeName(outcome)}: ${events} events with ${tried} tries, but totals of ${totals} with ${attempts}`];
  });
}

/** Each event must be found in its hour, once. */
function spansOff(db: Database): string[] {
  const { from } = eventsIn({ since: 0, until: null });
  const found = db.prepare<[], number>(`SELECT count(*) FROM ${from} WHERE e.time / ${HOUR} = p.hour`).pluck().get() ?? 0;
  const all = db.prepare<[], number>('SELECT count(*) FROM event').pluck().get() ?? 0;
  return found === all ? [] : [`of ${all} events ${found} are found by their hour`];
}

/** The summaries must equal the totals of the hours and days that they are of. */
function summariesOff(db: Database, hours: readonly HourOfAnOutcome[]): string[] {
  const plain = (summary: PlainSummary, times: string) =>
    db.prepare<[], { n: number | null }>(`SELECT sum(deliveries) AS n FROM summary WHERE by = ${PLAIN_SUMMARIES[summary]} AND ${times}`).get()?.n ??
    0;
  const summed = db.prepare<[], Time>('SELECT start, hours FROM summarized ORDER BY start').all();
  const packed = (by: number, isTime: (time: Time) => boolean) => {
    let sum = 0;
    eachCount(db, by, summed.filter(isTime), null, ({ deliveries }) => {
      sum += deliveries;
    });
    return sum;
  };
  const merged = (isTime: (time: Time) => boolean) => {
    let sum = 0;
    for (const totals of totalsOfTimes(db, summed.filter(isTime))) {
      while (totals.nextSection()) while (totals.nextRow()) sum += totals.deliveries;
    }
    return sum;
  };
  const { provider, domain, sender } = PACKED_SUMMARIES;
  const pairs = [{ min: 1, max: 1 }, BEGUN, DAYS, WEEKS].flatMap(({ min, max }): [string, number, number][] => {
    const times = `hours BETWEEN ${min} AND ${max}`;
    const isTime = (time: Time) => time.hours >= min && time.hours <= max;
    const ofLength = summed.filter(isTime);
    const within = hours.filter(({ hour }) => timeWith(ofLength, hour) !== undefined);
    const total = (isCounted: (outcome: number) => boolean) =>
      sumOf(
        within.filter(({ outcome }) => isCounted(outcome)),
        'deliveries',
      );
    const isFailure = (outcome: number) => FAILURE_IDS.includes(outcome);
    const isEvent = (outcome: number) => outcome !== DELIVERED;
    return [
      ['all', plain('all', times), total(() => true)],
      ['replies', plain('reply', times), total(isFailure)],
      ...(['cause', 'code', 'enhanced', 'stage', 'host', 'listing', 'template'] as const).map((summary): [string, number, number] => [
        `${summary}s`,
        plain(summary, times),
        total(isEvent),
      ]),
      ['providers', packed(provider, isTime), total(isFailure)],
      // Hours have none of what did not fail.
      ['providers', packed(NOT_FAILED, isTime), max === 1 ? 0 : total((outcome) => !isFailure(outcome))],
      ['domains', packed(domain, isTime), total(isFailure)],
      ['senders', packed(sender, isTime), total(isFailure)],
      ['totals', merged(isTime), total(() => true)],
    ];
  });
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
function recoveriesOff(db: Database, hours: readonly HourOfAnOutcome[]): string[] {
  const kept = new Map(db.prepare<[], [number, number]>('SELECT hour, length(delays) / 4 FROM recovery').raw().all());
  const counted = new Map(hours.filter(({ outcome }) => outcome === OUTCOME_IDS.recovered).map(({ hour, deliveries }) => [hour, deliveries]));
  const all = new Set([...kept.keys(), ...counted.keys()]);
  const n = [...all].filter((hour) => (kept.get(hour) ?? 0) !== (counted.get(hour) ?? 0)).length;
  return n === 0 ? [] : [`how long deferrals took to recover is not known of all that did, in ${n} hours`];
}

/** Incidents that are kept must be those that the totals tell of. */
function incidentsOff(db: Database): string[] {
  const now = endOfMail(db) * HOUR;
  const known = new Set(incidentsAnew(db, now).map((one) => keyOf(one)));
  const kept = incidents(db, { now, clearAfter: CLEAR_AFTER, range: { since: null, until: null } });
  const wrong = kept.filter((one) => !known.has(keyOf(one)));
  return wrong.map(({ list, subject }) => `the block list incident of ${list} ${subject} that is kept differs from the totals`);
}

function keyOf({ list, subject, kind, first, last, hits, cleared }: Incident): string {
  return JSON.stringify([list, subject, kind, first, last, hits, cleared]);
}
