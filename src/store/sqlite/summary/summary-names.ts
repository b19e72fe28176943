import type { Database } from 'better-sqlite3';
import { type NumberedValues, numberedValues } from '../numbered-values.js';
import { prepared } from '../prepared.js';
import { rememberedOf } from '../remembered.js';
import type { PackedSummary } from './summary-kinds.js';

/** Where the names of keys stand. A provider goes by the first of its routes; receivers that nobody operates have none. */
const NAMES: Record<PackedSummary, { table: string; column: string; indexed: string }> = {
  domain: { table: 'domain', column: 'name', indexed: 'name' },
  provider: { table: 'route', column: 'provider', indexed: 'provider' },
  sender: { table: 'sender', column: 'address', indexed: 'address COLLATE NOCASE' },
};

/** Keys of names that were shown, by connection: what a report shows, it asks more of, and looking 400 names up takes 10 ms. A key never changes. */
const shown = new WeakMap<Database, Record<PackedSummary, Map<string, number>>>();

/** Names that are looked up one by one; of more the whole table is read. */
const MANY_NAMES = 10_000;

/** The names of these keys (and maybe of others), or of all; 0 is none. */
export function namesOf(db: Database, summary: PackedSummary, keys: readonly number[] | null = null): Map<number, string> {
  if (keys !== null && keys.length > MANY_NAMES) return namesOf(db, summary);
  const { table, column } = NAMES[summary];
  const wanted = keys === null ? '' : 'AND id IN (SELECT value FROM json_each(?))';
  const rows = prepared<string[], { id: number; name: string }>(
    db,
    `SELECT id, ${column} AS name FROM ${table} WHERE ${column} IS NOT NULL ${wanted}`,
  ).all(...(keys === null ? [] : [JSON.stringify(keys)]));
  if (keys !== null) for (const { id, name } of rows) shownOf(db, summary).set(name, id);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function shownOf(db: Database, summary: PackedSummary): Map<string, number> {
  let ofDb = shown.get(db);
  if (ofDb === undefined) {
    ofDb = { domain: new Map(), provider: new Map(), sender: new Map() };
    shown.set(db, ofDb);
  }
  return ofDb[summary];
}

/** The keys of these names; 0 is that of none. */
export function keysOf(db: Database, summary: PackedSummary, names: readonly (string | number | null)[]): Map<string | number | null, number> {
  const known = shownOf(db, summary);
  const keys = new Map<string | number | null, number>();
  const others: (string | number)[] = [];
  for (const name of names) {
    const key = name === null ? 0 : known.get(String(name));
    if (key !== undefined) keys.set(name, key);
    else if (name !== null) others.push(name);
  }
  if (others.length > 0) for (const { id, name } of lookedUp(db, summary, others)) keys.set(name, id);
  return keys;
}

function lookedUp(db: Database, summary: PackedSummary, names: readonly (string | number)[]): { id: number; name: string }[] {
  const { table, column, indexed } = NAMES[summary];
  return prepared<[string], { id: number; name: string }>(
    db,
    `WITH wanted AS (SELECT value FROM json_each(?))
     SELECT min(id) AS id, ${column} AS name FROM ${table} WHERE ${indexed} IN wanted AND ${column} IN wanted GROUP BY ${column}`,
  ).all(JSON.stringify(names));
}

/** Domains of senders. Read once: a trend asks for each of its steps. */
export function senderDomains(db: Database): NumberedValues {
  return rememberedOf(db, 'sender domains', () => numberedValues(db, 'sender', 'domain'));
}

/** Providers as filters name them: case does not matter, and an empty name is none. */
export function providersNamed(db: Database, names: readonly string[]): (string | null)[] {
  const rows = db.prepare<[string], string>('SELECT DISTINCT provider FROM route WHERE lower(provider) IN (SELECT value FROM json_each(?))');
  return [...rows.pluck().all(JSON.stringify(names.map((name) => name.toLowerCase()))), ...(names.includes('') ? [null] : [])];
}
