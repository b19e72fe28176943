import type { Database } from 'better-sqlite3';
import { DELIVERED } from '../outcomes.js';
import type { Prior } from '../prior.js';
import { firstWholeHour } from '../pruned.js';
import { HourTotals } from './hour-totals.js';
import { addFailures } from './rebuild.js';

interface Row {
  outcome: number;
  host_id: number;
  domain_id: number;
  route_id: number;
  reply_id: number;
  listing_id: number;
  prior_hour: number;
  prior_id: number;
  attempts: number;
  deliveries: number;
  first_seen: number;
  last_seen: number;
}

/**
 * Packs the totals of an earlier version, in the transaction of its migration. They had no senders: failures are counted from the events, but
 * for hours whose events were pruned.
 */
export function packTotals(db: Database): void {
  const since = firstWholeHour(db);
  const rows = db.prepare<[number, number], Row>(`SELECT * FROM hourly WHERE hour = ? AND (outcome = ${DELIVERED} OR hour < ?)`);
  const priorsOf = db.prepare<[number], Prior>('SELECT reply_id AS reply, route_id AS route, listing_id AS listing, hour FROM prior WHERE id = ?');
  const put = db.prepare('INSERT INTO totals (hour, part, rows) VALUES (?, 0, ?)');
  for (const hour of db.prepare<[], number>('SELECT DISTINCT hour FROM hourly').pluck().all()) {
    const totals = new HourTotals(hour);
    for (const row of rows.all(hour, since)) {
      totals.add(
        { outcome: row.outcome, reply: row.reply_id, listing: row.listing_id, host: row.host_id },
        {
          domain: row.domain_id,
          route: row.route_id,
          sender: 0,
          priorHour: row.prior_hour,
          priors: row.prior_id === 0 ? [] : priorsOf.all(row.prior_id),
          attempts: row.attempts,
          deliveries: row.deliveries,
          firstSeen: row.first_seen,
          lastSeen: row.last_seen,
        },
      );
    }
    if (totals.size > 0) put.run(hour, totals.packed());
  }
  db.exec('DROP TABLE hourly; DROP TABLE prior');
  addFailures(db, since);
}
