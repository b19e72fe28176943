import type { Database, Statement } from 'better-sqlite3';
import { detach } from '../../log/encoding.js';

/** Entries kept in memory; beyond it the cache starts anew, so that a spammed host does not grow it without end. */
const CACHE_LIMIT = 30_000;

/** A table up to this size is read as a whole: then a value that is not in the cache is new, and nobody has to look for it. */
const LOAD_LIMIT = 20_000;

export interface DictionaryStatements {
  /** All rows as `key` and `id`. */
  all: string;
  /** The row with these columns. */
  find: string;
  insert: string;
}

/**
 * A table that stores each distinct value once. Ids are cached.
 * The key is one string that identifies the row, the columns are what is written.
 */
export class Dictionary {
  readonly #ids = new Map<string, number>();
  readonly #all: Statement<[], { key: string; id: number }>;
  readonly #find: Statement;
  readonly #insert: Statement;
  /** All rows are cached; `null` = not looked at yet. */
  #isComplete: boolean | null = null;
  #lastKey = '';
  #lastId = 0;

  constructor(db: Database, { all, find, insert }: DictionaryStatements) {
    this.#all = db.prepare(`${all} LIMIT ${LOAD_LIMIT + 1}`);
    this.#find = db.prepare(find);
    this.#insert = db.prepare(insert);
  }

  /** The id of the row with these columns; the key alone where the table has one column. */
  idOf(key: string, columns?: readonly (string | number | null)[]): number {
    // The same host, sender or transport often comes several times in a row.
    if (key === this.#lastKey && this.#lastId > 0) return this.#lastId;
    this.#lastId = this.#ids.get(key) ?? this.#look(key, columns ?? [key]);
    this.#lastKey = key;
    return this.#lastId;
  }

  #look(key: string, columns: readonly (string | number | null)[]): number {
    if (this.#isComplete === null) {
      this.#isComplete = this.#load();
      const loaded = this.#ids.get(key);
      if (loaded !== undefined) return loaded;
    }
    const found = this.#isComplete ? undefined : (this.#find.get(...columns) as { id: number } | undefined);
    const id = found?.id ?? Number(this.#insert.run(...columns).lastInsertRowid);
    if (this.#ids.size >= CACHE_LIMIT) {
      this.#ids.clear();
      this.#isComplete = false;
    }
    this.#ids.set(detach(key), id);
    return id;
  }

  #load(): boolean {
    const rows = this.#all.all();
    if (rows.length > LOAD_LIMIT) return false;
    for (const { key, id } of rows) this.#ids.set(key, id);
    return true;
  }
}
