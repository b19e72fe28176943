import type { Database, Statement } from 'better-sqlite3';
import type { ReplyKind } from '../../bounce/interpret.js';
import type { FailedPage } from '../../delivery/failed.js';
import type { OpenMessage } from '../../delivery/open.js';
import { type LineKinds, NO_LINES } from '../../log/kinds.js';
import type { RunSummary } from '../../report/run-summary.js';
import type { Batch, IngestStore, InterpretedEvent, SourcePosition } from '../store.js';
import { EventWriter } from './events.js';
import { Handles } from './handles.js';
import { Meta } from './meta.js';
import { explain, guard } from './open.js';
import { OpenState } from './open-state.js';
import { SummaryWriter } from './summary/summaries.js';
import { hourOf } from './totals/hour.js';
import { TotalsWriter } from './totals/writer.js';

interface SourceRow {
  id: number;
  name: string;
  head_length: number;
  head_hash: string;
  tail_length: number;
  tail_hash: string;
  position: number;
  last_time: number;
  kinds: string;
  cursor: string | null;
}

/** A log whose newest line is no older is written now. */
const LIVE_MS = 7_200_000;

/** Samples of lines not understood that are kept in all; they are for looking at, not for counting. */
const MAX_SAMPLES = 200;

/** The SQLite side of an ingest: position, events, totals and open state of a batch in one transaction. */
export class SqliteIngestStore implements IngestStore {
  readonly #db: Database;
  readonly #events: EventWriter;
  readonly #summaries: SummaryWriter;
  readonly #open: OpenState;
  readonly #meta: Meta;
  readonly #insertSource: Statement;
  readonly #updateSource: Statement;
  readonly #insertSample: Statement;
  readonly #putFailedPage: Statement;
  readonly #putRedelivered: Statement;
  readonly #begin: Statement;
  readonly #commit: Statement;
  #inTransaction = false;
  #summedUntil = 0;

  constructor(db: Database) {
    this.#db = db;
    const handles = new Handles(db);
    const totals = new TotalsWriter(db);
    this.#summaries = new SummaryWriter(db);
    this.#events = new EventWriter(db, handles, totals, this.#summaries);
    this.#open = new OpenState(db, handles);
    this.#meta = new Meta(db);
    this.#insertSource = db.prepare(
      `INSERT INTO source (name, head_length, head_hash, tail_length, tail_hash, position, last_time, kinds, cursor, updated)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#updateSource = db.prepare(
      `UPDATE source SET name = ?, head_length = ?, head_hash = ?, tail_length = ?, tail_hash = ?, position = ?, last_time = ?, kinds = ?,
         cursor = ?, updated = ? WHERE id = ?`,
    );
    this.#insertSample = db.prepare(
      `INSERT INTO not_understood (source, line) SELECT ?, ? WHERE (SELECT count(*) FROM not_understood) < ${MAX_SAMPLES}`,
    );
    this.#putFailedPage = db.prepare('INSERT OR REPLACE INTO failed_page (page, bits) VALUES (?, ?)');
    this.#putRedelivered = db.prepare(
      'INSERT INTO redelivered (recipient, time) VALUES (?, ?) ON CONFLICT DO UPDATE SET time = max(time, excluded.time)',
    );
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
  }

  replyKinds(): ReplyKind[] {
    return this.#db.prepare<[], ReplyKind>('SELECT id, template, code, enhanced, stage, provider, cause, rule FROM reply').all();
  }

  openMessages(): OpenMessage[] {
    return this.#open.load();
  }

  /** When the log of this path, or what it was rotated into, was last read, UTC ms; `null` = never. */
  lastRead(path: string): number | null {
    const find = this.#db.prepare<[string, string], { at: number | null }>(
      'SELECT max(updated) AS at FROM source WHERE substr(name, 1, length(?)) = ?',
    );
    return find.get(path, path)?.at ?? this.#followed()[path] ?? null;
  }

  /** Notes that a path is followed from now on (UTC ms), so that what is rotated before its first line was stored is not history. */
  beginFollowing(path: string, now: number): void {
    guard(this.#db.name, () => this.#meta.set('followed', JSON.stringify({ ...this.#followed(), [path]: now })));
  }

  #followed(): Record<string, number> {
    return JSON.parse(this.#meta.get('followed') ?? '{}') as Record<string, number>;
  }

  /** The fingerprint of the key that addresses are hashed with, `null` = they are plain. */
  get anonymized(): string | null {
    return this.#meta.get('anonymized');
  }

  set anonymized(fingerprint: string | null) {
    if (this.anonymized !== fingerprint) guard(this.#db.name, () => this.#meta.set('anonymized', fingerprint));
  }

  get hasHistory(): boolean {
    return this.#db.prepare('SELECT 1 FROM source LIMIT 1').get() !== undefined;
  }

  failedPages(): FailedPage[] {
    return this.#db.prepare<[], FailedPage>('SELECT page, bits FROM failed_page').all();
  }

  lineState(): string | null {
    return this.#meta.get('line_state');
  }

  noteRules(version: string): void {
    guard(this.#db.name, () => {
      if (this.#meta.get('rules_in_use') !== version) this.#meta.set('rules_in_use', version);
      if (this.#meta.get('rules') !== null) return;
      // Replies of a version of bouncelog that did not note its rules: they may differ from these.
      const hasHistory = this.#db.prepare('SELECT 1 FROM reply LIMIT 1').get() !== undefined;
      this.#meta.set('rules', hasHistory ? 'unknown' : version);
    });
  }

  /** Whether history is classified by other rules than those of the last run. */
  get rulesChanged(): boolean {
    return this.#meta.get('rules') !== this.#meta.get('rules_in_use');
  }

  /** Notes what a run did, for `status`. */
  recordRun(run: RunSummary): void {
    guard(this.#db.name, () => this.#meta.set('last_run', JSON.stringify(run)));
  }

  sourcesByHead(isHead: (length: number, hash: string) => boolean): SourcePosition[] {
    const rows = this.#db.prepare<[], SourceRow>('SELECT * FROM source ORDER BY position DESC').all();
    return rows.filter((row) => isHead(row.head_length, row.head_hash)).map(sourceOf);
  }

  /** Written at once, not gathered: an event that waits for the commit costs memory and the collector's time. */
  add(event: InterpretedEvent): void {
    try {
      this.#ensureTransaction();
      this.#events.write(event);
    } catch (error) {
      throw explain(this.#db.name, error);
    }
  }

  commit(batch: Batch): void {
    guard(this.#db.name, () => {
      this.#ensureTransaction();
      this.#events.writeDelivered(batch.delivered);
      this.#events.flush();
      this.#open.write(batch.open);
      for (const line of batch.samples) this.#insertSample.run(batch.source.name, line);
      for (const { page, bits } of batch.failedPages) this.#putFailedPage.run(page, bits);
      for (const { recipient, time } of batch.redelivered) this.#putRedelivered.run(recipient.toLowerCase(), time);
      this.#writeSource(batch.source);
      this.#meta.set('line_state', batch.lineState);
      if (batch.forgotten > 0) this.#meta.set('forgotten', String(Number(this.#meta.get('forgotten') ?? 0) + batch.forgotten));
      this.#summarizePast(batch.source.lastTime);
      this.#commit.run();
      this.#inTransaction = false;
    });
  }

  /** While a live log is followed, each hour is summed up when it is over; the rest when the run ends. */
  #summarizePast(newest: number): void {
    const hour = hourOf(newest);
    if (hour <= this.#summedUntil || Math.abs(Date.now() - newest) > LIVE_MS) return;
    this.#summaries.summarize(hour);
    this.#summedUntil = hour;
  }

  close(): void {
    try {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      else {
        this.#summaries.summarizeAll();
        this.#db.pragma('optimize');
      }
    } catch {
      // A full disk, say: closing must not hide the error that ended the run.
    } finally {
      this.#db.close();
    }
  }

  #ensureTransaction(): void {
    if (this.#inTransaction) return;
    this.#begin.run();
    this.#inTransaction = true;
  }

  #writeSource(source: SourcePosition): void {
    const { name, headLength, headHash, tailLength, tailHash, position, lastTime, kinds, cursor } = source;
    const columns = [name, headLength, headHash, tailLength, tailHash, position, lastTime, JSON.stringify(kinds), cursor, Date.now()];
    if (source.id === null) source.id = Number(this.#insertSource.run(...columns).lastInsertRowid);
    else this.#updateSource.run(...columns, source.id);
  }
}

function sourceOf(row: SourceRow): SourcePosition {
  return {
    id: row.id,
    name: row.name,
    headLength: row.head_length,
    headHash: row.head_hash,
    tailLength: row.tail_length,
    tailHash: row.tail_hash,
    position: row.position,
    lastTime: row.last_time,
    kinds: { ...NO_LINES, ...(JSON.parse(row.kinds) as Partial<LineKinds>) },
    cursor: row.cursor,
  };
}
