import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { contentOf } from '../content.js';
import { bouncelog, eventsOf, FIXTURES, scratch } from '../run.js';

const LOGS = join(FIXTURES, 'real-logs');
const ISO = join(LOGS, 'p1-mail.iso.log');
const EXIM = join(LOGS, 'e1-mainlog');

describe('ingest --verbose', () => {
  it('says what came of each source, and nothing else more', () => {
    const folder = scratch();
    const ran = bouncelog(['ingest', ISO, EXIM, '--verbose', '--db', join(folder, 'b.db')]);
    const plain = bouncelog(['ingest', ISO, EXIM, '--db', join(folder, 'c.db')]);
    const own = ran.err.split('\n').filter((line) => !line.startsWith('Read ') && !plain.err.includes(line));
    expect(own).toHaveLength(2);
    expect(own.find((line) => line.includes('p1-mail.iso.log'))).toMatch(/: \d[\d,]* lines \(\d+\.\d MB\): .*\d+ deferred.*\d+ bounced/);
    expect(bouncelog(['ingest', ISO, '-q', '-v', '--db', join(folder, 'd.db')]).code).toBe(2);
  });
});

describe('ingest counts no byte twice', () => {
  it('under the same name, another name, gzipped, linked or through a pipe', () => {
    const folder = scratch();
    const db = join(folder, 'b.db');
    bouncelog(['ingest', ISO, '--db', db]);
    const before = contentOf(db);
    copyFileSync(ISO, join(folder, 'copy.log'));
    symlinkSync(ISO, join(folder, 'link.log'));
    writeFileSync(join(folder, 'mail.log.2.gz'), gzipSync(readFileSync(ISO)));
    for (const path of [ISO, 'copy.log', 'link.log', 'mail.log.2.gz']) {
      const ran = bouncelog(['ingest', path === ISO ? ISO : join(folder, path), '--db', db]);
      expect(ran.code).toBe(0);
      expect(ran.err).toContain('0 delivered');
      expect(contentOf(db)).toEqual(before);
    }
    expect(bouncelog(['ingest', '-', '--db', db], readFileSync(ISO)).code).toBe(0);
    expect(contentOf(db)).toEqual(before);
  });

  it('of a file that grows, whatever the cuts', () => {
    const folder = scratch();
    const whole = readFileSync(ISO);
    const calm = join(folder, 'calm.db');
    bouncelog(['ingest', ISO, '--db', calm]);
    const db = join(folder, 'b.db');
    const log = join(folder, 'mail.log');
    // Cuts in the middle of lines, the first before the first line ends.
    for (const end of [50, 1000, 4097, 40_000, 40_001, 90_000, whole.length]) {
      writeFileSync(log, whole.subarray(0, end));
      expect(bouncelog(['ingest', log, '--db', db]).code).toBe(0);
    }
    expect(contentOf(db)).toEqual(contentOf(calm));
  });

  it('of a part of what was read', () => {
    const folder = scratch();
    const db = join(folder, 'b.db');
    bouncelog(['ingest', ISO, '--db', db]);
    const before = contentOf(db);
    const part = join(folder, 'part.log');
    copyFileSync(ISO, part);
    truncateSync(part, 60_000);
    bouncelog(['ingest', part, '--db', db]);
    expect(contentOf(db)).toEqual(before);
  });

  it('of a refusal that stands in the main and the reject log', () => {
    const folder = scratch();
    for (const files of [
      ['e3-mainlog', 'e3-rejectlog'],
      ['e3-rejectlog', 'e3-mainlog'],
    ]) {
      const db = join(folder, `${files[0]}.db`);
      for (const file of files) bouncelog(['ingest', join(LOGS, file), '--db', db]);
      expect(eventsOf(db, '--outcome', 'rejected')).toHaveLength(1);
    }
  });
});

describe('ingest of several files', () => {
  it('reads a rotated set in the order of its content, given in any order', () => {
    const folder = scratch();
    const lines = readFileSync(ISO, 'utf8').split(/(?<=\n)/);
    const parts = [lines.slice(0, 300), lines.slice(300, 600), lines.slice(600)].map((part) => part.join(''));
    writeFileSync(join(folder, 'mail.log.2.gz'), gzipSync(parts[0] ?? ''));
    writeFileSync(join(folder, 'mail.log.1'), parts[1] ?? '');
    writeFileSync(join(folder, 'mail.log'), parts[2] ?? '');
    const calm = join(folder, 'calm.db');
    bouncelog(['ingest', ISO, '--db', calm]);
    for (const [index, args] of [
      ['mail.log', 'mail.log.1', 'mail.log.2.gz'].map((name) => join(folder, name)),
      [join(folder, 'mail.log*')],
      [folder],
    ].entries()) {
      const db = join(folder, `${index}.db`);
      expect(bouncelog(['ingest', ...args, '--db', db]).code).toBe(0);
      expect(contentOf(db)).toEqual(contentOf(calm));
    }
    const oneByOne = join(folder, 'one.db');
    for (const name of ['mail.log.2.gz', 'mail.log.1', 'mail.log']) bouncelog(['ingest', join(folder, name), '--db', oneByOne]);
    expect(contentOf(oneByOne)).toEqual(contentOf(calm));
  });

  it('reads MTAs, hosts and other daemons mixed in one file', () => {
    const folder = scratch();
    const iso = readFileSync(ISO, 'utf8').split('\n');
    const exim = readFileSync(EXIM, 'utf8').split('\n');
    const mixed = iso.flatMap((line, index) => [line, exim[index] ?? '', `Nov 24 07:55:00 vm dovecot: imap(${index}): status=bounced`]);
    writeFileSync(join(folder, 'mixed.log'), `${mixed.join('\n')}\n`);
    const both = join(folder, 'both.db');
    for (const file of [ISO, EXIM]) bouncelog(['ingest', file, '--db', both, '--host', 'eximhost']);
    const db = join(folder, 'mixed.db');
    expect(bouncelog(['ingest', join(folder, 'mixed.log'), '--db', db, '--host', 'eximhost']).code).toBe(0);
    expect(contentOf(db).events).toEqual(contentOf(both).events);
  });
});

describe('bad input', () => {
  const run = (...args: string[]) => bouncelog(['ingest', ...args]);

  it('is one clear line each, and the rest is read', () => {
    const folder = scratch();
    const db = join(folder, 'b.db');
    mkdirSync(join(folder, 'empty'));
    writeFileSync(join(folder, 'binary.log'), Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 256)));
    writeFileSync(join(folder, 'cut.log.gz'), gzipSync(readFileSync(ISO)).subarray(0, 5000));
    const bad = ['none.log', 'empty', 'binary.log', 'cut.log.gz', 'x*.log'].map((name) => join(folder, name));
    const ran = run(...bad, EXIM, '--db', db);
    expect(ran.code).toBe(1);
    const lines = ran.err.split('\n').filter((line) => line.startsWith('bouncelog: '));
    expect(lines).toHaveLength(5);
    for (const [index, what] of [
      'no such file',
      'no log in this directory',
      'not a text file',
      'the gzip file is cut off',
      'no file fits this pattern',
    ].entries()) {
      expect(lines.filter((line) => line.includes(`${bad[index]}: ${what}`))).toHaveLength(1);
    }
    expect(ran.err).not.toContain('    at ');
    // The Exim log whole, and what could be unpacked of the cut one.
    expect(eventsOf(db).some((event) => event.recipient === 'u4@c4.e1.example')).toBe(true);
    expect(eventsOf(db).some((event) => event.recipient === 'u4@c4.p1.example')).toBe(true);
  });

  it('a log of another program says so', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'auth.log'), 'Nov 24 07:54:41 vm sshd[1]: Accepted publickey\n'.repeat(5));
    const ran = run(join(folder, 'auth.log'), '--db', join(folder, 'b.db'));
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('no Postfix or Exim line in it');
  });

  it('a foreign, damaged or unwritable database is left alone', () => {
    const folder = scratch();
    const foreign = join(folder, 'foreign.db');
    const other = new Database(foreign);
    other.exec('CREATE TABLE mine (x)');
    other.close();
    expect(run(EXIM, '--db', foreign)).toMatchObject({ code: 1, err: expect.stringContaining("not bouncelog's") });
    writeFileSync(join(folder, 'text.db'), 'no database '.repeat(1000));
    expect(run(EXIM, '--db', join(folder, 'text.db'))).toMatchObject({ code: 1, err: expect.stringContaining('not a SQLite database') });
    expect(run(EXIM, '--db', '/proc/none/b.db')).toMatchObject({ code: 1, err: expect.not.stringContaining('    at ') });
  });

  it('of nothing is a run all the same: who watches runs sees it', () => {
    const folder = scratch();
    const [db, empty] = [join(folder, 'b.db'), join(folder, 'mail.log')];
    writeFileSync(empty, '');
    expect(bouncelog(['ingest', empty, '--db', db]).code).toBe(0);
    const status = bouncelog(['status', '--db', db]).out;
    expect(status).toMatch(/^Last run .*0 lines/m);
    expect(status).toMatch(/^Lines +0$/m);
    expect(bouncelog(['ingest', join(folder, 'no-such.log'), '--db', join(folder, 'c.db')]).code).toBe(1);
    expect(existsSync(join(folder, 'c.db'))).toBe(false);
  });

  it('a second ingest says that one is running and changes nothing', async () => {
    const { lockForIngest } = await import('../../src/store/sqlite/lock.js');
    const db = join(scratch(), 'b.db');
    run(EXIM, '--db', db);
    const before = contentOf(db);
    const lock = lockForIngest(db);
    expect(run(ISO, '--db', db)).toMatchObject({ code: 0, err: expect.stringContaining('another ingest is writing') });
    lock?.release();
    expect(contentOf(db)).toEqual(before);
  });

  it('wrong usage exits with 2', () => {
    for (const args of [
      ['ingest', '--format', 'qmail'],
      ['top', '--by', 'nonsense'],
      ['nonsense'],
      ['top', '--last', 'soon'],
      ['events', '--limit', 'x'],
    ]) {
      expect(bouncelog(args).code).toBe(2);
    }
  });

  it('a database that does not exist is no empty report', () => {
    expect(bouncelog(['top', '--db', join(scratch(), 'none.db')])).toMatchObject({ code: 1, err: expect.stringContaining('no such database') });
  });
});

describe('a log that ends in the middle of a line', () => {
  it('keeps the line for the next run of a file, and reads it from a pipe', () => {
    const folder = scratch();
    const line = (await_: string) =>
      `2026-11-24T07:54:47Z vm postfix/smtp[1]: AAAAAA1: to=<${await_}@c.example>, relay=x[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (no)`;
    const log = join(folder, 'mail.log');
    const db = join(folder, 'b.db');
    writeFileSync(log, `${line('a')}\n${line('b')}`);
    expect(bouncelog(['ingest', log, '--db', db]).err).toContain('left for the next run');
    expect(eventsOf(db)).toHaveLength(1);
    writeFileSync(log, `${line('a')}\n${line('b')}\n`);
    bouncelog(['ingest', log, '--db', db]);
    expect(eventsOf(db).map((event) => event.recipient)).toEqual(['a@c.example', 'b@c.example']);
    const piped = join(folder, 'piped.db');
    bouncelog(['ingest', '-', '--db', piped], `${line('a')}\n${line('b')}`);
    expect(eventsOf(piped)).toHaveLength(2);
  });
});
