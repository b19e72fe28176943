import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { RuleFile } from '../../bounce/rule.js';
import { DEFAULT_LIMITS } from '../../delivery/open.js';
import { BATCH_BYTES, Ingest } from '../../ingest/ingest.js';
import type { Writer } from '../../ingest/writer.js';
import type { Zone } from '../../log/zone.js';
import type { RunSummary } from '../../report/run-summary.js';
import type { Source } from '../../source/source.js';
import { SqliteIngestStore } from '../../store/sqlite/ingest-store.js';
import { type IngestLock, lockForIngest } from '../../store/sqlite/lock.js';
import { openForWriting } from '../../store/sqlite/open-for-writing.js';
import { anonymizerFor } from '../anonymizing.js';
import { ownRuleFiles } from '../rules.js';
import type { IngestCommandOptions } from './options.js';
import { say } from './summary.js';

export type SessionOptions = IngestCommandOptions & { db: string; zone: Zone };

/** What an ingest needs while it runs: the lock, the database, a writer. Closed by whoever opened it. */
export class IngestSession {
  readonly ingest: Ingest;
  readonly store: SqliteIngestStore;
  readonly #writer: Writer;
  readonly #lock: IngestLock | null;
  readonly #db: string | null;

  private constructor(ingest: Ingest, store: SqliteIngestStore, writer: Writer, lock: IngestLock | null, db: string | null) {
    this.ingest = ingest;
    this.store = store;
    this.#writer = writer;
    this.#lock = lock;
    this.#db = db;
  }

  /**
   * @param threaded store in a thread of its own
   * @returns `null` when another ingest has the lock; then the database is not touched
   */
  static async open(
    options: SessionOptions,
    threaded: boolean,
    running: { signal: AbortSignal; onProgress?: (source: Source, bytes: number) => void },
  ): Promise<IngestSession | null> {
    // The young generations of both threads stay small: an ingest takes 165 instead of 190 MB.
    setFlagsFromString('--optimize-for-size');
    const own = ownRuleFiles(options.rules);
    const lock = options.dryRun ? null : lockForIngest(options.db);
    if (lock === null && !options.dryRun) return null;
    try {
      const onUpgrade = () => {
        if (options.quiet !== true) say('bringing the database up to date, once; with millions of events that takes minutes');
      };
      const store = new SqliteIngestStore(openForWriting(options.dryRun ? ':memory:' : options.db, onUpgrade));
      const anonymizer = options.dryRun ? null : anonymizerFor(options.db, store, options.anonymize === true);
      if (anonymizer !== null) store.anonymized = anonymizer.fingerprint;
      const writer = await writerFor(store, own, threaded ? options.db : null);
      const ingest = new Ingest(store, writer, {
        format: options.format,
        zone: options.zone,
        year: options.year ?? null,
        host: options.host ?? hostname(),
        batchBytes: options.batchBytes ?? BATCH_BYTES,
        limits: {
          maxMessages: options.maxOpen ?? DEFAULT_LIMITS.maxMessages,
          maxAge: options.maxAge === undefined ? DEFAULT_LIMITS.maxAge : options.maxAge * 86_400_000,
        },
        anonymizer,
        ...running,
      });
      return new IngestSession(ingest, store, writer, lock, options.dryRun ? null : options.db);
    } catch (error) {
      lock?.release();
      throw error;
    }
  }

  /** @param run what the run did, `null` = it did not come to its end */
  async close(run: RunSummary | null): Promise<void> {
    try {
      await this.#writer.close();
      this.store.close();
      if (run !== null && this.#db !== null) recordRun(this.#db, run);
    } finally {
      this.#lock?.release();
    }
  }
}

/** Only what is used is loaded: rules and the public suffix list take memory. */
async function writerFor(store: SqliteIngestStore, own: readonly RuleFile[], threadOn: string | null): Promise<Writer> {
  if (threadOn !== null) {
    // The thread reads rules when it starts to write; what is wrong with an admin's own must be said before.
    if (own.length > 0) (await import('../../bounce/rules.js')).allRules(own);
    const { ThreadedWriter } = await import('../../ingest/threaded-writer.js');
    return new ThreadedWriter(threadOn, own);
  }
  const { newWriter } = await import('../../ingest/new-writer.js');
  return newWriter(store, own);
}

/** Kept for `status`, by a connection of its own: that of the ingest is closed by now. */
function recordRun(db: string, run: RunSummary): void {
  const store = new SqliteIngestStore(openForWriting(db));
  store.recordRun(run);
  if (store.rulesChanged) say('the rules have changed since earlier replies were classified; `bouncelog reclassify` applies them to all history');
  store.close();
}
