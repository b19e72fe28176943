import type { Database, Statement } from 'better-sqlite3';
import type { Range } from '../../report/range.js';
import { hourOf } from './totals/hour.js';
import type { Sql } from './where.js';

/*
 * Where the events of a time stand. They are stored nearly in the order of time: it is enough to know, of a few hundred that follow each other,
 * in which hour they lie. An index took 17 bytes an event, this takes a tenth of a byte.
 */

const HOUR = 3_600_000;
/** Events of a span. */
const MAX_EVENTS = 256;

/** Events of one hour whose ids follow each other. */
interface EventSpan {
  /** Since 1970. */
  hour: number;
  first: number;
  last: number;
  /** ms since the hour began, of the earliest and the latest one. */
  since: number;
  until: number;
}

/** Notes where new events stand, in the order of their ids. */
export class EventSpanWriter {
  readonly #put: Statement;
  #closed: EventSpan[] = [];
  /** It may go on. */
  #last: EventSpan | null = null;

  constructor(db: Database) {
    this.#put = db.prepare('INSERT OR REPLACE INTO event_span (hour, first, last, since, until) VALUES (?, ?, ?, ?, ?)');
  }

  /** @param time UTC ms */
  add(id: number, time: number): void {
    const hour = hourOf(time);
    const ms = time - hour * HOUR;
    const last = this.#last;
    if (last !== null && last.hour === hour && id === last.last + 1 && id - last.first < MAX_EVENTS) {
      last.last = id;
      if (ms < last.since) last.since = ms;
      if (ms > last.until) last.until = ms;
      return;
    }
    if (last !== null) this.#closed.push(last);
    this.#last = { hour, first: id, last: id, since: ms, until: ms };
  }

  /** Writes what was noted, in the transaction of the events. */
  flush(): void {
    const spans = this.#last === null ? this.#closed : [...this.#closed, this.#last];
    for (const { hour, first, last, since, until } of spans) this.#put.run(hour, first, last, since, until);
    this.#closed = [];
  }
}

/** SQL for the events `e` of a range of time: the tables that they are looked for in, and the condition. */
export function eventsIn({ since, until }: Range): { from: string; where: Sql } {
  if (since === null && until === null) return { from: 'event e', where: { text: '1', values: [] } };
  const conditions: string[] = [];
  const values: number[] = [];
  if (since !== null) {
    conditions.push('p.hour >= ?', 'e.time >= ?');
    values.push(hourOf(since), since);
  }
  if (until !== null) {
    conditions.push('p.hour <= ?', 'e.time < ?');
    values.push(hourOf(until - 1), until);
  }
  return { from: 'event_span p CROSS JOIN event e ON e.id BETWEEN p.first AND p.last', where: { text: conditions.join(' AND '), values } };
}

/** The hours that have events of a range, in order. */
export function hoursWithEvents(db: Database, { since, until }: Range): number[] {
  return db
    .prepare<[number, number], number>('SELECT DISTINCT hour FROM event_span WHERE hour >= ? AND hour <= ? ORDER BY hour')
    .pluck()
    .all(since === null ? 0 : hourOf(since), until === null ? Number.MAX_SAFE_INTEGER : hourOf(until - 1));
}

/** After events of this hour and earlier ones were taken out, in the same transaction: an id that comes again must be of its own time only. */
export function pruneSpans(db: Database, hour: number): void {
  const inSpan = 'e.id BETWEEN event_span.first AND event_span.last';
  db.prepare(`DELETE FROM event_span WHERE hour <= ? AND NOT EXISTS (SELECT 1 FROM event e WHERE ${inSpan})`).run(hour);
  db.prepare(
    `UPDATE event_span SET last = (SELECT max(e.id) FROM event e WHERE ${inSpan})
     WHERE hour <= ? AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = event_span.last)`,
  ).run(hour);
}

/** Notes where all events stand, of a database of an earlier version. */
export function noteSpans(db: Database): void {
  const writer = new EventSpanWriter(db);
  const read = db.prepare<[number], [id: number, time: number]>('SELECT id, time FROM event WHERE id > ? ORDER BY id LIMIT 100000').raw();
  for (let events = read.all(0); events.length > 0; events = read.all(events.at(-1)?.[0] ?? 0)) {
    for (const [id, time] of events) writer.add(id, time);
    writer.flush();
  }
}
