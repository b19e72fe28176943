import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { UserError } from '../../errors.js';
import { isCurrent } from './schema-version.js';
import { withAddresses } from './texts/delivery-texts.js';

/** Marks the file as ours ("BNCL"), so that a foreign database is never touched. */
export const APPLICATION_ID = 0x424e434c;
/** How long a statement waits for another process's lock; a commit takes milliseconds. */
export const BUSY_TIMEOUT = 10_000;

/**
 * Opens an existing database for reading only.
 * @throws UserError when it does not exist, is not ours, or has another version
 */
export function openForReading(path: string): Database.Database {
  if (!existsSync(path)) {
    throw new UserError(`${path}: no such database`, { hint: 'Run `bouncelog ingest` first, or name the database with --db.' });
  }
  return guard(path, () => {
    refuseUnsafe(path);
    const db = new Database(path, { readonly: true, timeout: BUSY_TIMEOUT });
    refuseForeign(db, path);
    db.pragma('cache_size = -65536');
    // As much as SQLite allows: of a database of two gigabytes `trace` takes a tenth less than with one.
    db.pragma('mmap_size = 2147418112');
    withAddresses(db);
    if (!isCurrent(db)) {
      throw new UserError(`${path}: written by an older bouncelog`, { hint: 'Run `bouncelog ingest` once; it brings the database up to date.' });
    }
    return db;
  });
}

/**
 * Whoever can write to a database file can make SQLite do what he likes when it is opened, and read what it says of our mail.
 * @throws UserError when the file is another user's, or anybody may write to it; root may open everybody's
 */
export function refuseUnsafe(path: string): void {
  const { uid, mode } = statSync(path);
  const user = process.getuid?.();
  if (user !== undefined && user !== 0 && uid !== user) {
    throw new UserError(`${path}: belongs to another user`, { hint: 'Run as its owner, or choose another database with --db.' });
  }
  if ((mode & 0o002) !== 0) throw new UserError(`${path}: anybody may write to it`, { hint: `Look who has, then: chmod 600 ${path}` });
}

/** @throws UserError when the database has tables that are not ours */
export function refuseForeign(db: Database.Database, path: string): void {
  const id = db.pragma('application_id', { simple: true });
  const tables = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n ?? 0;
  if (id !== APPLICATION_ID && tables > 0) {
    throw new UserError(`${path}: a SQLite database, but not bouncelog's`, { hint: 'Choose another file with --db.' });
  }
}

const MESSAGES: [RegExp, string, string][] = [
  [/^SQLITE_NOTADB/, 'not a SQLite database', 'Choose another file with --db.'],
  [/^(SQLITE_CORRUPT|Z_)/, 'the database is damaged', 'Restore it from a backup, or move it away and ingest the logs again.'],
  [
    /^SQLITE_FULL/,
    'the disk is full; nothing of this batch was stored, everything before it is',
    'Make room and run the same command again: it goes on where it stopped.',
  ],
  [/^SQLITE_(BUSY|LOCKED)/, 'the database is locked by another process', 'Try again when it has finished.'],
  [/^SQLITE_READONLY/, 'the database cannot be written', 'Check the owner and mode of the file and its directory.'],
  [/^SQLITE_(CANTOPEN|PERM|AUTH)/, 'the database cannot be opened', 'Check that the directory exists and that you may write to it.'],
  [/^SQLITE_IOERR/, 'reading or writing the database failed', 'Check the disk (dmesg) and its free space.'],
];

/** Runs `action` and turns SQLite's and the file system's errors into one clear line. */
export function guard<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explain(path, error);
  }
}

/** The same for rows that are read one by one. */
export function* guardEach<T>(path: string, rows: Iterable<T>): Iterable<T> {
  try {
    yield* rows;
  } catch (error) {
    throw explain(path, error);
  }
}

/** The error as the user is to see it. */
export function explain(path: string, error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (error instanceof UserError || typeof code !== 'string') return error;
  for (const [pattern, message, hint] of MESSAGES) {
    if (pattern.test(code)) return new UserError(`${path}: ${message}`, { hint, cause: error });
  }
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EISDIR|ENOENT|ENOSPC)$/.test(code)) {
    return new UserError(`${path}: ${(error as Error).message}`, { hint: 'Choose another place with --db, or check the permissions.', cause: error });
  }
  return error;
}
