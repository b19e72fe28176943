import type { Database, Statement } from 'better-sqlite3';
import { detach } from '../../log/encoding.js';

/** Entries kept in memory; beyond it the cache starts anew, so that a spammed host does not grow it without end. */
const CACHE_LIMIT = 100_000;

/**
 * A table that stores each distinct value once. Ids are cached; a value that is not is looked up and inserted, or without a
 * statement to look it up inserted again: for values that hardly come back that is cheaper than an index.
 * The key is one string that identifies the row, the columns are what is written.
 */
export class Dictionary {
  readonly #ids = new Map<string, number>();
  readonly #find: Statement | null;
  readonly #insert: Statement;

  constructor(db: Database, find: string | null, insert: string) {
    this.#find = find === null ? null : db.prepare(find);
    this.#insert = db.prepare(insert);
  }

  /** The id of the row with these columns; the key alone where the table has one column. */
  idOf(key: string, columns?: readonly (string | number | null)[]): number {
    return this.#ids.get(key) ?? this.#look(key, columns ?? [key]);
  }

  #look(key: string, columns: readonly (string | number | null)[]): number {
    const found = this.#find?.get(...columns) as { id: number } | undefined;
    const id = found?.id ?? Number(this.#insert.run(...columns).lastInsertRowid);
    if (this.#ids.size >= CACHE_LIMIT) this.#ids.clear();
    this.#ids.set(detach(key), id);
    return id;
  }
}
