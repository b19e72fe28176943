import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { Interpreter } from '../../src/bounce/interpret.js';
import { DEFAULT_LIMITS } from '../../src/delivery/open.js';
import { FollowedFile } from '../../src/ingest/follow.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { InterpretingWriter } from '../../src/ingest/interpreting-writer.js';
import { zoneOf } from '../../src/log/zone.js';
import { SqliteIngestStore } from '../../src/store/sqlite/ingest-store.js';
import { busyHour, random } from '../busy-hour.js';
import { scratch } from '../run.js';
import { eventsIn, ingest, memoryDatabase, sourceOf, totalsIn } from './memory.js';

/** What the world does between any two calls that the follower makes to the file system. */
let interfere = () => {};

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const meddled = <F extends (...args: never[]) => Promise<unknown>>(call: F): F =>
    (async (...args: Parameters<F>) => {
      interfere();
      return call(...args);
    }) as unknown as F;
  return {
    ...real,
    stat: meddled(real.stat as never),
    readdir: meddled(real.readdir as never),
    realpath: meddled(real.realpath as never),
    open: meddled((async (...args: Parameters<typeof real.open>) => {
      const handle: FileHandle = await real.open(...args);
      handle.stat = meddled(handle.stat.bind(handle) as never) as typeof handle.stat;
      handle.read = meddled(handle.read.bind(handle) as never);
      return handle;
    }) as never),
  };
});

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return {
    ...real,
    readSync: (...args: Parameters<typeof real.readSync>) => {
      interfere();
      return real.readSync(...args);
    },
  };
});

class Killed extends Error {}

/** A host whose daemons log, and whose log is rotated: in the ways of logrotate, newsyslog and savelog. */
class Host {
  readonly #lines: string[];
  readonly #next: (n: number) => number;
  readonly log: string;
  #writer: number | null = null;
  /** Lines still to be written to the file that was renamed, before the daemon is told of it. */
  #stale = 0;
  #rest = '';

  constructor(folder: string, lines: readonly string[], next: (n: number) => number) {
    this.#lines = [...lines];
    this.#next = next;
    this.log = join(folder, 'mail.log');
  }

  get isQuiet(): boolean {
    return this.#lines.length === 0 && this.#rest === '';
  }

  step(): void {
    switch (this.#next(9)) {
      case 0:
        this.#rename();
        break;
      case 1:
        this.#copyAndTruncate();
        break;
      default:
        this.#write();
    }
  }

  /** The daemon, which may not know yet that its file has another name by now. */
  #write(): void {
    if (this.#stale > 0 && --this.#stale === 0) {
      this.#finishLine();
      this.#reopen();
    }
    this.#writer ??= openSync(this.log, 'a', 0o600);
    const text =
      this.#rest +
      this.#lines
        .splice(0, 1 + this.#next(12))
        .map((line) => `${line}\n`)
        .join('');
    const cut = this.#next(3) === 0 ? this.#next(text.length + 1) : text.length;
    writeSync(this.#writer, text.slice(0, cut));
    this.#rest = text.slice(cut);
  }

  end(): void {
    this.#reopen();
  }

  #reopen(): void {
    if (this.#writer !== null) closeSync(this.#writer);
    this.#writer = null;
  }

  #finishLine(): void {
    if (this.#rest === '') return;
    writeSync(this.#writer as number, this.#rest);
    this.#rest = '';
  }

  #rename(): void {
    if (!existsSync(this.log)) return;
    this.#finishLine();
    if (this.#stale > 0) this.#reopen();
    this.#stale = 0;
    this.#shift();
    renameSync(this.log, `${this.log}.1`);
    if (this.#writer !== null) this.#stale = this.#next(4);
    if (this.#stale === 0) this.#reopen();
    if (this.#next(2) === 0) writeFileSync(this.log, '');
  }

  #copyAndTruncate(): void {
    if (!existsSync(this.log) || this.#stale > 0) return;
    this.#finishLine();
    this.#shift();
    copyFileSync(this.log, `${this.log}.1`);
    truncateSync(this.log, 0);
  }

  #shift(): void {
    for (let n = 80; n >= 1; n--) {
      for (const end of ['', '.gz']) {
        if (!existsSync(`${this.log}.${n}${end}`)) continue;
        if (n === 1 && end === '' && this.#next(3) > 0) {
          writeFileSync(`${this.log}.2.gz`, gzipSync(readFileSync(`${this.log}.1`)));
          unlinkSync(`${this.log}.1`);
        } else renameSync(`${this.log}.${n}${end}`, `${this.log}.${n + 1}${end}`);
      }
    }
  }
}

class Follower {
  readonly #db: Database.Database;
  readonly #host: Host;
  readonly #next: (n: number) => number;
  readonly errors: string[] = [];
  #file: FollowedFile | null = null;

  constructor(db: Database.Database, host: Host, next: (n: number) => number) {
    this.#db = db;
    this.#host = host;
    this.#next = next;
  }

  async look(): Promise<boolean> {
    this.#file ??= this.#start();
    return this.#file.look();
  }

  /** As `kill -9` leaves it: what was not committed is gone. */
  async die(): Promise<void> {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    await this.#file?.close();
    this.#file = null;
  }

  #start(): FollowedFile {
    const store = new SqliteIngestStore(this.#db);
    const run = new Ingest(store, new InterpretingWriter(new Interpreter(), store), {
      format: 'auto',
      zone: zoneOf('UTC'),
      year: null,
      host: 'here',
      batchBytes: 1_000,
      limits: DEFAULT_LIMITS,
      anonymizer: null,
    });
    const readUntil = store.lastRead(this.#host.log);
    if (readUntil === null) store.beginFollowing(this.#host.log, Date.now());
    return new FollowedFile(this.#host.log, run, readUntil, {
      zone: zoneOf('UTC'),
      year: null,
      // Right, or a day behind or ahead.
      clock: () => Date.now() + (this.#next(3) - 1) * 86_400_000,
      onError: (error) => this.errors.push(error.message),
    });
  }
}

const LINES = busyHour(200);
const SEEDS = Number(process.env['SEEDS'] ?? 60);
const FIRST = Number(process.env['FIRST_SEED'] ?? 1);

describe('a log that is written, rotated and truncated between any two calls to the file system', async () => {
  const calm = memoryDatabase();
  await ingest(calm, [sourceOf(Buffer.from(LINES.map((line) => `${line}\n`).join('')))]);
  const expected = { events: eventsIn(calm), totals: totalsIn(calm) };

  it.each(Array.from({ length: SEEDS }, (_, i) => FIRST + i))('is read whole and once (seed %i)', async (seed) => {
    const next = random(seed);
    const folder = scratch();
    const descriptors = readdirSync('/proc/self/fd').length;
    const host = new Host(folder, LINES, next);
    const db = memoryDatabase();
    const follower = new Follower(db, host, next);
    // What is there before its first look is history to it.
    await follower.look();
    const [busy, deadly] = [2 + next(12), seed % 3 === 0 ? Number.POSITIVE_INFINITY : 30 + next(200)];
    let isDead = false;
    interfere = () => {
      if (!host.isQuiet && next(busy) === 0) host.step();
      isDead ||= Number.isFinite(deadly) && !host.isQuiet && next(deadly) === 0;
      // The dead do nothing more, whoever catches this.
      if (isDead) throw new Killed();
    };
    try {
      for (let quiet = 0; quiet < 4; ) {
        try {
          const hasNews = await follower.look();
          quiet = host.isQuiet && !hasNews ? quiet + 1 : 0;
          if (!host.isQuiet && next(3) === 0) host.step();
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          await follower.die();
          isDead = false;
          for (let i = next(10); i > 0 && !host.isQuiet; i--) host.step();
        }
      }
    } finally {
      interfere = () => {};
    }
    expect(follower.errors).toEqual([]);
    expect({ events: eventsIn(db), totals: totalsIn(db) }).toEqual(expected);
    await follower.die();
    host.end();
    expect(readdirSync('/proc/self/fd').length).toBe(descriptors);
  });
});
