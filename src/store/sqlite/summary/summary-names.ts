import type { Database } from 'better-sqlite3';
import { prepared } from '../prepared.js';
import type { PackedSummary } from './summary-kinds.js';

/** Where the names of keys stand. A provider goes by the first of its routes; receivers that nobody operates have none. */
const NAMES: Record<PackedSummary, { table: string; column: string }> = {
  domain: { table: 'domain', column: 'name' },
  provider: { table: 'route', column: 'provider' },
  sender: { table: 'sender', column: 'address' },
};

/** The names of these keys, or of all; 0 is none. */
export function namesOf(db: Database, summary: PackedSummary, keys: readonly number[] | null = null): Map<number, string> {
  const { table, column } = NAMES[summary];
  const wanted = keys === null ? '' : 'AND id IN (SELECT value FROM json_each(?))';
  const rows = prepared<string[], { id: number; name: string }>(
    db,
    `SELECT id, ${column} AS name FROM ${table} WHERE ${column} IS NOT NULL ${wanted}`,
  ).all(...(keys === null ? [] : [JSON.stringify(keys)]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The keys of these names; 0 is that of none. */
export function keysOf(db: Database, summary: PackedSummary, names: readonly (string | number | null)[]): Map<string | number | null, number> {
  const { table, column } = NAMES[summary];
  const rows = prepared<[string], { id: number; name: string }>(
    db,
    `SELECT min(id) AS id, ${column} AS name FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?)) GROUP BY ${column}`,
  ).all(JSON.stringify(names));
  const none = names.includes(null) ? [[null, 0] as const] : [];
  return new Map<string | number | null, number>([...none, ...rows.map(({ id, name }) => [name, id] as const)]);
}

/** Providers as filters name them: case does not matter, and an empty name is none. */
export function providersNamed(db: Database, names: readonly string[]): (string | null)[] {
  const rows = db.prepare<[string], string>('SELECT DISTINCT provider FROM route WHERE lower(provider) IN (SELECT value FROM json_each(?))');
  return [...rows.pluck().all(JSON.stringify(names.map((name) => name.toLowerCase()))), ...(names.includes('') ? [null] : [])];
}
