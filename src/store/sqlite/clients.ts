import type { Database } from 'better-sqlite3';
import { detach } from '../../log/encoding.js';
import { RowWriter } from './row-writer.js';

/** Clients that may come again soon. */
const REMEMBERED = 2_000;

/**
 * Who handed messages to us. A client that was not met just now gets another row: most hardly come back, and that costs less than an index
 * to look them up by.
 */
export class Clients {
  readonly #rows: RowWriter;
  readonly #ids = new Map<string, number>();

  constructor(db: Database) {
    this.#rows = new RowWriter(db, 'client', ['name', 'ip']);
  }

  /** `null` where nothing is known of the client. */
  idOf(name: string | null, ip: string | null): number | null {
    if (name === null && ip === null) return null;
    const key = `${name} ${ip}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#rows.add(name, ip);
    if (this.#ids.size >= REMEMBERED) this.#ids.clear();
    this.#ids.set(detach(key), id);
    return id;
  }

  flush(): void {
    this.#rows.flush();
  }
}
