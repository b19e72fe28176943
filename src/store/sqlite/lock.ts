import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { guard } from './open.js';
import { makeFolder } from './open-for-writing.js';

/** Held by the one ingest that may write; the operating system lets go of it when the process ends, however it ends. */
export interface IngestLock {
  release(): void;
}

/**
 * Takes the lock beside the database, or returns `null` at once when another ingest holds it.
 *
 * The lock is SQLite's own on a file of its own: unlike a pid file it cannot be left behind by `kill -9`,
 * and unlike a transaction on the database itself it does not hinder commits or reports.
 */
export function lockForIngest(path: string): IngestLock | null {
  return guard(path, () => {
    makeFolder(dirname(path));
    const file = `${path}.lock`;
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    const db = new Database(file, { timeout: 0 });
    try {
      db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return null;
      throw error;
    }
    return { release: () => db.close() };
  });
}
