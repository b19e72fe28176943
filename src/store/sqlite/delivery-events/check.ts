import type { Database } from 'better-sqlite3';
import { BLOCK_SHIFT, eachEvent } from './block.js';

/** Each event must be found by its delivery, once, and the delivery must be there. */
export function deliveryEventsOff(db: Database): string[] {
  const dangling = db.prepare('SELECT 1 FROM event e WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id = e.delivery_id) LIMIT 1').get();
  const events = db.prepare<[number, number], [event: number, delivery: number]>('SELECT id, delivery_id FROM event WHERE id >= ? AND id < ?').raw();
  const packed = db.prepare<[number], Buffer>('SELECT events FROM delivery_event WHERE block = ?').pluck();
  const blocks = db.prepare<[], number>(`SELECT DISTINCT id >> ${BLOCK_SHIFT} FROM event UNION SELECT block FROM delivery_event`).pluck().all();
  let [all, noted, found] = [0, 0, 0];
  for (const block of blocks) {
    const deliveries = new Map<number, number>();
    eachEvent(packed.get(block) ?? Buffer.alloc(0), block, null, (delivery, event) => {
      noted++;
      deliveries.set(event, delivery);
    });
    for (const [event, delivery] of events.all(block << BLOCK_SHIFT, (block + 1) << BLOCK_SHIFT)) {
      all++;
      if (deliveries.get(event) === delivery) found++;
    }
  }
  return [
    ...(dangling === undefined ? [] : ['a row of event refers to a delivery that is not there']),
    ...(found === all && noted === all ? [] : [`of ${all} events ${found} are found by their delivery, of ${noted} that are noted`]),
  ];
}
