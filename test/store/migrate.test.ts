import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { eventsById } from '../../src/store/sqlite/event-rows.js';
import { SqliteIngestStore } from '../../src/store/sqlite/ingest-store.js';
import { allMigrations, migrate } from '../../src/store/sqlite/migrate.js';
import { openForReading } from '../../src/store/sqlite/open.js';
import { openForWriting } from '../../src/store/sqlite/open-for-writing.js';
import { deliveryTexts } from '../../src/store/sqlite/texts/delivery-texts.js';
import { TOTALS, totalsAsTable } from '../../src/store/sqlite/totals/as-table.js';
import { scratch } from '../run.js';

const step = (version: number, sql: string) => ({ version, name: `${version}.sql`, sql, checksum: `sum-${sql}` });

describe('migrations', () => {
  it('are applied once, in order', () => {
    const db = new Database(':memory:');
    const steps = [step(1, 'CREATE TABLE a (x)'), step(2, 'ALTER TABLE a ADD COLUMN y')];
    migrate(db, steps.slice(0, 1));
    migrate(db, steps);
    migrate(db, steps);
    expect(db.prepare('SELECT x, y FROM a').all()).toEqual([]);
  });

  it('leave nothing behind when one fails', () => {
    const db = new Database(':memory:');
    expect(() => migrate(db, [step(1, 'CREATE TABLE a (x)'), step(2, 'CREATE TABLE b (x); CREATE TABLE a (x)')])).toThrow();
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')").pluck().all()).toEqual(['a']);
  });

  it('refuse a database of a newer version, and a changed migration', () => {
    const db = new Database(':memory:');
    migrate(db, [step(1, 'CREATE TABLE a (x)'), step(2, 'CREATE TABLE b (x)')]);
    expect(() => migrate(db, [step(1, 'CREATE TABLE a (x)')])).toThrow('written by a newer bouncelog (schema 2, this one knows 1)');
    expect(() => migrate(db, [step(1, 'CREATE TABLE a (x, y)'), step(2, 'CREATE TABLE b (x)')])).toThrow('differs from the one that was applied');
  });

  it('of this version can be applied to an empty database', () => {
    const db = new Database(':memory:');
    migrate(db);
    expect(db.prepare('SELECT count(*) FROM migration').pluck().get()).toBe(allMigrations().length);
  });
});

describe('a database of schema 1', () => {
  it('keeps its data', () => {
    const db = new Database(':memory:');
    migrate(db, allMigrations().slice(0, 1));
    db.exec(`
      INSERT INTO host (name) VALUES ('mx1');
      INSERT INTO delivery (host_id, mta, recipient, client, client_ip, helo) VALUES (1, 'postfix', 'a', 'x.example', '192.0.2.8', 'x');
      INSERT INTO delivery (host_id, mta, recipient, client, client_ip, helo) VALUES (1, 'postfix', 'b', 'x.example', '192.0.2.8', 'y');
      INSERT INTO delivery (host_id, mta, recipient, client, client_ip) VALUES (1, 'postfix', 'c', NULL, '192.0.2.9');
      INSERT INTO delivery (host_id, mta, recipient) VALUES (1, 'exim', 'd');
      INSERT INTO source (name, head_length, head_hash, tail_length, tail_hash, position, last_time, lines, not_understood, updated)
        VALUES ('mail.log', 1, 'h', 1, 't', 100, 5, 42, 3, 6);
      INSERT INTO open_message (host, queue_id, mta, sender, arrived, seen) VALUES ('mx1', 'AAAAAA1', 'postfix', 's@a.example', 7, 8);`);
    migrate(db);
    const texts = deliveryTexts(db);
    expect([1, 2, 3, 4].map((id) => (['recipient', 'helo', 'client', 'client_ip'] as const).map((column) => texts.of(id, column)))).toEqual([
      ['a', 'x', 'x.example', '192.0.2.8'],
      ['b', 'y', 'x.example', '192.0.2.8'],
      ['c', null, null, '192.0.2.9'],
      ['d', null, null, null],
    ]);
    const store = new SqliteIngestStore(db);
    expect(store.sourcesByHead(() => true)).toMatchObject([
      { name: 'mail.log', position: 100, kinds: { lines: 42, not_understood: 3, deferred: 0 } },
    ]);
    expect(store.openMessages()).toMatchObject([{ queueId: 'AAAAAA1', sender: 's@a.example', arrived: 7, client: null, sameMessage: null }]);
  });
});

describe('totals of before they were packed', () => {
  it('are packed: of hours whose events are kept with their senders, of others as they were', () => {
    const db = new Database(':memory:');
    migrate(
      db,
      allMigrations().filter(({ version }) => version <= 11),
    );
    const [pruned, kept] = [400_000, 400_100];
    db.exec(`INSERT INTO meta (key, value) VALUES ('pruned', '${(kept - 10) * 3_600_000}');
      INSERT INTO host (id, name) VALUES (1, 'mx1');
      INSERT INTO domain (id, name) VALUES (1, 'a.example');
      INSERT INTO sender (id, address) VALUES (7, 's@b.example');
      INSERT INTO route (id, mx) VALUES (1, 'mx.a.example'), (2, 'mx2.a.example');
      INSERT INTO reply (id, template, stage, cause) VALUES (1, 'later', 'rcpt', 'greylisted'), (2, 'no', 'rcpt', 'user-unknown');
      INSERT INTO hourly VALUES
        (${pruned}, 0, 1, 1, 1, 0, 0, 0, 0, 5, 5, ${pruned * 3_600_000 + 1}, ${pruned * 3_600_000 + 9}),
        (${pruned}, 2, 1, 1, 1, 2, 0, ${pruned - 3}, 9, 1, 1, ${pruned * 3_600_000 + 7}, ${pruned * 3_600_000 + 7}),
        (${kept}, 0, 1, 1, 2, 0, 0, 0, 0, 3, 3, ${kept * 3_600_000}, ${kept * 3_600_000 + 4000}),
        (${kept}, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, ${kept * 3_600_000 + 5}, ${kept * 3_600_000 + 5});
      INSERT INTO prior VALUES (9, 1, 2, 0, ${pruned - 3});
      INSERT INTO delivery (id, host_id, mta, sender_id, domain_id) VALUES (1, 1, 'postfix', 7, 1);
      INSERT INTO event (id, time, outcome, delivery_id, route_id, reply_id, tried, attempt) VALUES
        (1, ${kept * 3_600_000 + 5}, 1, 1, 1, 1, 1, 1),
        (2, ${(kept + 1) * 3_600_000}, 2, 1, 1, 2, 0, 2);`);
    migrate(db);
    const rows = totalsAsTable(db).prepare(
      `SELECT e.hour, e.outcome, e.sender_id, e.route_id, e.reply_id, e.prior_hour, e.priors, e.attempts, e.deliveries, e.first_seen % 3600000, e.last_seen % 3600000
       FROM ${TOTALS} WHERE e.host_id = 1 AND e.domain_id = 1 AND e.listing_id = 0 ORDER BY 1, 2`,
    );
    expect(rows.raw().all()).toEqual([
      [pruned, 0, 0, 1, 0, 0, null, 5, 5, 1, 9],
      [pruned, 2, 0, 1, 2, pruned - 3, `[[1,2,0,${pruned - 3}]]`, 1, 1, 7, 7],
      [kept, 0, 0, 2, 0, 0, null, 3, 3, 0, 4000],
      [kept, 1, 7, 1, 1, 0, null, 1, 1, 5, 5],
      [kept + 1, 2, 7, 1, 2, kept, `[[1,1,0,${kept}]]`, 0, 1, 0, 0],
    ]);
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name IN ('hourly', 'prior')").all()).toEqual([]);
  });
});

describe('texts of before they were packed', () => {
  it('are packed, each with its delivery and event', () => {
    const db = new Database(':memory:');
    db.pragma('foreign_keys = ON');
    migrate(
      db,
      allMigrations().filter(({ version }) => version <= 14),
    );
    db.exec(`INSERT INTO host (id, name) VALUES (1, 'mx1');
      INSERT INTO domain (id, name) VALUES (4, 'a.example');
      INSERT INTO sender (id, address) VALUES (7, 's@b.example');
      INSERT INTO route (id, mx, provider) VALUES (1, 'mx.a.example', 'a.example'), (2, 'mx2.a.example', NULL);
      INSERT INTO reply (id, template, stage, code, cause) VALUES (1, '{id} later, {id}', 'rcpt', 451, 'greylisted'), (2, 'no', 'data', 550, 'spam-content');
      INSERT INTO client (id, name, ip) VALUES (3, 'c.example', '192.0.2.3');
      INSERT INTO address (id, ip) VALUES (5, '192.0.2.5');
      INSERT INTO transport (id, name) VALUES (6, 'smtp');
      INSERT INTO delivery (id, host_id, mta, queue_id, message_id, sender_id, auth_user, recipient, domain_id, orig_recipient, client_id, helo, requeued_from) VALUES
        (2, 1, 'postfix', 'AAAAAA1', 'm@b.example', 7, 'auth', 'u@', 4, 'U@A.example', 3, 'helo', 'BBBBBB2'),
        (900, 1, 'exim', NULL, NULL, NULL, NULL, 'whole', NULL, NULL, NULL, NULL, NULL);
      INSERT INTO event (id, time, outcome, delivery_id, route_id, mx_ip_id, transport_id, reply_id, vals, basis_id, listing_id, tried, attempt, delay_ms) VALUES
        (3, 1000, 1, 2, 1, 5, 6, 1, 'much' || char(10) || 'I say', NULL, NULL, 1, 2, 1500),
        (2000, 2000, 2, 900, 2, NULL, NULL, 2, NULL, 1, NULL, 0, 1, NULL);`);
    migrate(db);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    const [first, second] = eventsById(db, [3, 2000]);
    expect(first).toMatchObject({
      ...{ id: 3, time: 1000, outcome: 'deferred', host: 'mx1', mta: 'postfix', queueId: 'AAAAAA1', messageId: 'm@b.example', sender: 's@b.example' },
      ...{ authUser: 'auth', recipient: 'u@a.example', recipientDomain: 'a.example', origRecipient: 'U@A.example', mx: 'mx.a.example' },
      ...{ mxIp: '192.0.2.5', transport: 'smtp', reply: 'much later, I say', attempt: 2, delaySeconds: 1.5, cause: 'greylisted' },
    });
    expect(second).toMatchObject({
      ...{ id: 2000, time: 2000, outcome: 'bounced', mta: 'exim', queueId: null, sender: null, recipient: 'whole', recipientDomain: null },
      ...{ mxIp: null, transport: null, reply: 'no', attempt: 1, delaySeconds: null, cause: 'greylisted' },
    });
    const texts = deliveryTexts(db);
    const columns = ['client', 'client_ip', 'helo', 'requeued_from'] as const;
    expect(columns.map((column) => texts.of(2, column))).toEqual(['c.example', '192.0.2.3', 'helo', 'BBBBBB2']);
    expect(columns.map((column) => texts.of(900, column))).toEqual([null, null, null, null]);
  });
});

/** A row in every table, of whatever its columns take. */
function fill(db: Database.Database): void {
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('migration', 'meta') AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  for (const table of tables) {
    const columns = db.pragma(`table_info(${table})`) as { name: string; type: string }[];
    const values = columns.map(({ type }) => (type === 'INTEGER' ? 1 : type === 'BLOB' ? Buffer.alloc(4000) : '{}'));
    db.prepare(`INSERT INTO ${table} (${columns.map(({ name }) => name).join(', ')}) VALUES (${values.map(() => '?').join(', ')})`).run(...values);
  }
}

/** Summaries of the totals: a later version may throw them away. */
const MADE_AGAIN = ['summary', 'day_summary', 'packed_summary', 'summarized'];
/** What is packed since. */
const PACKED = ['hourly', 'prior', 'client', 'address', 'transport'];

describe.each(allMigrations().map(({ version }) => version))('a database of schema %i', (version) => {
  it('keeps a row of every table, whole and with what it refers to', () => {
    const migrations = allMigrations();
    const db = new Database(':memory:');
    db.pragma('foreign_keys = ON');
    migrate(
      db,
      migrations.filter((one) => one.version <= version),
    );
    db.transaction(() => {
      db.pragma('defer_foreign_keys = ON');
      fill(db);
    })();
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    const tables = (db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck().all() as string[]).filter(
      (name) => name !== 'migration' && ![...MADE_AGAIN, ...PACKED].includes(name),
    );
    const before = Object.fromEntries(tables.map((table) => [table, count(table)]));
    migrate(db, migrations);
    expect(Object.fromEntries(tables.map((table) => [table, count(table)]))).toEqual(before);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.pragma('foreign_key_check')).toEqual([]);
    expect(db.prepare('SELECT max(version) FROM migration').pluck().get()).toBe(migrations.at(-1)?.version);
  });
});

describe('opening', () => {
  it('creates the file for its owner only, with WAL and foreign keys on', async () => {
    const { statSync } = await import('node:fs');
    const path = join(scratch(), 'new', 'folder', 'b.db');
    const db = openForWriting(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    db.close();
  });

  it('refuses what is not ours', () => {
    const folder = scratch();
    const foreign = join(folder, 'foreign.db');
    const other = new Database(foreign);
    other.exec('CREATE TABLE mine (x)');
    other.close();
    writeFileSync(join(folder, 'text.db'), 'This is no database at all, but long enough to be taken for one.\n'.repeat(100));
    expect(() => openForWriting(foreign)).toThrow("not bouncelog's");
    expect(() => openForWriting(join(folder, 'text.db'))).toThrow('not a SQLite database');
    expect(() => openForReading(join(folder, 'none.db'))).toThrow('no such database');
  });
});
