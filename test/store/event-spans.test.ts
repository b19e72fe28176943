import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventSpanWriter, eventsIn, hoursWithEvents, noteSpans, pruneSpans } from '../../src/store/sqlite/event-spans.js';
import { migrate } from '../../src/store/sqlite/migrate.js';

const HOUR = 3_600_000;

function database(): Database.Database {
  const db = new Database(':memory:');
  migrate(db);
  db.pragma('foreign_keys = OFF');
  return db;
}

/** Stores events of these times in batches, as an ingest does. */
function store(db: Database.Database, times: readonly number[], batch: number): void {
  const insert = db.prepare('INSERT INTO event (id, time, outcome, delivery_id, route_id, reply_id, tried) VALUES (?, ?, 1, 1, 1, 1, 1)');
  const spans = new EventSpanWriter(db);
  let id = (db.prepare('SELECT ifnull(max(id), 0) FROM event').pluck().get() as number) + 1;
  for (const [index, time] of times.entries()) {
    insert.run(id, time);
    spans.add(id++, time);
    if (index % batch === batch - 1) spans.flush();
  }
  spans.flush();
}

function idsIn(db: Database.Database, since: number | null, until: number | null): unknown[] {
  const { from, where } = eventsIn({ since, until });
  return db
    .prepare(`SELECT e.id FROM ${from} WHERE ${where.text} ORDER BY e.id`)
    .pluck()
    .all(...where.values);
}

const times = fc.array(fc.nat(6 * HOUR), { maxLength: 40 });
const bound = fc.option(fc.nat(6 * HOUR));

describe('spans of events', () => {
  it('lead to each event of a range once, in whatever order they came, after a prune and with ids that come again', () => {
    fc.assert(
      fc.property(times, times, fc.integer({ min: 1, max: 9 }), bound, bound, fc.nat(6 * HOUR), (first, second, batch, since, until, before) => {
        const db = database();
        const check = () => {
          const expected = db
            .prepare('SELECT id FROM event WHERE time >= ? AND time < ? ORDER BY id')
            .pluck()
            .all(since ?? 0, until ?? Number.MAX_SAFE_INTEGER);
          expect(idsIn(db, since, until)).toEqual(expected);
          const inHours = hoursWithEvents(db, { since, until }).flatMap((hour) =>
            idsIn(db, Math.max(since ?? 0, hour * HOUR), Math.min(until ?? Number.MAX_SAFE_INTEGER, (hour + 1) * HOUR)),
          );
          expect(inHours.toSorted((a, b) => Number(a) - Number(b))).toEqual(expected);
        };
        store(db, first, batch);
        check();
        db.prepare('DELETE FROM event WHERE time < ? AND id % 5 <> 0').run(before);
        pruneSpans(db, Math.floor(before / HOUR));
        check();
        store(db, second, batch);
        check();
        db.exec('DELETE FROM event_span');
        noteSpans(db);
        check();
        db.close();
      }),
      { numRuns: 200 },
    );
  });

  it('are few where mail comes in order', () => {
    const db = database();
    store(
      db,
      Array.from({ length: 10_000 }, (_, index) => index * 500),
      100,
    );
    expect(db.prepare('SELECT count(*) FROM event_span').pluck().get()).toBeLessThan(45);
  });
});
