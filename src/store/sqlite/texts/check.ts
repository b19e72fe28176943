import type { Database } from 'better-sqlite3';
import { DELIVERY_TEXTS } from './delivery-texts.js';
import { EVENT_TEXTS } from './event-texts.js';
import { findIn, type PagedTexts, TextReader } from './pages.js';

/** Each delivery must have its texts, and each event. */
export function textsOff(db: Database): string[] {
  return [...missing(db, 'delivery', DELIVERY_TEXTS, 'mta'), ...missing(db, 'event', EVENT_TEXTS, 'attempt')];
}

/** @param column that no row is without */
function missing<Column extends string>(db: Database, rows: 'delivery' | 'event', texts: PagedTexts<Column>, column: Column): string[] {
  const reader = new TextReader(texts, findIn(db, texts));
  let all = 0;
  let without = 0;
  const unreadable = new Set<number>();
  for (const id of db.prepare<[], number>(`SELECT id FROM ${rows} ORDER BY id`).pluck().iterate()) {
    all++;
    try {
      if (reader.of(id, column) === null) without++;
    } catch {
      unreadable.add(id >> texts.shift);
    }
  }
  return [
    ...(without === 0 ? [] : [`${without} of ${all} rows of ${rows} have no texts`]),
    ...(unreadable.size === 0 ? [] : [`${unreadable.size} pages of ${texts.table} cannot be read`]),
  ];
}
