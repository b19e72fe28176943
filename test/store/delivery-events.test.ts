import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveryEventsOff } from '../../src/store/sqlite/delivery-events/check.js';
import { eachEventOf, eventIdsOf } from '../../src/store/sqlite/delivery-events/find.js';
import { noteDeliveryEvents } from '../../src/store/sqlite/delivery-events/from-rows.js';
import { deliveriesWithoutEvents, pruneDeliveryEvents } from '../../src/store/sqlite/delivery-events/prune.js';
import { DeliveryEventWriter } from '../../src/store/sqlite/delivery-events/writer.js';
import { migrate } from '../../src/store/sqlite/migrate.js';

function database(): Database.Database {
  const db = new Database(':memory:');
  migrate(db);
  db.pragma('foreign_keys = OFF');
  return db;
}

/** Stores events of deliveries in batches, each as the run of an ingest of its own. */
function store(db: Database.Database, deliveries: readonly number[], batch: number, from: number): void {
  const insert = db.prepare('INSERT INTO event (id, time, outcome, delivery_id, route_id, reply_id, tried) VALUES (?, 1, 1, ?, 1, 1, 1)');
  const insertDelivery = db.prepare('INSERT OR IGNORE INTO delivery (id, host_id) VALUES (?, 1)');
  let id = Math.max(from, (db.prepare('SELECT ifnull(max(id), 0) FROM event').pluck().get() as number) + 1);
  let writer = new DeliveryEventWriter(db);
  for (const [index, delivery] of deliveries.entries()) {
    insertDelivery.run(delivery);
    insert.run(id, delivery);
    writer.add(id++, delivery);
    if (index % batch !== batch - 1) continue;
    writer.flush();
    writer = new DeliveryEventWriter(db);
  }
  writer.flush();
}

function checkAll(db: Database.Database, asked: readonly number[]): void {
  const expected = db
    .prepare<[string], [number, number]>('SELECT delivery_id, id FROM event WHERE delivery_id IN (SELECT value FROM json_each(?)) ORDER BY 1, 2')
    .raw()
    .all(JSON.stringify(asked));
  expect(eventIdsOf(db, asked)).toEqual(expected.map(([, id]) => id).sort((a, b) => a - b));
  const found: [number, number][] = [];
  eachEventOf(db, asked, (delivery, event) => found.push([delivery, event]));
  // Those of one delivery come in the order in which they were logged.
  expect(found.toSorted(([a], [b]) => a - b)).toEqual(expected);
  expect(deliveryEventsOff(db)).toEqual([]);
}

/** New ones, and some of old ones again; few and many. */
const deliveries = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 40 }),
  fc.array(fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 2 ** 31 - 2 })), { minLength: 300, maxLength: 700 }),
);
const asked = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 12 });
/** Blocks have 4,096 events: from just before one ends. */
const from = fc.constantFrom(1, 4090, 8100);

describe('events of deliveries', () => {
  it('are found, in whatever batches they came, after a prune, and with ids that come again', () => {
    fc.assert(
      fc.property(deliveries, deliveries, fc.integer({ min: 1, max: 90 }), from, asked, fc.nat(5000), (first, second, batch, start, some, before) => {
        const db = database();
        const all = [...some, ...first.slice(0, 20), ...second.slice(-20)];
        store(db, first, batch, start);
        checkAll(db, all);
        const gone = db.prepare<[number], number>('DELETE FROM event WHERE id < ? OR id % 3 = 0 OR id > 4200 RETURNING id').pluck().all(before);
        pruneDeliveryEvents(db, gone);
        checkAll(db, all);
        store(db, second, batch, start);
        checkAll(db, all);
        const packed = db.prepare('SELECT * FROM delivery_event ORDER BY block').all();
        db.exec('DELETE FROM delivery_event');
        noteDeliveryEvents(db);
        expect(db.prepare('SELECT * FROM delivery_event ORDER BY block').all()).toEqual(packed);
        db.close();
      }),
      { numRuns: 60 },
    );
  });

  it('are found of a delivery that has hundreds', () => {
    const db = database();
    store(
      db,
      Array.from({ length: 1000 }, (_, index) => (index % 3 === 0 ? 50 : index + 1)),
      70,
      1,
    );
    checkAll(db, [50]);
    checkAll(db, [49, 50, 51, 53]);
  });

  it('tell which deliveries have none, and are not open', () => {
    const db = database();
    store(db, [1, 2, 3, 2, 5, 9], 2, 1);
    db.exec(`DELETE FROM event WHERE id IN (1, 2, 5);
      INSERT INTO open_message (id, host, queue_id, mta, arrived, seen) VALUES (1, 'mx1', 'A', 'postfix', 1, 1);
      INSERT INTO open_delivery (open_message_id, key, delivery_id, recipient, tries, first, last, priors) VALUES (1, 'k', 5, 'u@a.example', 1, 1, 1, '[]')`);
    pruneDeliveryEvents(db, [1, 2, 5]);
    expect(deliveriesWithoutEvents(db)).toEqual([1]);
  });

  it('that are not as their rows say are found by a check', () => {
    const db = database();
    store(db, [1, 2, 3, 2], 9, 1);
    db.exec('UPDATE event SET delivery_id = 3 WHERE id = 2');
    expect(deliveryEventsOff(db)).toEqual(['of 4 events 3 are found by their delivery, of 4 that are noted']);
    db.exec('DELETE FROM delivery WHERE id = 1; DELETE FROM delivery_event');
    expect(deliveryEventsOff(db)).toEqual([
      'a row of event refers to a delivery that is not there',
      'of 4 events 0 are found by their delivery, of 0 that are noted',
    ]);
  });

  it('take few bytes', () => {
    const db = database();
    store(
      db,
      Array.from({ length: 20_000 }, (_, index) => (index % 2 === 0 ? 1000 + index / 2 : 1000 + index / 2 - 0.5 - ((index * 7919) % 1000))),
      500,
      1,
    );
    expect((db.prepare('SELECT sum(length(events)) FROM delivery_event').pluck().get() as number) / 20_000).toBeLessThan(3.2);
  });

  it('that are damaged are told, and end no check', () => {
    const db = database();
    store(
      db,
      Array.from({ length: 600 }, (_, index) => index + 1),
      600,
      1,
    );
    const packed = db.prepare('SELECT events FROM delivery_event').pluck().get() as Buffer;
    const put = db.prepare('UPDATE delivery_event SET events = ?');
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(packed.length), (at, change, length) => {
        const damaged = Buffer.from(packed.subarray(0, Math.max(length, at + 1)));
        (damaged[at] as number) ^= change;
        put.run(damaged);
        // How long the last run is said to be may be anything more.
        expect(deliveryEventsOff(db).length).toBeLessThanOrEqual(1);
      }),
    );
    put.run(packed.subarray(0, packed.length / 2));
    expect(deliveryEventsOff(db)).toEqual([expect.stringMatching(/^of 600 events \d{3} are found by their delivery, of \d{3} that are noted$/)]);
  });
});
