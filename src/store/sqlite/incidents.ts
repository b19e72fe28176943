import type { Database } from 'better-sqlite3';
import type { Flow, FlowsIn, ListingHits } from '../../report/incidents.js';
import { DELIVERED, OUTCOME_IDS } from './outcomes.js';

const { deferred, bounced, expired } = OUTCOME_IDS;
/** Our own refusals name lists that their senders are on; a recovery and an expiry without a try are no new hits. */
const TRIES = `e.outcome IN (${deferred}, ${bounced}, ${expired})`;

/** Who operates the MX; where nobody knows, the recipient's domain. */
const RECEIVER = "coalesce(ro.provider, d.name, 'unknown')";

/** Each list's hits by receiver and hour, over all of history. */
export function listingHits(db: Database): ListingHits[] {
  return db
    .prepare<[], ListingHits>(
      `SELECT l.list, l.subject, l.kind, ${RECEIVER} AS receiver, sum(e.attempts) AS hits, min(e.first_seen) AS first, max(e.last_seen) AS last
       FROM hourly e JOIN listing l ON l.id = e.listing_id JOIN route ro ON ro.id = e.route_id LEFT JOIN domain d ON d.id = e.domain_id
       WHERE e.listing_id <> 0 AND ${TRIES} AND e.attempts > 0
       GROUP BY e.listing_id, e.hour, receiver`,
    )
    .all();
}

/** Mail to these receivers, an hour at a time. */
export function flowsTo(db: Database, receivers: readonly string[]): FlowsIn {
  // A table of this connection alone: as a list in each question it took most of the time.
  db.exec('CREATE TEMP TABLE IF NOT EXISTS wanted_route (id INTEGER PRIMARY KEY); DELETE FROM wanted_route');
  db.prepare('INSERT INTO wanted_route SELECT id FROM route WHERE provider IS NULL OR provider IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(receivers),
  );
  const inHour = db.prepare<[number], Omit<Flow, 'delivered'> & { delivered: number }>(
    `SELECT ${RECEIVER} AS receiver, e.outcome = ${DELIVERED} AS delivered, min(e.first_seen) AS first, max(e.last_seen) AS last
     FROM hourly e JOIN route ro ON ro.id = e.route_id LEFT JOIN domain d ON d.id = e.domain_id
     WHERE e.hour = ? AND (e.outcome = ${DELIVERED} OR ${TRIES} AND e.attempts > 0) AND e.route_id IN (SELECT id FROM wanted_route)
     GROUP BY 1, 2`,
  );
  const known = new Map<number, Flow[]>();
  return (hour) => {
    const flows = known.get(hour) ?? inHour.all(hour).map((row) => ({ ...row, delivered: row.delivered === 1 }));
    known.set(hour, flows);
    return flows;
  };
}
