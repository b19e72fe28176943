import type { Database, Statement } from 'better-sqlite3';
import { type DeliveryHandle, unpackPriors } from './prior.js';

/**
 * What the store keeps with each open delivery, by the delivery's number: those of this run in memory, those of
 * earlier runs (whose number is that of their row) read when they are met again.
 */
export class Handles {
  readonly #handles = new Map<number, DeliveryHandle>();
  readonly #find: Statement;

  constructor(db: Database) {
    this.#find = db.prepare(
      'SELECT o.priors, ifnull(d.sender_id, 0) AS sender FROM open_delivery o JOIN delivery d ON d.id = o.delivery_id WHERE o.delivery_id = ?',
    );
  }

  of(number: number): DeliveryHandle | undefined {
    return this.#handles.get(number) ?? (number > 0 ? this.#load(number) : undefined);
  }

  set(number: number, handle: DeliveryHandle): void {
    this.#handles.set(number, handle);
  }

  /** The delivery has ended. */
  forget(number: number): void {
    this.#handles.delete(number);
  }

  #load(number: number): DeliveryHandle | undefined {
    const row = this.#find.get(number) as { priors: string; sender: number } | undefined;
    if (row === undefined) return undefined;
    const handle = { deliveryId: number, senderId: row.sender, priors: unpackPriors(row.priors) };
    this.#handles.set(number, handle);
    return handle;
  }
}
