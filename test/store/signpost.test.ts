import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backfill } from '../../src/store/sqlite/backfill.js';
import { allMigrations, migrate } from '../../src/store/sqlite/migrate.js';
import { BLOCK_SHIFT, blocksWith, SignpostWriter } from '../../src/store/sqlite/signpost.js';
import { trace } from '../../src/store/sqlite/trace.js';

const ALWAYS = { since: null, until: null };

function database(): Database.Database {
  const db = new Database(':memory:');
  migrate(db);
  return db;
}

describe('signposts', () => {
  it('lead to every name, in whatever case and batch it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.boolean()), { minLength: 1, maxLength: 200 }), (names) => {
        const db = database();
        let writer = new SignpostWriter(db);
        names.forEach(([name, restarts], index) => {
          writer.add(index * 100, index, [name, null, '']);
          if (restarts) {
            writer.flush();
            writer = new SignpostWriter(db);
          }
        });
        writer.flush();
        names.forEach(([name], index) => {
          const block = (index * 100) >> BLOCK_SHIFT;
          expect(blocksWith(db, name, ALWAYS)).toContain(block);
          expect(
            blocksWith(
              db,
              name.replaceAll(/[A-Z]/g, (c) => c.toLowerCase()),
              { since: index, until: index + 1 },
            ),
          ).toContain(block);
        });
        db.close();
      }),
      { numRuns: 30 },
    );
  });

  it('seldom lead elsewhere', () => {
    const db = database();
    const writer = new SignpostWriter(db);
    const blocks = 20;
    for (let id = 0; id < blocks << BLOCK_SHIFT; id++) {
      writer.add(id, id, [`Q${id}`, `${id}@a.example`, `sender${id % 50}@a.example`, `recipient${id}@c.example`]);
    }
    writer.flush();
    let wrong = 0;
    for (let i = 0; i < 500; i++) wrong += blocksWith(db, `other${i}@b.example`, ALWAYS).length;
    expect(wrong / (500 * blocks)).toBeLessThan(0.02);
  });

  it('are made for what an earlier version has stored', () => {
    const db = new Database(':memory:');
    migrate(db, allMigrations().slice(0, 1));
    db.exec(`
      INSERT INTO host (name) VALUES ('mx1');
      INSERT INTO domain (name) VALUES ('c.example');
      INSERT INTO sender (address, domain) VALUES ('s@a.example', 'a.example');
      INSERT INTO route (mx, provider) VALUES (NULL, NULL);
      INSERT INTO reply (template, stage, cause) VALUES ('550 no', 'rcpt', 'unknown-user');
      INSERT INTO delivery (host_id, mta, queue_id, message_id, sender_id, recipient, domain_id) VALUES (1, 'postfix', 'AAAAAA1', '17@a.example', 1, 'u@', 1);
      INSERT INTO event (time, outcome, delivery_id, route_id, reply_id, tried, attempt) VALUES (1000, 2, 1, 1, 1, 1, 1);`);
    migrate(db);
    backfill(db);
    for (const what of ['AAAAAA1', '17@a.example', 's@a.example', 'u@c.example']) {
      expect(trace(db, { what, range: ALWAYS, limit: 0 }).messages).toMatchObject([{ queueId: 'AAAAAA1', deliveries: [{ state: 'bounced' }] }]);
    }
  });
});
