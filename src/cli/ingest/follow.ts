import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.js';
import { FollowedFile } from '../../ingest/follow.js';
import { inLogOrder } from '../../ingest/order.js';
import { findSources, liveLogs } from '../../source/find.js';
import { JournalSource } from '../../source/journal.js';
import type { Source } from '../../source/source.js';
import { zoneOption } from '../zone.js';
import { Notifier } from './notify.js';
import type { IngestCommandOptions } from './options.js';
import { readAll } from './read-all.js';
import { tameV8 } from './run.js';
import { IngestSession, type SessionOptions } from './session.js';
import { stopSignal } from './signals.js';
import { say, sayError } from './summary.js';

/** Between two looks at a file: a line is stored well within two seconds. */
const LOOK_MS = 400;
/** Between two calls of journalctl. */
const JOURNAL_MS = 1_000;
/** Between two looks for new files in folders and patterns. */
const FIND_MS = 10_000;
/** Before another try when nothing can be stored (disk full, database locked). */
const RETRY_MS = 10_000;

/**
 * `bouncelog ingest --follow`: reads what is there, then stays and reads what is written, until SIGTERM or SIGINT. SIGHUP opens all
 * files anew. When nothing can be stored it says so, waits, and goes on from what is stored.
 * @returns the exit code
 */
export async function runFollow(paths: readonly string[], options: IngestCommandOptions & { db: string }): Promise<number> {
  const zone = zoneOption(options.tz);
  const { signal } = stopSignal();
  const notifier = new Notifier();
  const hangups = new Hangups();
  tameV8();
  let hasBegun = false;
  while (!signal.aborted) {
    try {
      const session = await IngestSession.open({ ...options, zone }, false, { signal, onProgress: () => notifier.alive(Date.now()) });
      if (session === null) {
        say(`another ingest is writing to ${options.db}; ${hasBegun ? `trying again in ${RETRY_MS / 1000} s` : 'nothing done'}`);
        if (!hasBegun) return 0;
      } else {
        hasBegun = true;
        try {
          await new Follower(paths, { ...options, zone }, session, notifier, hangups, signal).run();
        } finally {
          await session.close(null);
        }
      }
    } catch (error) {
      // At the start it is a mistake that somebody must mend, later it may pass.
      if (!hasBegun || !(error instanceof UserError)) throw error;
      sayError(error);
      say(`trying again in ${RETRY_MS / 1000} s`);
    }
    await pause(RETRY_MS, signal);
  }
  notifier.stopping();
  return 0;
}

/** Waits, but not longer than the process lives. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // Told to stop.
  }
}

/** SIGHUP, which must not end a daemon, whatever it does when it comes. */
class Hangups {
  #came = false;

  constructor() {
    process.on('SIGHUP', () => {
      this.#came = true;
    });
  }

  /** Has one come since the last call? */
  take(): boolean {
    const came = this.#came;
    this.#came = false;
    return came;
  }
}

class Follower {
  readonly #paths: readonly string[];
  readonly #options: SessionOptions;
  readonly #session: IngestSession;
  readonly #notifier: Notifier;
  readonly #hangups: Hangups;
  readonly #signal: AbortSignal;
  readonly #files = new Map<string, FollowedFile>();
  #nextFind = 0;
  #nextJournal = 0;

  constructor(paths: readonly string[], options: SessionOptions, session: IngestSession, notifier: Notifier, hangups: Hangups, signal: AbortSignal) {
    this.#paths = paths;
    this.#options = options;
    this.#session = session;
    this.#notifier = notifier;
    this.#hangups = hangups;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    try {
      await this.#readHistory();
      let isReady = false;
      while (!this.#signal.aborted) {
        const hasNews = await this.#round();
        if (!isReady) this.#notifier.ready(`following ${this.#files.size} files${this.#options.journal ? ' and the journal' : ''}`);
        isReady = true;
        this.#notifier.alive(Date.now());
        // A log that grows faster than it is looked at is looked at again at once.
        await pause(hasNews ? LOOK_MS / 4 : LOOK_MS, this.#signal);
      }
    } finally {
      for (const file of this.#files.values()) await file.close();
    }
  }

  /** Without a path, and for folders and patterns, what is there is read first, rotated files included. */
  async #readHistory(): Promise<void> {
    const { zone, year } = this.#options;
    if (this.#paths.length === 0 && this.#options.journal) return;
    const found = await findSources(this.#paths, Date.now());
    const history: Source[] = [];
    for (const source of found.sources) {
      if (this.#paths.includes(source.name)) await source.close();
      else history.push(source);
    }
    const { errors } = await readAll(this.#session.ingest, await inLogOrder(history, zone, year ?? null), this.#signal);
    for (const error of errors) sayError(error);
  }

  async #round(): Promise<boolean> {
    const now = Date.now();
    if (now >= this.#nextFind) {
      await this.#find();
      this.#nextFind = now + FIND_MS;
    }
    if (this.#hangups.take()) for (const file of this.#files.values()) file.rescan();
    let hasNews = false;
    for (const file of this.#files.values()) {
      if (this.#signal.aborted) return false;
      if (await file.look()) hasNews = true;
    }
    if (this.#options.journal && now >= this.#nextJournal) {
      this.#nextJournal = now + JOURNAL_MS;
      await this.#session.ingest.read(new JournalSource({ kind: 'host' }, now, say));
    }
    return hasNews;
  }

  /** Files that are written to and that we do not follow yet. */
  async #find(): Promise<void> {
    const { zone, year } = this.#options;
    const live = this.#paths.length === 0 && this.#options.journal ? [] : await liveLogs(this.#paths);
    for (const path of live) {
      if (this.#files.has(path)) continue;
      const { store } = this.#session;
      const readUntil = store.lastRead(path);
      if (readUntil === null) store.beginFollowing(path, Date.now());
      const options = { zone, year: year ?? null, clock: Date.now, onError: sayError };
      this.#files.set(path, new FollowedFile(path, this.#session.ingest, readUntil, options));
    }
  }
}
