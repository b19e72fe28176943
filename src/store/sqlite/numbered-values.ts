import type { Database } from 'better-sqlite3';

/** What a column of a table has, each value once, with a number. */
export interface NumberedValues {
  /** By number; the first one is none. */
  names: (string | number | null)[];
  numbers: ReadonlyMap<string | number | null, number>;
  /** The number of what a row has, by its id. */
  of: Int32Array;
}

type Table = 'reply' | 'listing' | 'host' | 'route' | 'sender';

/** @param column SQL for it */
export function numberedValues(db: Database, table: Table, column: string): NumberedValues {
  const { ids, values } = columnOf(db, table, column);
  const of = new Int32Array(ids.reduce((last, id) => Math.max(last, id), 0) + 1);
  const names: NumberedValues['names'] = [null];
  const numbers = new Map<string | number | null, number>([[null, 0]]);
  for (const [index, id] of ids.entries()) {
    const value = values[index] ?? null;
    let number = numbers.get(value);
    if (number === undefined) {
      number = names.push(value) - 1;
      numbers.set(value, number);
    }
    of[id] = number;
  }
  return { names, numbers, of };
}

/**
 * All ids of a table, and what its rows have in a column: as two texts, for rows take several times as long to read.
 * @param column SQL for it
 */
export function columnOf(db: Database, table: Table, column: string): { ids: number[]; values: (string | number | null)[] } {
  const find = db.prepare<[], [string, string]>(`SELECT json_group_array(id), json_group_array(${column}) FROM ${table}`).raw();
  const [ids, values] = find.get() as [string, string];
  return { ids: JSON.parse(ids), values: JSON.parse(values) };
}
