import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addName } from '../../src/delivery/bloom.js';
import { backfill } from '../../src/store/sqlite/backfill.js';
import { allMigrations, migrate } from '../../src/store/sqlite/migrate.js';
import { BLOCK_SHIFT, blocksWith, SignpostWriter } from '../../src/store/sqlite/signpost.js';
import { pruneGroups } from '../../src/store/sqlite/signpost-groups.js';
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

  describe('in groups', () => {
    const BLOCKS = 300;
    const nameIn = (block: number, place: number) => `n${place}.${block}@c.example`;
    const grouped = (db: Database.Database) => db.prepare('SELECT id, bytes FROM signpost_group').all();

    /** Blocks of ten names each, written by writers that come and go. */
    function filled(): Database.Database {
      const db = database();
      let writer = new SignpostWriter(db);
      for (let block = 0; block < BLOCKS; block++) {
        for (let place = 0; place < 10; place++) writer.add((block << BLOCK_SHIFT) + place, block * 100, [nameIn(block, place)]);
        if (block % 37 === 0) {
          writer.flush();
          writer = new SignpostWriter(db);
        }
      }
      writer.flush();
      return db;
    }

    it('lead to every name, and hardly ever elsewhere', () => {
      const db = filled();
      expect(grouped(db)).toEqual([
        { id: 0, bytes: 6250 },
        { id: 1, bytes: 6250 },
      ]);
      expect(db.prepare('SELECT count(*) FROM signpost WHERE length(filter) > 0').pluck().get()).toBe(BLOCKS - 256);
      let found = 0;
      for (let block = 0; block < BLOCKS; block++) {
        const blocks = blocksWith(db, nameIn(block, block % 10), ALWAYS);
        expect(blocks).toContain(block);
        found += blocks.length;
      }
      expect(found).toBeLessThan(BLOCKS * 1.01);
      expect(blocksWith(db, nameIn(200, 0), { since: 20_000, until: 20_001 })).toEqual([200]);
      expect(blocksWith(db, nameIn(200, 0), { since: 20_001, until: null })).toEqual([]);
    });

    it('leave little room taken by the blocks that went into them', () => {
      const db = filled();
      const pages = db.prepare("SELECT count(*) FROM dbstat WHERE name = 'signpost'").pluck().get();
      // Those that are not in a group have two each.
      expect(pages).toBeLessThan((BLOCKS - 256) * 2 + 20);
    });

    it('lead to names of a block that is opened again', () => {
      const db = filled();
      const writer = new SignpostWriter(db);
      writer.add(7 << BLOCK_SHIFT, 700, ['again@c.example']);
      writer.flush();
      expect(blocksWith(db, 'again@c.example', ALWAYS)).toContain(7);
      expect(blocksWith(db, nameIn(7, 3), ALWAYS)).toContain(7);
    });

    it('are made of filters of an earlier version, but not of both kinds', () => {
      const db = filled();
      db.exec(`DELETE FROM signpost_group; DELETE FROM signpost_slice; DELETE FROM signpost`);
      const put = db.prepare('INSERT INTO signpost (block, since, until, filter) VALUES (?, 0, 0, ?)');
      for (let block = 0; block < 200; block++) {
        const filter = Buffer.alloc(4000);
        addName(filter, nameIn(block, 0));
        put.run(block, filter);
      }
      const writer = new SignpostWriter(db);
      for (let block = 200; block < 400; block++) writer.add(block << BLOCK_SHIFT, 0, [nameIn(block, 0)]);
      writer.flush();
      expect(grouped(db)).toEqual([
        { id: 0, bytes: 4000 },
        { id: 2, bytes: 6250 },
      ]);
      for (let block = 0; block < 400; block++) expect(blocksWith(db, nameIn(block, 0), ALWAYS)).toEqual([block]);
    });

    it('are gone when all that they lead to is pruned', () => {
      const db = filled();
      db.exec('DELETE FROM signpost WHERE block < 128');
      pruneGroups(db);
      expect(grouped(db)).toEqual([{ id: 1, bytes: 6250 }]);
      expect(blocksWith(db, nameIn(7, 3), ALWAYS)).not.toContain(7);
      expect(blocksWith(db, nameIn(130, 3), ALWAYS)).toContain(130);
      expect(db.prepare('SELECT min(id) FROM signpost_slice').pluck().get()).toBe(1000);
    });
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
