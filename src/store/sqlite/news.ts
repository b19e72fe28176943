import type { Database } from 'better-sqlite3';
import type { NewReason } from '../../report/check.js';
import type { Span } from '../../report/range.js';
import { OUTCOME_IDS } from './outcomes.js';

const HOUR = 3_600_000;
const { deferred, bounced, expired } = OUTCOME_IDS;

/** UTC ms of the last line about mail; `null` = there was none. */
export function lastMail(db: Database): number | null {
  return (
    db.prepare<[], { last: number | null }>('SELECT max(last_seen) AS last FROM hourly WHERE hour = (SELECT max(hour) FROM hourly)').get()?.last ??
    null
  );
}

/** Kinds of replies that came in a span and never before it, most deliveries first; none when there is no before to compare with. */
export function newReasons(db: Database, { since, until }: Span, minDeliveries: number): NewReason[] {
  return db
    .prepare<unknown[], NewReason>(
      `WITH old AS (SELECT template FROM reply WHERE id IN (SELECT reply_id FROM hourly WHERE hour < ?))
       SELECT r.template, min(r.cause) AS cause, sum(h.deliveries) AS deliveries
       FROM hourly h JOIN reply r ON r.id = h.reply_id
       WHERE h.hour >= ? AND h.hour < ? AND h.outcome IN (${deferred}, ${bounced}, ${expired}) AND r.template NOT IN (SELECT template FROM old)
         AND EXISTS (SELECT 1 FROM hourly WHERE hour < ?)
       GROUP BY r.template HAVING sum(h.deliveries) >= ?
       ORDER BY deliveries DESC, r.template`,
    )
    .all(Math.floor(since / HOUR), Math.floor(since / HOUR), Math.ceil(until / HOUR), Math.floor(since / HOUR), minDeliveries);
}
