import type { Database } from 'better-sqlite3';
import type { EventCount, EventCounts } from '../../report/metrics.js';
import { DELIVERED, outcomeName } from './outcomes.js';
import { coverage, endOfMail, SUMMARIES } from './summaries.js';

interface Row {
  outcome: number;
  key: string | null;
  events: number;
}

/** Events of all time, pruned ones included: the totals stay. */
export function eventCounts(db: Database): EventCounts {
  return {
    byCause: eventsByCause(db),
    byProvider: counts(db, 'provider', 'ro.provider', 'JOIN route ro ON ro.id = e.route_id', '1'),
  };
}

export function eventsByCause(db: Database): EventCount[] {
  return counts(db, 'cause', 'r.cause', 'JOIN reply r ON r.id = e.reply_id', `e.outcome <> ${DELIVERED}`);
}

/** From the summaries, and from the totals where these do not reach. */
function counts(db: Database, summary: 'cause' | 'provider', key: string, join: string, where: string): EventCount[] {
  const { since, until, rest } = coverage(db, summary, 0, endOfMail(db));
  const rows = db
    .prepare<[number, number, string], Row>(
      `SELECT outcome, nullif(key, '') AS key, sum(deliveries) AS events FROM summary
         WHERE by = ${SUMMARIES[summary]} AND start >= ? AND start < ? GROUP BY 1, 2
       UNION ALL SELECT e.outcome, ${key}, sum(e.deliveries) FROM hourly e ${join}
         WHERE e.hour IN (SELECT value FROM json_each(?)) AND ${where} GROUP BY 1, 2`,
    )
    .all(since, until, JSON.stringify(rest));
  return rows.map(({ outcome, key: value, events }) => ({ outcome: outcome === DELIVERED ? 'delivered' : outcomeName(outcome), key: value, events }));
}
