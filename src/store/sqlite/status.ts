import type { Database } from 'better-sqlite3';
import { type LineKinds, NO_LINES } from '../../log/kinds.js';
import type { RunSummary } from '../../report/run-summary.js';
import type { SourceStatus, StatusAnswer } from '../../report/status.js';
import { eventsByCause } from './event-counts.js';
import { Meta } from './meta.js';

interface SourceRow {
  name: string;
  position: number;
  cursor: string | null;
  last_time: number;
  updated: number;
  kinds: string;
}

/** How far everything has been read, and what was made of it. */
export function status(db: Database): StatusAnswer {
  const meta = new Meta(db);
  const lastRun = meta.get('last_run');
  return {
    database: db.name,
    schemaVersion: numberOf(db, 'SELECT max(version) AS n FROM migration'),
    // Each event is one delivery of a row of the totals.
    events: eventsByCause(db).reduce((sum, { events }) => sum + events, 0),
    deliveries: numberOf(db, 'SELECT ifnull(max(id), 0) AS n FROM delivery'),
    replies: numberOf(db, 'SELECT count(*) AS n FROM reply'),
    unclassified: numberOf(db, "SELECT count(*) AS n FROM reply WHERE cause = 'unclassified'"),
    openMessages: numberOf(db, 'SELECT count(*) AS n FROM open_message'),
    waiting: numberOf(db, 'SELECT count(*) AS n FROM open_delivery'),
    forgotten: Number(meta.get('forgotten') ?? 0),
    lastRun: lastRun === null ? null : (JSON.parse(lastRun) as RunSummary),
    sources: db.prepare<[], SourceRow>('SELECT * FROM source ORDER BY updated DESC, id DESC').all().map(sourceOf),
    samples: db.prepare<[], { source: string; line: string }>('SELECT source, line FROM not_understood ORDER BY id').all(),
  };
}

/** Of all sources. */
export function linesNotUnderstood(db: Database): number {
  return numberOf(db, "SELECT ifnull(sum(json_extract(kinds, '$.not_understood')), 0) AS n FROM source");
}

function sourceOf(row: SourceRow): SourceStatus {
  return {
    name: row.name,
    position: row.position,
    cursor: row.cursor,
    lastTime: row.last_time || null,
    updated: row.updated,
    kinds: { ...NO_LINES, ...(JSON.parse(row.kinds) as Partial<LineKinds>) },
  };
}

function numberOf(db: Database, sql: string): number {
  return db.prepare<[], { n: number }>(sql).get()?.n ?? 0;
}
