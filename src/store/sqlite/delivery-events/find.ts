import type { Database } from 'better-sqlite3';
import { prepared } from '../prepared.js';
import { eachEvent, placeOf, type TakeEvent } from './block.js';

/** Calls back with the events of these deliveries, of each in the order in which they were logged. */
export function eachEventOf(db: Database, deliveries: Iterable<number>, take: TakeEvent): void {
  const sorted = [...new Set(deliveries)].sort((a, b) => a - b);
  const [least, greatest] = [sorted[0], sorted.at(-1)];
  if (least === undefined || greatest === undefined) return;
  const ranges = prepared<[number, number], [block: number, first: number, last: number]>(
    db,
    'SELECT block, first, last FROM delivery_event INDEXED BY delivery_event_range WHERE last >= ? AND first <= ?',
  ).raw();
  const find = prepared<[number], Buffer>(db, 'SELECT events FROM delivery_event WHERE block = ?').pluck();
  const mayHave = ranges.all(least, greatest).filter(([, first, last]) => (sorted[placeOf(sorted, first)] ?? last + 1) <= last);
  for (const [block] of mayHave.sort(([a], [b]) => a - b)) eachEvent(find.get(block) as Buffer, block, sorted, take);
}

/** Ids of the events of these deliveries, sorted. */
export function eventIdsOf(db: Database, deliveries: Iterable<number>): number[] {
  const events: number[] = [];
  eachEventOf(db, deliveries, (_, event) => events.push(event));
  return events.sort((a, b) => a - b);
}
