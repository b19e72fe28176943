import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockForIngest } from '../../src/store/sqlite/lock.js';
import { busyHour, random } from '../busy-hour.js';
import { contentOf } from '../content.js';
import { bouncelog, COMMAND, eventsOf, scratch } from '../run.js';

interface Daemon {
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  kill(signal: NodeJS.Signals): Promise<number | null>;
  readonly errors: string;
}

function daemon(args: readonly string[], env: NodeJS.ProcessEnv = {}): Daemon {
  let child: ChildProcess | null = null;
  let errors = '';
  onTestFinished(() => {
    child?.kill('SIGKILL');
  });
  return {
    async start() {
      child = spawn(process.execPath, [COMMAND, 'ingest', '--follow', ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, TZ: 'UTC', ...env },
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        errors += chunk.toString();
      });
      await sleep(50);
    },
    signal(signal) {
      child?.kill(signal);
    },
    async kill(signal) {
      if (child === null) return null;
      if (child.exitCode !== null) throw new Error(`it had ended by itself with ${child.exitCode}: ${errors}`);
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = (await ended) as [number | null];
      child = null;
      return code;
    },
    get errors() {
      return errors;
    },
  };
}

/** Waits until the database has this many events. */
async function waitForEvents(db: string, count: number, seconds = 20): Promise<void> {
  for (let i = 0; i < seconds * 4; i++) {
    if (existsSync(db) && eventsOf(db).length >= count) return;
    await sleep(250);
  }
}

/** What a calm run over the whole log says. */
function calm(all: readonly string[]): { content: ReturnType<typeof contentOf>; events: number } {
  const folder = scratch();
  writeFileSync(join(folder, 'mail.log'), all.map((line) => `${line}\n`).join(''));
  const db = join(folder, 'b.db');
  expect(bouncelog(['ingest', join(folder, 'mail.log'), '--db', db]).code).toBe(0);
  return { content: contentOf(db), events: eventsOf(db).length };
}

/** Shifts `mail.log.1` to `mail.log.2.gz` and so on, as logrotate does. */
function shift(log: string): void {
  for (let n = 60; n >= 1; n--) {
    for (const end of ['', '.gz']) {
      if (!existsSync(`${log}.${n}${end}`)) continue;
      if (n === 1 && end === '') {
        writeFileSync(`${log}.2.gz`, gzipSync(readFileSync(`${log}.1`)));
        unlinkSync(`${log}.1`);
      } else renameSync(`${log}.${n}${end}`, `${log}.${n + 1}${end}`);
    }
  }
}

describe('ingest --follow', () => {
  it.each([1, 2, 3, 4, 5, 6])('loses and doubles nothing through rotations and kills (seed %i)', async (seed) => {
    const next = random(seed);
    const all = busyHour(600);
    const expected = calm(all);
    const folder = scratch();
    const [log, db] = [join(folder, 'mail.log'), join(folder, 'b.db')] as [string, string];
    const follower = daemon([log, '--db', db]);
    await follower.start();
    // What is there before its first look is history to it (see below).
    let written = 8;
    writeFileSync(
      log,
      all
        .slice(0, written)
        .map((line) => `${line}\n`)
        .join(''),
    );
    await waitForEvents(db, 6);
    let running = true;
    while (written < all.length) {
      switch (next(9)) {
        case 0: // rename and create
          if (existsSync(log)) {
            shift(log);
            renameSync(log, `${log}.1`);
            if (next(2) === 0) writeFileSync(log, '');
          }
          break;
        case 1: // copytruncate
          if (existsSync(log)) {
            shift(log);
            copyFileSync(log, `${log}.1`);
            truncateSync(log, 0);
          }
          break;
        case 2: // deleted: only what the daemon has open survives, so it must have had time to open it
          if (running && existsSync(log)) {
            await sleep(1500);
            const lost = written + 1 + next(5);
            appendFileSync(
              log,
              all
                .slice(written, lost)
                .map((line) => `${line}\n`)
                .join(''),
            );
            written = Math.min(lost, all.length);
            unlinkSync(log);
            // Killed before it has looked, nobody could read it any more.
            await sleep(1500);
          }
          break;
        case 3:
          await follower.kill('SIGKILL');
          running = false;
          break;
        case 4:
          if (!running) {
            await follower.start();
            running = true;
          }
          break;
        case 5:
          await sleep(next(700));
          break;
        default: {
          const end = Math.min(all.length, written + 1 + next(30));
          const text = all
            .slice(written, end)
            .map((line) => `${line}\n`)
            .join('');
          const cut = next(text.length);
          appendFileSync(log, text.slice(0, cut));
          // A line that is finished later.
          if (next(3) === 0) await sleep(next(600));
          appendFileSync(log, text.slice(cut));
          written = end;
        }
      }
    }
    if (!running) await follower.start();
    await waitForEvents(db, expected.events);
    expect(await follower.kill('SIGTERM')).toBe(0);
    expect(follower.errors).toBe('');
    // Whatever is read again after it changes nothing.
    const files = readdirSync(folder)
      .filter((name) => name.startsWith('mail.log'))
      .map((name) => join(folder, name));
    expect(bouncelog(['ingest', ...files, '--db', db]).code).toBe(0);
    expect(contentOf(db)).toEqual(expected.content);
  });

  it('waits for a file that is not there yet, follows a link to another file, and finishes a line an hour later', async () => {
    const all = busyHour(40);
    const folder = scratch();
    const [link, one, two, db] = ['mail.log', 'one', 'two', 'b.db'].map((name) => join(folder, name)) as [string, string, string, string];
    const follower = daemon([link, '--db', db]);
    await follower.start();
    await sleep(800);
    writeFileSync(
      one,
      all
        .slice(0, 20)
        .map((line) => `${line}\n`)
        .join(''),
    );
    symlinkSync(one, link);
    await waitForEvents(db, 5);
    appendFileSync(one, `${all[20]}\n${all[21]?.slice(0, 30)}`);
    await sleep(1200);
    appendFileSync(one, `${all[21]?.slice(30)}\n`);
    writeFileSync(
      two,
      all
        .slice(22)
        .map((line) => `${line}\n`)
        .join(''),
    );
    unlinkSync(link);
    symlinkSync(two, link);
    const expected = calm(all);
    await waitForEvents(db, expected.events);
    expect(await follower.kill('SIGINT')).toBe(0);
    expect(contentOf(db)).toEqual(expected.content);
  });

  it('reads what was rotated while it was down, compressed files included, once', async () => {
    const all = busyHour(200);
    const text = (from: number, to: number) =>
      all
        .slice(from, to)
        .map((line) => `${line}\n`)
        .join('');
    const folder = scratch();
    const [log, db] = [join(folder, 'mail.log'), join(folder, 'b.db')] as [string, string];
    writeFileSync(log, text(0, 50));
    const follower = daemon([log, '--db', db]);
    await follower.start();
    await waitForEvents(db, 20);
    await follower.kill('SIGTERM');
    writeFileSync(`${log}.3.gz`, gzipSync(text(0, 80)));
    writeFileSync(`${log}.2.gz`, gzipSync(text(80, 120)));
    writeFileSync(`${log}.1`, text(120, 160));
    writeFileSync(log, text(160, 200));
    await follower.start();
    const expected = calm(all);
    await waitForEvents(db, expected.events);
    expect(await follower.kill('SIGTERM')).toBe(0);
    expect(contentOf(db)).toEqual(expected.content);
  });

  it('stores a line within two seconds, opens anew on SIGHUP, and leaves history alone on its first start', async () => {
    const all = busyHour(100);
    const folder = scratch();
    const [log, db] = [join(folder, 'mail.log'), join(folder, 'b.db')] as [string, string];
    writeFileSync(`${log}.1`, `${all[2]}\n`);
    writeFileSync(log, `${all[6]}\n`);
    const follower = daemon([log, '--db', db]);
    await follower.start();
    await waitForEvents(db, 1);
    follower.signal('SIGHUP');
    await sleep(300);
    appendFileSync(log, `${all[10]}\n`);
    await sleep(2000);
    expect(eventsOf(db)).toHaveLength(2);
    expect(await follower.kill('SIGTERM')).toBe(0);
  });

  it('says that another one runs, and ends well', async () => {
    const folder = scratch();
    const [log, db] = [join(folder, 'mail.log'), join(folder, 'b.db')] as [string, string];
    writeFileSync(log, `${busyHour(3)[2]}\n`);
    const follower = daemon([log, '--db', db]);
    await follower.start();
    await waitForEvents(db, 1);
    expect(bouncelog(['ingest', log, '--db', db])).toMatchObject({ code: 0, err: `bouncelog: another ingest is writing to ${db}; nothing done\n` });
    expect(await follower.kill('SIGTERM')).toBe(0);
  });

  it('waits while others hold the database, and while another ingest runs, once it has begun', async () => {
    const all = busyHour(100);
    const folder = scratch();
    const [log, db] = [join(folder, 'mail.log'), join(folder, 'b.db')] as [string, string];
    writeFileSync(log, `${all[2]}\n`);
    const follower = daemon([log, '--db', db]);
    await follower.start();
    await waitForEvents(db, 1);
    const other = new Database(db);
    other.exec('BEGIN IMMEDIATE');
    appendFileSync(log, `${all[6]}\n`);
    for (let i = 0; i < 400 && follower.errors.split('trying again').length < 2; i++) await sleep(100);
    let lock = lockForIngest(db);
    for (let i = 0; i < 50 && lock === null; i++) {
      await sleep(100);
      lock = lockForIngest(db);
    }
    expect(lock).not.toBeNull();
    for (let i = 0; i < 400 && !follower.errors.includes('another ingest'); i++) await sleep(100);
    other.exec('ROLLBACK');
    other.close();
    lock?.release();
    await waitForEvents(db, 2);
    expect(follower.errors).toContain('another ingest is writing');
    expect(eventsOf(db)).toHaveLength(2);
    expect(await follower.kill('SIGTERM')).toBe(0);
  });
});
