import type { Database, Statement } from 'better-sqlite3';

/**
 * What there is one of: `line_state`, `last_run`, `forgotten` (open messages that the limits made us forget), `rules` (the version
 * of the rules that all history is classified by), `rules_in_use` (that of the last run), `pruned` (UTC ms before which
 * events were dropped), `anonymized` (the fingerprint of the key that addresses are hashed with).
 */
export type MetaKey = 'line_state' | 'last_run' | 'forgotten' | 'rules' | 'rules_in_use' | 'pruned' | 'anonymized' | 'followed';

export class Meta {
  readonly #find: Statement;
  readonly #put: Statement;
  readonly #delete: Statement;
  /** What was written last: most batches change nothing. */
  readonly #written = new Map<MetaKey, string | null>();

  constructor(db: Database) {
    this.#find = db.prepare('SELECT value FROM meta WHERE key = ?');
    this.#put = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value');
    this.#delete = db.prepare('DELETE FROM meta WHERE key = ?');
  }

  get(key: MetaKey): string | null {
    return (this.#find.get(key) as { value: string } | undefined)?.value ?? null;
  }

  /** @param value `null` removes it */
  set(key: MetaKey, value: string | null): void {
    if (this.#written.get(key) === value) return;
    if (value === null) this.#delete.run(key);
    else this.#put.run(key, value);
    this.#written.set(key, value);
  }
}
