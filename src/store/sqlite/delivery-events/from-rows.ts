import type { Database } from 'better-sqlite3';
import { DeliveryEventWriter } from './writer.js';

/** Notes the events of each delivery of a database that has none noted. */
export function noteDeliveryEvents(db: Database): void {
  const writer = new DeliveryEventWriter(db);
  const read = db
    .prepare<[number], [event: number, delivery: number]>('SELECT id, delivery_id FROM event WHERE id > ? ORDER BY id LIMIT 100000')
    .raw();
  for (let events = read.all(0); events.length > 0; events = read.all(events.at(-1)?.[0] ?? 0)) {
    for (const [event, delivery] of events) writer.add(event, delivery);
  }
  writer.flush();
}
