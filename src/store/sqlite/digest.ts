import type { Database } from 'better-sqlite3';
import type { Deferrals, DigestGroup, HourFigures } from '../../report/digest.js';
import { DELIVERED, OUTCOME_IDS } from './outcomes.js';

const HOUR = 3_600_000;
const { deferred, bounced, expired, recovered } = OUTCOME_IDS;

const KEYS: Record<Exclude<DigestGroup, 'sender'>, string> = { cause: 'r.cause', provider: 'ro.provider', domain: 'd.name', code: 'r.code' };

/** Failures by hour and group, or by hour alone with the delivered mail. */
export function hourFigures(
  db: Database,
  group: Exclude<DigestGroup, 'sender'> | null,
  { since, until }: { since: number; until: number },
): HourFigures[] {
  const outcomes = group === null ? `${DELIVERED}, ${deferred}, ${bounced}, ${expired}` : `${deferred}, ${bounced}, ${expired}`;
  return db
    .prepare<[number, number], HourFigures>(
      `SELECT e.hour, ${group === null ? 'NULL' : KEYS[group]} AS key,
         sum(CASE WHEN e.outcome IN (${bounced}, ${expired}) THEN e.deliveries ELSE 0 END) AS hard,
         sum(CASE WHEN e.outcome = ${deferred} THEN e.deliveries ELSE 0 END) AS soft,
         sum(CASE WHEN e.outcome = ${DELIVERED} THEN e.deliveries ELSE 0 END) AS delivered
       FROM hourly e JOIN route ro ON ro.id = e.route_id LEFT JOIN reply r ON r.id = e.reply_id LEFT JOIN domain d ON d.id = e.domain_id
       WHERE e.hour >= ? AND e.hour < ? AND e.outcome IN (${outcomes}) GROUP BY 1, 2`,
    )
    .all(Math.floor(since / HOUR), Math.ceil(until / HOUR));
}

/** How deferrals ended in a span, and what waits now. */
export function deferrals(db: Database, { since, until }: { since: number; until: number }, longAgo: number): Deferrals {
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
