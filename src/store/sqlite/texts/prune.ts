import type { Database } from 'better-sqlite3';
import { idsByPage } from '../ids-by-page.js';
import { packedPage, TextPage } from './page.js';
import { findIn, type PagedTexts } from './pages.js';

/**
 * Takes out the texts of rows that are gone, in the transaction that took them out.
 * @param rows the table of the rows
 */
export function pruneTexts(db: Database, texts: PagedTexts<string>, rows: 'delivery' | 'event', gone: readonly number[]): void {
  const { table, shift, columns } = texts;
  const isLeft = db.prepare<[number, number], 1>(`SELECT 1 FROM ${rows} WHERE id >= ? AND id < ? LIMIT 1`).pluck();
  const find = findIn(db, texts);
  const take = db.prepare(`DELETE FROM ${table} WHERE page = ?`);
  const put = db.prepare(`UPDATE ${table} SET texts = ? WHERE page = ?`);
  for (const [number, ids] of idsByPage(gone, shift)) {
    const first = number << shift;
    const packed = isLeft.get(first, first + (1 << shift)) === undefined ? null : find(number);
    if (packed === null) {
      take.run(number);
      continue;
    }
    const page = new TextPage(packed).firstRows(1 << shift, columns.length);
    for (const column of page) for (const id of ids) if (id - first < column.length) column[id - first] = null;
    put.run(packedPage(page), number);
  }
}
