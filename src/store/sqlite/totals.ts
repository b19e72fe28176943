import type { Database } from 'better-sqlite3';
import { HourlyTotals, hourOf } from './hourly.js';
import { OUTCOME_IDS } from './outcomes.js';
import { type DeliveryHandle, packPriors, remember } from './prior.js';
import { firstWholeHour } from './pruned.js';

interface Row {
  delivery_id: number;
  time: number;
  outcome: number;
  tried: number;
  host_id: number;
  domain_id: number | null;
  route_id: number;
  reply: number;
  listing_id: number | null;
}

/**
 * Makes the hourly totals of failures anew from the events, as an ingest would have written them. Delivered mail is left alone, and so
 * are hours whose events were pruned: of them the totals are all there is. Block list incidents are looked for anew.
 */
export function rebuildTotals(db: Database): void {
  const since = firstWholeHour(db);
  db.prepare('DELETE FROM hourly WHERE outcome > 0 AND hour >= ?').run(since);
  db.exec('DELETE FROM prior WHERE id NOT IN (SELECT prior_id FROM hourly); DELETE FROM incident; DELETE FROM standing');
  const totals = new HourlyTotals(db);
  const putPriors = db.prepare('UPDATE open_delivery SET priors = ? WHERE delivery_id = ?');
  let handle: DeliveryHandle = { deliveryId: 0, senderId: 0, priors: [] };
  const finish = () => {
    if (handle.priors.length > 0) putPriors.run(packPriors(handle.priors), handle.deliveryId);
  };
  // All at once: a statement that is being read may not write.
  const rows = db
    .prepare<[], Row>(
      `SELECT e.delivery_id, e.time, e.outcome, e.tried, d.host_id, d.domain_id, e.route_id, ifnull(e.basis_id, e.reply_id) AS reply, e.listing_id
       FROM event e JOIN delivery d ON d.id = e.delivery_id ORDER BY e.delivery_id, e.id`,
    )
    .all();
  for (const row of rows) {
    if (row.delivery_id !== handle.deliveryId) {
      finish();
      handle = { deliveryId: row.delivery_id, senderId: 0, priors: [] };
    }
    const where = { reply: row.reply, route: row.route_id, listing: row.listing_id ?? 0 };
    const { outcome, time, tried: attempts } = row;
    if (hourOf(time) >= since) totals.add({ outcome, time, host: row.host_id, domain: row.domain_id ?? 0, where, priors: handle.priors, attempts });
    if (outcome === OUTCOME_IDS.deferred) remember(handle, where, hourOf(time));
    else handle.priors = [];
  }
  finish();
}
