import type { Database } from 'better-sqlite3';
import { prepared } from './prepared.js';

interface Remembered {
  /** What the database said then of changes, by others and by this connection. */
  version: string;
  values: Map<string, unknown>;
}

const remembered = new WeakMap<Database, Remembered>();

/**
 * What was found once for a connection, until its database changes: a report asks for two ranges many times, and a trend the same of each step.
 * @param find makes the value; what it reads must stand in the database
 */
export function rememberedOf<T>(db: Database, key: string, find: () => T): T {
  const version = `${db.pragma('data_version', { simple: true })} ${prepared(db, 'SELECT total_changes()').pluck().get()}`;
  let known = remembered.get(db);
  if (known?.version !== version) {
    known = { version, values: new Map() };
    remembered.set(db, known);
  }
  if (!known.values.has(key)) known.values.set(key, find());
  return known.values.get(key) as T;
}
