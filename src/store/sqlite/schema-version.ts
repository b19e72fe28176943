import { readdirSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { UserError } from '../../errors.js';
import { ownFile } from '../../files.js';

/** Where the migrations lie. */
export const MIGRATIONS = ownFile('migrations/');

/** The files of all migrations of this version of bouncelog, in order. */
export function migrationFiles(): string[] {
  return readdirSync(MIGRATIONS)
    .filter((name) => /^\d{4}-.+\.sql$/.test(name))
    .sort();
}

/** The version that a migration leads to, by its file. */
export function versionOf(name: string): number {
  return Number(name.slice(0, 4));
}

/**
 * Whether the database stands at the newest version. The migrations themselves are not looked at: reading and hashing them takes 4 ms.
 * @throws UserError when the database was written by a newer bouncelog
 */
export function isCurrent(db: Database): boolean {
  const newest = Math.max(...migrationFiles().map(versionOf));
  const applied = db.prepare<[], { version: number }>('SELECT ifnull(max(version), 0) AS version FROM migration').get()?.version ?? 0;
  if (applied > newest) throw tooNew(db, applied, newest);
  return applied === newest;
}

export function tooNew(db: Database, version: number, newest: number): UserError {
  return new UserError(`${db.name}: written by a newer bouncelog (schema ${version}, this one knows ${newest})`, {
    hint: 'Install that version or a newer one, or choose another database with --db.',
  });
}
