import type { Database, Statement } from 'better-sqlite3';

/** The key of the provider of each route: its first route. 0 = nobody knows who operates the MX. */
export class ProviderKeys {
  readonly #find: Statement<[number], number>;
  /** By route: one more than its key; 0 = not looked up yet. */
  #keys = new Int32Array(1024);

  constructor(db: Database) {
    this.#find = db
      .prepare<[number], number>('SELECT ifnull((SELECT min(id) FROM route WHERE provider = ro.provider), 0) FROM route ro WHERE ro.id = ?')
      .pluck();
  }

  of(route: number): number {
    const known = this.#keys[route] ?? 0;
    return known > 0 ? known - 1 : this.#look(route);
  }

  #look(route: number): number {
    const key = this.#find.get(route) ?? 0;
    if (route >= this.#keys.length) {
      const keys = new Int32Array(2 ** Math.ceil(Math.log2(route + 1)));
      keys.set(this.#keys);
      this.#keys = keys;
    }
    this.#keys[route] = key + 1;
    return key;
  }
}
