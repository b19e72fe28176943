import type { Database } from 'better-sqlite3';
import type { Deferrals, GroupValues, HourFigures } from '../../report/digest.js';
import type { Span } from '../../report/range.js';
import { DELIVERED, OUTCOME_IDS } from './outcomes.js';

const HOUR = 3_600_000;
const { deferred, bounced, expired, recovered } = OUTCOME_IDS;

const KEYS: Record<GroupValues['group'], string> = { cause: 'r.cause', provider: 'ro.provider', domain: 'd.name', code: 'r.code' };

const JOINS: Record<GroupValues['group'], string> = {
  cause: 'JOIN reply r ON r.id = e.reply_id',
  provider: 'JOIN route ro ON ro.id = e.route_id',
  domain: 'JOIN domain d ON d.id = e.domain_id',
  code: 'JOIN reply r ON r.id = e.reply_id',
};

/** Failures by hour of some values of a group, or by hour alone with the delivered mail. */
export function hourFigures(db: Database, of: GroupValues | null, { since, until }: Span): HourFigures[] {
  const outcomes = of === null ? `${DELIVERED}, ${deferred}, ${bounced}, ${expired}` : `${deferred}, ${bounced}, ${expired}`;
  const key = of === null ? 'NULL' : KEYS[of.group];
  return db
    .prepare<unknown[], HourFigures>(
      `SELECT e.hour, ${key} AS key,
         sum(CASE WHEN e.outcome IN (${bounced}, ${expired}) THEN e.deliveries ELSE 0 END) AS hard,
         sum(CASE WHEN e.outcome = ${deferred} THEN e.deliveries ELSE 0 END) AS soft,
         sum(CASE WHEN e.outcome = ${DELIVERED} THEN e.deliveries ELSE 0 END) AS delivered
       FROM hourly e ${of === null ? '' : JOINS[of.group]}
       WHERE e.hour >= ? AND e.hour < ? AND e.outcome IN (${outcomes}) ${of === null ? '' : `AND ${key} IN (SELECT value FROM json_each(?))`} GROUP BY 1, 2`,
    )
    .all(Math.floor(since / HOUR), Math.ceil(until / HOUR), ...(of === null ? [] : [JSON.stringify(of.values)]));
}

/** How deferrals ended in a span, and what waits now. */
export function deferrals(db: Database, { since, until }: Span, longAgo: number): Deferrals {
  const delays = db
    .prepare<[number, number], { delay: number | null }>(
      `SELECT delay_ms AS delay FROM event WHERE time >= ? AND time < ? AND outcome = ${recovered} ORDER BY delay_ms`,
    )
    .all(since, until)
    .map(({ delay }) => delay);
  const known = delays.filter((delay) => delay !== null);
  const seconds = (delay: number | undefined) => (delay === undefined ? null : delay / 1000);
  const waiting = db
    .prepare<[number], { waiting: number; oldest: number | null; soon_expired: number }>(
      `SELECT count(*) AS waiting, min(nullif(m.arrived, 0)) AS oldest, ifnull(sum(m.arrived > 0 AND m.arrived < ?), 0) AS soon_expired
       FROM open_delivery o JOIN open_message m ON m.id = o.open_message_id`,
    )
    .get(longAgo) ?? { waiting: 0, oldest: null, soon_expired: 0 };
  return {
    recovered: delays.length,
    medianSeconds: seconds(known[Math.floor(known.length / 2)]),
    longestSeconds: seconds(known.at(-1)),
    waiting: waiting.waiting,
    oldest: waiting.oldest,
    soonExpired: waiting.soon_expired,
  };
}
