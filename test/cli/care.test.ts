import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { allMigrations, migrate } from '../../src/store/sqlite/migrate.js';
import { APPLICATION_ID } from '../../src/store/sqlite/open.js';
import { bouncelog, eventsOf, FIXTURES, scratch } from '../run.js';

const now = Date.now();
const DAY = 86_400_000;
let serial = 0;
const line = (daysAgo: number, to: string, status: string) =>
  `${new Date(now - daysAgo * DAY).toISOString()} mx1 postfix/smtp[1]: B${(0xcdef0 + serial++).toString(16).toUpperCase()}: to=<${to}>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=5.1.1, status=${status} (host mx.c.example[192.0.2.1] said: ${status === 'deferred' ? '452 4.2.2 full' : '550 5.1.1 no such user'} (in reply to RCPT TO command))\n`;

function database(...lines: string[]): string {
  const folder = scratch();
  writeFileSync(join(folder, 'mail.log'), lines.join(''));
  bouncelog(['ingest', join(folder, 'mail.log'), '--max-age', '3650', '--db', join(folder, 'b.db')]);
  return join(folder, 'b.db');
}

describe('prune', () => {
  it('drops old events and their deliveries, and keeps totals and what is open', () => {
    const old = Array.from({ length: 3000 }, (_, i) => line(100, `old${i}@c.example`, 'bounced'));
    const db = database(...old, line(100, 'waiting@c.example', 'deferred'), line(1, 'new@c.example', 'bounced'));
    const totals = () => JSON.parse(bouncelog(['top', '--format', 'json', '--db', db]).out).totals;
    const before = totals();
    const size = statSync(db).size;
    const answer = JSON.parse(bouncelog(['prune', '--keep', '90d', '--format', 'json', '--db', db]).out);
    expect(answer).toMatchObject({ schema: 'bouncelog/prune/1', events: 3000, deliveries: 3000 });
    expect(totals()).toEqual(before);
    expect(eventsOf(db).map(({ recipient }) => recipient)).toEqual(['waiting@c.example', 'new@c.example']);
    expect(answer.freed_bytes).toBeGreaterThan(100_000);
    expect(statSync(db).size).toBe(size - answer.freed_bytes);
    expect(bouncelog(['status', '--check', '--db', db])).toMatchObject({ code: 0 });
    expect(bouncelog(['trace', 'old1@c.example', '--db', db]).out).toContain('Nothing failed');
    expect(bouncelog(['trace', 'new@c.example', '--db', db]).out).toContain('bounced');
    expect(bouncelog(['prune', '--db', db]).out).toBe('0 events of 0 deliveries dropped, 0 B given back.\n');
  });

  it('says what is wrong with a span', () => {
    expect(bouncelog(['prune', '--keep', 'long'])).toMatchObject({
      code: 2,
      err: 'bouncelog: --keep takes a number and m, h, d or w, like 24h or 7d; not "long"\n',
    });
  });
});

describe('backup', () => {
  it('is a copy that can be used, for its owner only, and replaces an older one', () => {
    const db = database(line(1, 'u@c.example', 'bounced'));
    const copy = join(scratch(), 'copy.db');
    for (let i = 0; i < 2; i++) expect(bouncelog(['backup', copy, '--db', db])).toMatchObject({ code: 0, out: '', err: '' });
    expect(eventsOf(copy)).toEqual(eventsOf(db));
    expect(statSync(copy).mode & 0o777).toBe(0o600);
  });

  it('does not overwrite what is none of ours, and says when it cannot be written', () => {
    const db = database(line(1, 'u@c.example', 'bounced'));
    const other = join(scratch(), 'thesis.txt');
    writeFileSync(other, 'years of work');
    expect(bouncelog(['backup', other, '--db', db])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no copy of a bouncelog database. Choose another name.'),
    });
    expect(bouncelog(['backup', '/nowhere/copy.db', '--db', db]).code).toBe(1);
  });
});

describe('a report or a backup while an ingest writes', () => {
  it('reads what was committed, and waits for nobody', () => {
    const db = database(line(1, 'u@c.example', 'bounced'));
    const committed = eventsOf(db);
    const writer = new Database(db);
    writer.exec('BEGIN IMMEDIATE; DELETE FROM event');
    expect(eventsOf(db)).toEqual(committed);
    expect(bouncelog(['backup', join(db, '../copy.db'), '--db', db])).toMatchObject({ code: 0, err: '' });
    expect(eventsOf(join(db, '../copy.db'))).toEqual(committed);
    writer.exec('ROLLBACK');
    writer.close();
  });
});

describe('a stamp in the far future', () => {
  it('does not make what is open look old', () => {
    const text = (stamp: string, id: string, to: string, status: string) =>
      `${stamp} mx1 postfix/smtp[1]: ${id}: to=<${to}>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=4.2.2, status=${status} (host mx.c.example[192.0.2.1] said: 452 4.2.2 full (in reply to RCPT TO command))\n`;
    const folder = scratch();
    const db = join(folder, 'b.db');
    const time = (hoursAgo: number) => new Date(now - hoursAgo * 3_600_000).toISOString();
    const log = join(folder, 'mail.log');
    writeFileSync(log, text(time(3), 'A0001', 'u@c.example', 'deferred') + text('2099-01-01T00:00:00Z', 'A0002', 'other@c.example', 'deferred'));
    bouncelog(['ingest', log, '--db', db]);
    writeFileSync(log, text(time(1), 'A0001', 'u@c.example', 'sent'), { flag: 'a' });
    bouncelog(['ingest', log, '--db', db]);
    expect(eventsOf(db).find(({ outcome }) => outcome === 'recovered')).toMatchObject({
      recipient: 'u@c.example',
      queue_id: 'A0001',
      cause: 'mailbox-full',
    });
  });
});

describe('status --check', () => {
  it('finds a database whole, and says when totals and events differ', () => {
    const db = join(scratch(), 'b.db');
    bouncelog(['ingest', join(FIXTURES, 'real-logs', 'p1-mail.iso.log'), '--db', db]);
    expect(bouncelog(['status', '--check', '--db', db])).toMatchObject({ code: 0, out: 'The database is whole, and its totals equal its events.\n' });
    const tampered = new Database(db);
    tampered.exec('INSERT INTO totals SELECT hour, part + 1, rows FROM totals');
    tampered.close();
    const ran = bouncelog(['status', '--check', '--db', db]);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/bounced: \d+ events with \d+ tries, but totals of \d+ with \d+/);
  });

  it('says when events are not found by their hour', () => {
    const db = join(scratch(), 'b.db');
    bouncelog(['ingest', join(FIXTURES, 'real-logs', 'p1-mail.iso.log'), '--db', db]);
    const tampered = new Database(db);
    tampered.exec('UPDATE event_span SET last = last - 1');
    tampered.close();
    expect(bouncelog(['status', '--check', '--db', db])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/of \d+ events \d+ are found by their hour/),
    });
  });
});

describe('texts that are damaged', () => {
  it('are found by `status --check`, and end what reads them with one line', () => {
    const db = join(scratch(), 'b.db');
    bouncelog(['ingest', join(FIXTURES, 'real-logs', 'p1-mail.iso.log'), '--db', db]);
    const tampered = new Database(db);
    tampered.exec("DELETE FROM delivery_text; UPDATE event_text SET texts = x'ffffffff'");
    tampered.close();
    const { code, err } = bouncelog(['status', '--check', '--db', db]);
    expect(code).toBe(1);
    expect(err).toMatch(/(\d+) of \1 rows of delivery have no texts/);
    expect(err).toMatch(/1 pages of event_text cannot be read/);
    const events = bouncelog(['events', '--limit', '1', '--db', db]);
    expect(events.code).not.toBe(0);
    expect(events.err.trim().split('\n')).toHaveLength(1);
    expect(events.err).toContain(`${db}: the database is damaged`);
  });
});

describe('a database of an earlier version', () => {
  it('is brought up to date by the next ingest, which says so, and tells the same', () => {
    const folder = scratch();
    const path = join(folder, 'b.db');
    const hour = 497_000;
    const old = new Database(path);
    old.pragma(`application_id = ${APPLICATION_ID}`);
    migrate(
      old,
      allMigrations().filter(({ version }) => version <= 11),
    );
    old.exec(`INSERT INTO host (id, name) VALUES (1, 'mx1');
      INSERT INTO domain (id, name) VALUES (1, 'a.example');
      INSERT INTO sender (id, address) VALUES (1, 's@b.example');
      INSERT INTO route (id, mx) VALUES (1, 'mx.a.example');
      INSERT INTO reply (id, template, stage, cause) VALUES (1, 'no such user', 'rcpt', 'user-unknown');
      INSERT INTO delivery (id, host_id, mta, sender_id, recipient, domain_id) VALUES (1, 1, 'postfix', 1, 'u@', 1);
      INSERT INTO event (id, time, outcome, delivery_id, route_id, reply_id, tried, attempt) VALUES (1, ${hour * 3_600_000}, 2, 1, 1, 1, 1, 1);
      INSERT INTO hourly VALUES (${hour}, 2, 1, 1, 1, 1, 0, 0, 0, 1, 1, ${hour * 3_600_000}, ${hour * 3_600_000});`);
    old.close();
    writeFileSync(join(folder, 'empty.log'), '');
    const ran = bouncelog(['ingest', join(folder, 'empty.log'), '--db', path]);
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('bringing the database up to date, once') });
    expect(bouncelog(['ingest', join(folder, 'empty.log'), '--db', path]).err).not.toContain('up to date');
    expect(bouncelog(['status', '--check', '--db', path])).toMatchObject({
      code: 0,
      out: 'The database is whole, and its totals equal its events.\n',
    });
    const { rows } = JSON.parse(bouncelog(['top', '--by', 'sender', '--domain', 'a.example', '--format', 'json', '--db', path]).out);
    expect(rows).toMatchObject([{ sender: 's@b.example', hard: 1 }]);
  });
});
