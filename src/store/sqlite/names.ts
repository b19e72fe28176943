import type { Database } from 'better-sqlite3';
import type { NameKind } from '../../report/report-store.js';

/** More than this nobody chooses from a list. */
const MAX_NAMES = 200;

const SOURCES: Record<NameKind, string> = {
  provider: 'SELECT DISTINCT provider AS name FROM route WHERE provider IS NOT NULL',
  host: 'SELECT name FROM host',
  listing: 'SELECT DISTINCT list AS name FROM listing',
  domain: 'SELECT name FROM domain',
};

/** Names in the database that begin with a prefix, in alphabetical order. */
export function namesLike(db: Database, kind: NameKind, prefix: string): string[] {
  return db
    .prepare<[string, string], { name: string }>(
      `SELECT name FROM (${SOURCES[kind]}) WHERE substr(name, 1, length(?)) = ? ORDER BY name LIMIT ${MAX_NAMES}`,
    )
    .all(prefix, prefix)
    .map(({ name }) => name);
}
