import type { Database } from 'better-sqlite3';
import { idsByPage } from '../ids-by-page.js';
import { BLOCK_EVENTS, BLOCK_SHIFT, deliveryOf, eachEvent, packedBlock } from './block.js';

/** Takes out events that are gone, in the transaction that took them out. */
export function pruneDeliveryEvents(db: Database, gone: readonly number[]): void {
  const find = db.prepare<[number], Buffer>('SELECT events FROM delivery_event WHERE block = ?').pluck();
  const take = db.prepare('DELETE FROM delivery_event WHERE block = ?');
  const put = db.prepare('UPDATE delivery_event SET first = ?, last = ?, events = ? WHERE block = ?');
  for (const [number, events] of idsByPage(gone, BLOCK_SHIFT)) {
    const packed = find.get(number);
    if (packed === undefined) continue;
    const ofBlock = new Set(events);
    const keys: number[] = [];
    eachEvent(packed, number, null, (delivery, event) => {
      if (!ofBlock.has(event)) keys.push(delivery * BLOCK_EVENTS + (event % BLOCK_EVENTS));
    });
    if (keys.length === 0) take.run(number);
    else put.run(deliveryOf(keys[0] as number), deliveryOf(keys.at(-1) as number), packedBlock(Float64Array.from(keys)), number);
  }
}

/** Deliveries that no event is of and that are not open. */
export function deliveriesWithoutEvents(db: Database): number[] {
  const last = db.prepare<[], number | null>('SELECT max(id) FROM delivery').pluck().get() ?? 0;
  const isNeeded = new Uint8Array(last + 1);
  const read = db.prepare<[number], { block: number; events: Buffer }>(
    'SELECT block, events FROM delivery_event WHERE block > ? ORDER BY block LIMIT 1',
  );
  for (let row = read.get(-1); row !== undefined; row = read.get(row.block)) {
    eachEvent(row.events, row.block, null, (delivery) => {
      isNeeded[delivery] = 1;
    });
  }
  for (const delivery of db.prepare<[], number>('SELECT delivery_id FROM open_delivery').pluck().iterate()) isNeeded[delivery] = 1;
  const without: number[] = [];
  for (const id of db.prepare<[], number>('SELECT id FROM delivery ORDER BY id').pluck().iterate()) if (isNeeded[id] === 0) without.push(id);
  return without;
}
