import type { Database } from 'better-sqlite3';
import { DELIVERED, OUTCOME_IDS } from '../outcomes.js';
import { type DeliveryHandle, packPriors, remember } from '../prior.js';
import { firstWholeHour } from '../pruned.js';
import { hourOf } from './hour.js';
import { HourTotals } from './hour-totals.js';
import { TotalsReader } from './packed-totals.js';
import { TotalsWriter } from './writer.js';

interface Row {
  id: number;
  delivery_id: number;
  time: number;
  outcome: number;
  tried: number;
  host_id: number;
  domain_id: number | null;
  sender_id: number | null;
  route_id: number;
  reply: number;
  listing_id: number | null;
}

/** Events that are read at once: a statement that is being read may not write. */
const EVENTS_AT_ONCE = 50_000;

/**
 * Makes the hourly totals of failures anew from the events, as an ingest would have written them. Delivered mail is left alone, and so
 * are hours whose events were pruned: of them the totals are all there is. Block list incidents are looked for anew.
 */
export function rebuildTotals(db: Database): void {
  const since = firstWholeHour(db);
  keepDelivered(db, since);
  db.exec('DELETE FROM incident; DELETE FROM standing');
  addFailures(db, since);
}

/** @param since the first hour of which there are all events */
export function addFailures(db: Database, since: number): void {
  const totals = new TotalsWriter(db);
  const putPriors = db.prepare('UPDATE open_delivery SET priors = ? WHERE delivery_id = ?');
  /** Of deliveries that were deferred and have not ended. */
  const handles = new Map<number, DeliveryHandle>();
  const read = db.prepare<[number], Row>(
    `SELECT e.id, e.delivery_id, e.time, e.outcome, e.tried, d.host_id, d.domain_id, d.sender_id, e.route_id, ifnull(e.basis_id, e.reply_id) AS reply, e.listing_id
     FROM event e CROSS JOIN delivery d ON d.id = e.delivery_id WHERE e.id > ? ORDER BY e.id LIMIT ${EVENTS_AT_ONCE}`,
  );
  for (let rows = read.all(0); rows.length > 0; rows = read.all(rows.at(-1)?.id ?? 0)) {
    for (const row of rows) {
      const handle = handles.get(row.delivery_id) ?? { deliveryId: row.delivery_id, senderId: 0, priors: [] };
      const where = { reply: row.reply, route: row.route_id, listing: row.listing_id ?? 0 };
      const { outcome, time, tried: attempts } = row;
      const [host, domain, sender] = [row.host_id, row.domain_id ?? 0, row.sender_id ?? 0];
      if (hourOf(time) >= since) totals.add({ outcome, time, host, domain, sender, where, priors: handle.priors, attempts });
      if (outcome === OUTCOME_IDS.deferred) {
        remember(handle, where, hourOf(time));
        handles.set(row.delivery_id, handle);
      } else handles.delete(row.delivery_id);
    }
  }
  for (const { deliveryId, priors } of handles.values()) putPriors.run(packPriors(priors), deliveryId);
  totals.flush();
  for (const hour of hoursFrom(db, since)) totals.merge(hour);
}

function hoursFrom(db: Database, since: number): number[] {
  return db.prepare<[number], number>('SELECT DISTINCT hour FROM totals WHERE hour >= ?').pluck().all(since);
}

function keepDelivered(db: Database, since: number): void {
  const parts = db.prepare<[number], Buffer>('SELECT rows FROM totals WHERE hour = ? ORDER BY part').pluck();
  const drop = db.prepare('DELETE FROM totals WHERE hour = ?');
  const put = db.prepare('INSERT INTO totals (hour, part, rows) VALUES (?, 0, ?)');
  for (const hour of hoursFrom(db, since)) {
    const totals = new HourTotals(hour);
    for (const part of parts.all(hour)) {
      const packed = new TotalsReader(part, hour);
      while (packed.nextSection()) if (packed.outcome === DELIVERED) while (packed.nextRow()) totals.add(packed, packed);
    }
    drop.run(hour);
    if (totals.size > 0) put.run(hour, totals.packed());
  }
}
