import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { UserError } from '../../errors.js';
import { noteDeliveryEvents } from './delivery-events/from-rows.js';
import { noteSpans } from './event-spans.js';
import { MIGRATIONS, migrationFiles, tooNew, versionOf } from './schema-version.js';
import { withAddresses } from './texts/delivery-texts.js';
import { packTexts } from './texts/from-rows.js';
import { packTotals } from './totals/from-rows.js';

/** One step forward of the schema: `migrations/NNNN-name.sql`. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
  /** What SQL cannot do, in the same transaction. */
  step?: ((db: Database) => void) | undefined;
}

const STEPS: Partial<Record<number, (db: Database) => void>> = { 12: packTotals, 13: noteSpans, 15: packTexts, 16: noteDeliveryEvents };

/** All migrations of this version of bouncelog, in order. */
export function allMigrations(): Migration[] {
  return migrationFiles().map((name) => {
    const sql = readFileSync(new URL(name, MIGRATIONS), 'utf8');
    return { version: versionOf(name), name, sql, checksum: createHash('sha256').update(sql).digest('hex'), step: STEPS[versionOf(name)] };
  });
}

/**
 * Brings the database to the newest version, each migration in a transaction of its own.
 * @throws UserError when the database was written by a newer bouncelog, or a migration was changed after it was applied
 */
export function migrate(db: Database, migrations: readonly Migration[] = allMigrations()): void {
  db.exec('CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied INTEGER NOT NULL)');
  checkApplied(db, migrations);
  const applied = db.prepare<[], { version: number }>('SELECT ifnull(max(version), 0) AS version FROM migration').get()?.version ?? 0;
  const record = db.prepare('INSERT INTO migration (version, name, checksum, applied) VALUES (?, ?, ?, ?)');
  const areChecked = db.pragma('foreign_keys', { simple: true });
  // Else a table that others refer to cannot be made anew.
  db.pragma('foreign_keys = OFF');
  for (const migration of migrations) {
    if (migration.version <= applied) continue;
    db.transaction(() => {
      db.exec(migration.sql);
      migration.step?.(db);
      record.run(migration.version, migration.name, migration.checksum, Date.now());
    }).immediate();
  }
  db.pragma(`foreign_keys = ${areChecked}`);
  withAddresses(db);
}

function checkApplied(db: Database, migrations: readonly Migration[]): void {
  const rows = db
    .prepare<[], { version: number; name: string; checksum: string }>('SELECT version, name, checksum FROM migration ORDER BY version')
    .all();
  for (const row of rows) {
    const known = migrations.find((migration) => migration.version === row.version);
    if (known === undefined) throw tooNew(db, row.version, migrations.at(-1)?.version ?? 0);
    if (known.checksum !== row.checksum) {
      throw new UserError(`${db.name}: migration ${row.name} differs from the one that was applied`, { hint: 'Install an unchanged bouncelog.' });
    }
  }
}
