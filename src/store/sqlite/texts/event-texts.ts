import type { Database } from 'better-sqlite3';
import { type PagedTexts, readerOf, type TextReader } from './pages.js';

/** What the log says of an event that nothing is counted by. In columns of their own that took 21 bytes an event; so it takes 11. */
export const EVENT_TEXTS = {
  table: 'event_text',
  shift: 9,
  // `vals`: what fills the template of its reply; `delay`: ms since the message arrived.
  columns: ['mx_ip', 'transport', 'attempt', 'delay', 'vals'],
} as const satisfies PagedTexts<string>;

export type EventText = (typeof EVENT_TEXTS.columns)[number];
export type EventTexts = TextReader<EventText>;

/** Those of a connection. */
export function eventTexts(db: Database): EventTexts {
  return readerOf(db, EVENT_TEXTS);
}

/** ms since the message of an event arrived; `null` = not known. */
export function delayOf(texts: EventTexts, event: number): number | null {
  const delay = texts.of(event, 'delay');
  return delay === null ? null : Number(delay);
}
