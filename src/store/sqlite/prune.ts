import type { Database } from 'better-sqlite3';
import type { PruneAnswer } from '../../report/prune.js';
import { deliveriesWithoutEvents, pruneDeliveryEvents } from './delivery-events/prune.js';
import { eventsIn, pruneSpans } from './event-spans.js';
import { Meta } from './meta.js';
import { BLOCK_SHIFT } from './signpost.js';
import { pruneGroups } from './signpost-groups.js';
import { DELIVERY_TEXTS } from './texts/delivery-texts.js';
import { EVENT_TEXTS } from './texts/event-texts.js';
import { pruneTexts } from './texts/prune.js';
import { hourOf } from './totals/hour.js';

/** Events taken out in one transaction: an ingest that wants to write meanwhile waits for one of these, not for all. */
const EVENTS_AT_ONCE = 50_000;

/** Deliveries named in one text: all of a long time took memory. */
const DELIVERIES_AT_ONCE = 50_000;

/**
 * Takes out events older than `before` (UTC ms) with their deliveries, and gives the space back. Totals stay, and so does what is
 * still open. Each step is a transaction: an end in the middle leaves a database that is whole, and the next run goes on.
 * @param onProgress told after each step how many events are gone, of how many that are old enough
 */
export function prune(db: Database, before: number, onProgress: (done: number, all: number) => void = () => {}): PruneAnswer {
  const pagesBefore = pagesOf(db);
  const takeEvents = db
    .prepare<[number, number], number>(
      `DELETE FROM event WHERE id IN (
       SELECT e.id FROM event_span p CROSS JOIN event e ON e.id BETWEEN p.first AND p.last
         WHERE p.hour <= ? AND e.time < ? AND NOT EXISTS (SELECT 1 FROM open_delivery o WHERE o.delivery_id = e.delivery_id) LIMIT ${EVENTS_AT_ONCE})
     RETURNING id`,
    )
    .pluck();
  // Before anything is gone, so that an end in the middle does not look like totals that differ from the events.
  const meta = new Meta(db);
  meta.set('pruned', String(Math.max(before, Number(meta.get('pruned') ?? 0))));
  let events = 0;
  const hour = hourOf(before);
  const { from, where } = eventsIn({ since: null, until: before });
  const all =
    db
      .prepare<unknown[], number>(`SELECT count(*) FROM ${from} WHERE ${where.text}`)
      .pluck()
      .get(...where.values) ?? 0;
  const take = db.transaction(() => {
    const gone = takeEvents.all(hour, before);
    if (gone.length > 0) pruneSpans(db, hour);
    pruneTexts(db, EVENT_TEXTS, 'event', gone);
    pruneDeliveryEvents(db, gone);
    return gone.length;
  });
  for (let taken = take.immediate(); taken > 0; taken = take.immediate()) {
    events += taken;
    onProgress(events, all);
  }
  const deliveries = db
    .transaction(() => {
      const gone = deliveriesWithoutEvents(db);
      const takeEnd = db.prepare('DELETE FROM ended WHERE delivery_id IN (SELECT value FROM json_each(?))');
      const takeDelivery = db.prepare('DELETE FROM delivery WHERE id IN (SELECT value FROM json_each(?))');
      for (let at = 0; at < gone.length; at += DELIVERIES_AT_ONCE) {
        const some = JSON.stringify(gone.slice(at, at + DELIVERIES_AT_ONCE));
        takeEnd.run(some);
        takeDelivery.run(some);
      }
      pruneTexts(db, DELIVERY_TEXTS, 'delivery', gone);
      db.prepare(
        `DELETE FROM signpost WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id BETWEEN block << ${BLOCK_SHIFT} AND ((block + 1) << ${BLOCK_SHIFT}) - 1)`,
      ).run();
      pruneGroups(db);
      db.prepare('DELETE FROM redelivered WHERE time < ?').run(before);
      return gone.length;
    })
    .immediate();
  // A database of an earlier version was not made for giving back page by page.
  if (db.pragma('auto_vacuum', { simple: true }) === 2) db.pragma('incremental_vacuum');
  else db.exec('VACUUM');
  db.pragma('optimize');
  db.pragma('wal_checkpoint(TRUNCATE)');
  return { before, events, deliveries, freedBytes: Math.max(0, pagesBefore - pagesOf(db)) * Number(db.pragma('page_size', { simple: true })) };
}

function pagesOf(db: Database): number {
  return Number(db.pragma('page_count', { simple: true }));
}
