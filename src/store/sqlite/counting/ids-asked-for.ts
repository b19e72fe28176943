import type { Database } from 'better-sqlite3';
import type { Filters } from '../../../report/question.js';
import { type Table, whereIds } from '../where.js';

/** Ids of rows of the totals that filters ask for; `null` = any. */
export type IdsAskedFor = Record<Table, Ids>;

export type Ids = ReadonlySet<number> | null;

/** What is asked for is looked up once, not for each row. Outcomes are left to the caller. */
export function idsAskedFor(db: Database, filters: Filters): IdsAskedFor {
  const ids: IdsAskedFor = { reply: null, listing: null, host: null, domain: null, route: null, sender: null };
  for (const { table, text, values } of whereIds(filters)) {
    ids[table] = new Set(
      db
        .prepare<unknown[], number>(`SELECT id FROM ${table} ${ALIASES[table]} WHERE ${text}`)
        .pluck()
        .all(...values),
    );
  }
  return ids;
}

/** As where.ts names them. */
const ALIASES: Record<Table, string> = { reply: 'r', listing: 'l', host: 'h', domain: 'd', route: 'ro', sender: 's' };
