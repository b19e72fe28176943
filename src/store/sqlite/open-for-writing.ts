import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { backfill } from './backfill.js';
import { migrate } from './migrate.js';
import { APPLICATION_ID, BUSY_TIMEOUT, guard, refuseForeign, refuseUnsafe } from './open.js';
import { isCurrent } from './schema-version.js';

/**
 * Opens the database for writing, creates it (mode 0600) and brings it up to date.
 *
 * WAL, so that reports read while an ingest writes; `synchronous = NORMAL`: after a power cut the last commits may be
 * gone, but never a part of one, and since a source's position commits with its events the next run reads them again.
 * @param onUpgrade called before a database with events is brought up to date, which may take minutes
 * @throws UserError when it cannot be opened, is not ours, or is newer than this program
 */
export function openForWriting(path: string, onUpgrade: () => void = () => {}): Database.Database {
  return guard(path, () => {
    const isNew = path !== ':memory:' && !existsSync(path);
    if (isNew) {
      makeFolder(dirname(path));
      closeSync(openSync(path, 'wx', 0o600));
    }
    if (!isNew && path !== ':memory:') refuseUnsafe(path);
    const db = new Database(path, { timeout: BUSY_TIMEOUT });
    if (isNew) chmodSync(path, 0o600);
    refuseForeign(db, path);
    // Only a new file can be told so: pages that a prune frees go back to the file system without writing everything anew.
    if (isNew) db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    db.pragma('cache_size = -8192');
    db.pragma(`application_id = ${APPLICATION_ID}`);
    const isUpgrade = !isNew && path !== ':memory:' && isOlder(db);
    if (isUpgrade) onUpgrade();
    migrate(db);
    backfill(db);
    // What an earlier version took more room for goes back to the file system.
    if (isUpgrade) db.pragma('incremental_vacuum');
    return db;
  });
}

/** Whether it has events of an earlier version. */
function isOlder(db: Database.Database): boolean {
  const has = (table: string) => db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
  return has('migration') && has('event') && !isCurrent(db) && db.prepare('SELECT 1 FROM event LIMIT 1').get() !== undefined;
}

/** Creates missing folders one by one: `mkdirSync` with `recursive` never returns below `/proc`, where nothing can be created. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
