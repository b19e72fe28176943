import type { Database, Statement } from 'better-sqlite3';
import { BLOCK_EVENTS, BLOCK_SHIFT, deliveryOf, eachEvent, packedBlock } from './block.js';

/** Notes which delivery each new event is of, in the order of their ids. */
export class DeliveryEventWriter {
  readonly #put: Statement;
  readonly #find: Statement<[number], Buffer>;
  #number = -1;
  /** As `packedBlock` takes them, in the order of events. */
  #keys: number[] = [];
  #isChanged = false;

  constructor(db: Database) {
    this.#put = db.prepare('INSERT OR REPLACE INTO delivery_event (block, first, last, events) VALUES (?, ?, ?, ?)');
    this.#find = db.prepare<[number], Buffer>('SELECT events FROM delivery_event WHERE block = ?').pluck();
  }

  add(event: number, delivery: number): void {
    const number = event >> BLOCK_SHIFT;
    const place = event % BLOCK_EVENTS;
    if (number !== this.#number) this.#turnTo(number, place);
    this.#keys.push(delivery * BLOCK_EVENTS + place);
    this.#isChanged = true;
  }

  /** Writes what was noted, in the transaction of the events. The last block is written again as it grows. */
  flush(): void {
    if (!this.#isChanged) return;
    const sorted = Float64Array.from(this.#keys).sort();
    this.#put.run(this.#number, deliveryOf(sorted[0] as number), deliveryOf(sorted.at(-1) as number), packedBlock(sorted));
    this.#isChanged = false;
  }

  /** @param place of the next event */
  #turnTo(number: number, place: number): void {
    this.flush();
    this.#number = number;
    this.#keys = [];
    const packed = place === 0 ? undefined : this.#find.get(number);
    if (packed === undefined) return;
    eachEvent(packed, number, null, (delivery, event) => {
      this.#keys.push(delivery * BLOCK_EVENTS + (event % BLOCK_EVENTS));
    });
  }
}
