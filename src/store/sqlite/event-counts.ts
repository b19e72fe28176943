import type { Database } from 'better-sqlite3';
import type { EventCount } from '../../report/metrics.js';
import { DELIVERED, outcomeName } from './outcomes.js';

/** Events of all time, pruned ones included: the totals stay. */
export function eventCounts(db: Database): EventCount[] {
  return db
    .prepare<[], { outcome: number; cause: string | null; provider: string | null; events: number }>(
      `SELECT e.outcome, r.cause, ro.provider, sum(e.deliveries) AS events
       FROM hourly e JOIN route ro ON ro.id = e.route_id LEFT JOIN reply r ON r.id = e.reply_id
       GROUP BY 1, 2, 3`,
    )
    .all()
    .map((row) => ({ ...row, outcome: row.outcome === DELIVERED ? 'delivered' : outcomeName(row.outcome) }));
}
