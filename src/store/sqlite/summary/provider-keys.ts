import type { Database, Statement } from 'better-sqlite3';

/** The key of the provider of each route: its first route. 0 = nobody knows who operates the MX. */
export class ProviderKeys {
  readonly #find: Statement<[number], number>;
  readonly #keys = new Map<number, number>();

  constructor(db: Database) {
    this.#find = db
      .prepare<[number], number>('SELECT ifnull((SELECT min(id) FROM route WHERE provider = ro.provider), 0) FROM route ro WHERE ro.id = ?')
      .pluck();
  }

  of(route: number): number {
    let key = this.#keys.get(route);
    if (key === undefined) {
      key = this.#find.get(route) ?? 0;
      this.#keys.set(route, key);
    }
    return key;
  }
}
