import type { Database } from 'better-sqlite3';
import type { Mta } from '../../log/record.js';
import type { Deferrals, GroupValues, HourFigures } from '../../report/digest.js';
import type { Span } from '../../report/range.js';
import { eventsIn } from './event-spans.js';
import { endOfMail } from './hours.js';
import { DELIVERED, FAILURES, OUTCOME_IDS } from './outcomes.js';
import { recoveriesIn } from './recoveries.js';
import { type Covered, coverage, summariesOf, timesParameter } from './summary/covered.js';
import { eachCount } from './summary/packed-summaries.js';
import { isPacked, PACKED_SUMMARIES, type PackedSummary, PLAIN_SUMMARIES, type PlainSummary } from './summary/summary-kinds.js';
import { keysOf } from './summary/summary-names.js';
import { DAYS, localTime, summedOf, timeWith } from './summary/times.js';
import { deliveryTexts } from './texts/delivery-texts.js';
import { delayOf, eventTexts } from './texts/event-texts.js';
import { TOTALS, totalsAsTable } from './totals/as-table.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const { deferred, bounced, expired } = OUTCOME_IDS;
const FIGURES = `sum(CASE WHEN e.outcome IN (${bounced}, ${expired}) THEN e.deliveries ELSE 0 END) AS hard,
  sum(CASE WHEN e.outcome = ${deferred} THEN e.deliveries ELSE 0 END) AS soft,
  sum(CASE WHEN e.outcome = ${DELIVERED} THEN e.deliveries ELSE 0 END) AS delivered`;

/** How rows of a group's values are found in the totals. */
const GROUPS: Record<GroupValues['group'], { key: string; join: string; where: string }> = {
  cause: { key: 'r.cause', join: 'JOIN reply r ON r.id = e.reply_id', where: 'e.reply_id IN (SELECT id FROM reply WHERE cause IN WANTED)' },
  code: { key: 'r.code', join: 'JOIN reply r ON r.id = e.reply_id', where: 'e.reply_id IN (SELECT id FROM reply WHERE code IN WANTED)' },
  provider: {
    key: 'ro.provider',
    join: 'JOIN route ro ON ro.id = e.route_id',
    where: 'e.route_id IN (SELECT id FROM route WHERE provider IN WANTED)',
  },
  domain: { key: 'd.name', join: 'JOIN domain d ON d.id = e.domain_id', where: 'e.domain_id IN (SELECT id FROM domain WHERE name IN WANTED)' },
};

/**
 * Failures of some values of a group, or of all with the delivered mail.
 * @param step by the hour, or by the day where that is much quicker; figures of a day stand at its first hour in the span
 */
export function figures(db: Database, of: GroupValues | null, span: Span, step: 'hour' | 'day'): HourFigures[] {
  const byHour = figuresOf(db, of, span, step);
  return step === 'hour' ? byHour : inDays(db, byHour, Math.floor(span.since / HOUR));
}

function figuresOf(db: Database, of: GroupValues | null, { since, until }: Span, step: 'hour' | 'day'): HourFigures[] {
  const summary = of?.group ?? 'all';
  const [first, end] = [Math.floor(since / HOUR), Math.ceil(until / HOUR)];
  const covered = coverage(db, first, end, step);
  const summed = isPacked(summary) ? figuresPacked(db, of?.values ?? [], summary, covered) : figuresSummed(db, of, summary, covered);
  return covered.rest.length === 0 ? summed : [...summed, ...figuresFromTotals(db, of, covered.rest)];
}

/** Added up by the day: what is summed up is the same day of all groups. */
function inDays(db: Database, figures: readonly HourFigures[], first: number): HourFigures[] {
  const summed = summedOf(DAYS, db, 0, endOfMail(db));
  const days = new Map<string, HourFigures>();
  for (const one of figures) {
    const hour = Math.max((timeWith(summed, one.hour) ?? localTime(one.hour, DAYS)).start, first);
    const place = `${hour} ${one.key}`;
    const sum = days.get(place);
    if (sum === undefined) days.set(place, { ...one, hour });
    else {
      sum.hard += one.hard;
      sum.soft += one.soft;
      sum.delivered += one.delivered;
    }
  }
  return [...days.values()];
}

function figuresSummed(db: Database, of: GroupValues | null, summary: PlainSummary, { times }: Covered): HourFigures[] {
  const where = of === null ? '1' : `${FAILURES} AND e.key IN (SELECT value FROM json_each(?))`;
  return db
    .prepare<unknown[], HourFigures>(
      `SELECT e.start AS hour, ${of === null ? 'NULL' : 'e.key'} AS key, ${FIGURES} FROM ${summariesOf(summary)} WHERE ${where} GROUP BY 1, 2`,
    )
    .all(timesParameter(times), ...(of === null ? [] : [JSON.stringify(of.values)]));
}

function figuresPacked(db: Database, values: GroupValues['values'], summary: PackedSummary, { times }: Covered): HourFigures[] {
  const names = new Map([...keysOf(db, summary, values)].map(([name, key]) => [key, name]));
  const found = new Map<string, HourFigures>();
  eachCount(db, PACKED_SUMMARIES[summary], times, [...names.keys()], ({ key, outcome, deliveries }, { start }) => {
    const place = `${start} ${key}`;
    const figures = found.get(place) ?? { hour: start, key: names.get(key) ?? null, hard: 0, soft: 0, delivered: 0 };
    found.set(place, figures);
    if (outcome === deferred) figures.soft += deliveries;
    else figures.hard += deliveries;
  });
  return [...found.values()];
}

function figuresFromTotals(db: Database, of: GroupValues | null, hours: readonly number[]): HourFigures[] {
  const { key, join, where } = of === null ? { key: 'NULL', join: '', where: '1' } : GROUPS[of.group];
  const wanted = of === null ? '1' : `${FAILURES} AND ${where.replace('WANTED', '(SELECT value FROM json_each(?))')}`;
  return totalsAsTable(db)
    .prepare<unknown[], HourFigures>(
      `SELECT e.hour, ${key} AS key, ${FIGURES} FROM ${TOTALS} ${join}
       WHERE b.hour IN (SELECT value FROM json_each(?)) AND ${wanted} GROUP BY 1, 2`,
    )
    .all(JSON.stringify(hours), ...(of === null ? [] : [JSON.stringify(of.values)]));
}

/** How deferrals ended in a span, and what waits now. */
export function deferrals(db: Database, { since, until }: Span, now: number): Deferrals {
  const { count, median, longest } = recoveriesIn(db, { since, until });
  const seconds = (delay: number | null) => (delay === null ? null : delay / 1000);
  const { postfix, exim } = lifetimes(db);
  const waiting = db
    .prepare<[number, number, number], { waiting: number; oldest: number | null; next_expiry: number | null; soon_expired: number }>(
      `SELECT count(*) AS waiting, min(arrived) AS oldest, min(expiry) AS next_expiry, ifnull(sum(expiry < ?), 0) AS soon_expired FROM (
         SELECT nullif(m.arrived, 0) AS arrived, nullif(m.arrived, 0) + CASE m.mta WHEN 'exim' THEN ? ELSE ? END AS expiry
         FROM open_delivery o JOIN open_message m ON m.id = o.open_message_id)`,
    )
    .get(now + DAY, exim, postfix) ?? { waiting: 0, oldest: null, next_expiry: null, soon_expired: 0 };
  return {
    recovered: count,
    medianSeconds: seconds(median),
    longestSeconds: seconds(longest),
    waiting: waiting.waiting,
    oldest: waiting.oldest,
    nextExpiry: waiting.next_expiry,
    soonExpired: waiting.soon_expired,
  };
}

/** Expiries that are looked at. */
const FEW_ENDS = 1_000;

/** How long each MTA keeps trying, ms: as the last expiries in the log show, or as it does by default (`maximal_queue_lifetime` 5d; Exim's retry rule ends after 4d). */
function lifetimes(db: Database): Record<Mta, number> {
  const found: Record<Mta, number> = { postfix: 5 * DAY, exim: 4 * DAY };
  const hour = db
    .prepare<[], number>(
      `SELECT start FROM summary WHERE by = ${PLAIN_SUMMARIES.all} AND hours = 1 AND outcome = ${expired} ORDER BY start DESC LIMIT 1`,
    )
    .pluck()
    .get();
  if (hour === undefined) return found;
  const { from, where } = eventsIn({ since: hour * HOUR, until: (hour + 1) * HOUR });
  const ends = db
    .prepare<unknown[], { id: number; delivery: number }>(
      `SELECT e.id, e.delivery_id AS delivery FROM ${from} WHERE ${where.text} AND e.outcome = ${expired} LIMIT ${FEW_ENDS}`,
    )
    .all(...where.values);
  const ages = new Map<string | null, number>();
  for (const { id, delivery } of ends) {
    const mta = deliveryTexts(db).of(delivery, 'mta');
    ages.set(mta, Math.max(ages.get(mta) ?? 0, delayOf(eventTexts(db), id) ?? 0));
  }
  // Exim also gives up at once where a host has failed for long: that tells nothing.
  for (const [mta, age] of ages) if (age >= HOUR) found[mta as Mta] = age;
  return found;
}
