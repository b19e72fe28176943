import Database from 'better-sqlite3';
import { Interpreter } from '../../src/bounce/interpret.js';
import { DEFAULT_LIMITS } from '../../src/delivery/open.js';
import { Ingest, type IngestOptions } from '../../src/ingest/ingest.js';
import { InterpretingWriter } from '../../src/ingest/interpreting-writer.js';
import type { Writer } from '../../src/ingest/writer.js';
import { zoneOf } from '../../src/log/zone.js';
import { NO_FILTERS } from '../../src/report/question.js';
import type { ContentSource } from '../../src/source/source.js';
import { eventRows } from '../../src/store/sqlite/event-rows.js';
import { SqliteIngestStore } from '../../src/store/sqlite/ingest-store.js';
import { migrate } from '../../src/store/sqlite/migrate.js';
import { TOTALS, totalsAsTable } from '../../src/store/sqlite/totals/as-table.js';

export const MODIFIED = Date.parse('2026-11-25T12:00:00Z');

export function memoryDatabase(): Database.Database {
  const db = new Database(':memory:');
  migrate(db);
  return db;
}

/** Content that comes in chunks which end at `cuts`. */
export function sourceOf(content: Buffer, options: { name?: string; cuts?: number[]; isFinal?: boolean } = {}): ContentSource {
  const { name = 'test', cuts = [], isFinal = true } = options;
  return {
    kind: 'content',
    name,
    size: content.length,
    modified: MODIFIED,
    isFinal,
    read: async function* (offset) {
      let at = offset;
      for (const end of [...cuts.toSorted((a, b) => a - b), content.length]) {
        if (end <= at) continue;
        yield content.subarray(at, end);
        at = end;
      }
    },
    head: async (length) => content.subarray(0, length),
    slice: async (from, to) => content.subarray(from, to),
    close: async () => {},
  };
}

/** Reads sources into a database in one run, which goes on. */
export async function ingest(
  db: Database.Database,
  sources: ContentSource[],
  options: Partial<IngestOptions> = {},
  writerTo: (store: SqliteIngestStore) => Writer = interpretingWriter,
): Promise<Ingest> {
  return readInto(new SqliteIngestStore(db), sources, options, writerTo);
}

export function interpretingWriter(store: SqliteIngestStore): InterpretingWriter {
  return new InterpretingWriter(new Interpreter(), store);
}

/** The same with the end of the run, which closes the database. */
export async function ingestToEnd(db: Database.Database, sources: ContentSource[]): Promise<void> {
  const store = new SqliteIngestStore(db);
  await readInto(store, sources, {}, interpretingWriter);
  store.close();
}

async function readInto(
  store: SqliteIngestStore,
  sources: ContentSource[],
  options: Partial<IngestOptions>,
  writerTo: (store: SqliteIngestStore) => Writer,
): Promise<Ingest> {
  const run = new Ingest(store, writerTo(store), {
    format: 'auto',
    zone: zoneOf('UTC'),
    year: null,
    host: 'here',
    batchBytes: 2_000,
    limits: DEFAULT_LIMITS,
    anonymizer: null,
    ...options,
  });
  for (const source of sources) await run.read(source);
  return run;
}

/** All events without their row numbers, in an order of their own. */
export function eventsIn(db: Database.Database): string[] {
  const rows = [...eventRows(db, { range: { since: null, until: null }, filters: NO_FILTERS, limit: 0 })];
  return rows.map((row) => JSON.stringify({ ...row, id: null })).sort();
}

/** What the hourly totals say, summed up: they must not depend on the way either. */
export function totalsIn(db: Database.Database): unknown[] {
  return totalsAsTable(db)
    .prepare(
      `SELECT e.hour, e.outcome, h.name, d.name, s.address, r.template, sum(e.attempts), sum(e.deliveries), min(e.first_seen), max(e.last_seen)
       FROM ${TOTALS} LEFT JOIN host h ON h.id = e.host_id LEFT JOIN domain d ON d.id = e.domain_id LEFT JOIN sender s ON s.id = e.sender_id LEFT JOIN reply r ON r.id = e.reply_id
       GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
    )
    .raw()
    .all();
}
