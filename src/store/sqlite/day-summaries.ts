import type { Database, Statement } from 'better-sqlite3';
import { OUTCOME_IDS } from './outcomes.js';
import { DAY_SUMMARIES, type DaySummary } from './summary-kinds.js';

/*
 * What a day's mail was by many values: thousands of rows of six numbers, packed into one. SQLite reads and adds up a million rows
 * in a second; packed, they are read in a twentieth of that, and take half the room.
 */

const HOUR = 3_600_000;
/** key, prior hour and outcome, attempts, deliveries, first and last seen (ms of the day). 32 bits each, in the order of bytes of all machines that Node runs on. */
const COLUMNS = 6;
/** Outcomes fit below it. */
const PRIOR_FACTOR = 8;
const { deferred: DEFERRED, bounced: BOUNCED, expired: EXPIRED } = OUTCOME_IDS;

/** One row as it is packed. */
export interface DayRow {
  /** Id of the domain or sender; of a provider, that of its first route. 0 = none. */
  key: number;
  outcome: number;
  /** As in `summary`. */
  prior_hour: number;
  attempts: number;
  deliveries: number;
  /** UTC ms. */
  first_seen: number;
  last_seen: number;
}

/** Figures of one value, added up. */
export interface DayFigures {
  hard: number;
  soft: number;
  attempts: number;
  deliveries: number;
  first_seen: number;
  last_seen: number;
}

export class DayWriter {
  readonly #put: Statement;
  readonly #clear: Statement;

  constructor(db: Database) {
    this.#put = db.prepare('INSERT INTO day_summary (by, start, rows) VALUES (?, ?, ?)');
    this.#clear = db.prepare('DELETE FROM day_summary WHERE start = ?');
  }

  /** @param start of the day, hours since 1970 */
  put(summary: DaySummary, start: number, rows: Iterable<DayRow>): void {
    const packed: number[] = [];
    for (const { key, outcome, prior_hour, attempts, deliveries, first_seen, last_seen } of rows) {
      packed.push(key, prior_hour * PRIOR_FACTOR + outcome, attempts, deliveries, first_seen - start * HOUR, last_seen - start * HOUR);
    }
    this.#put.run(DAY_SUMMARIES[summary], start, Buffer.from(Int32Array.from(packed).buffer));
  }

  clear(start: number): void {
    this.#clear.run(start);
  }
}

/** Calls back with each row of these days. The row is one object, used again. */
export function eachRow(db: Database, summary: DaySummary, starts: readonly number[], take: (row: DayRow, start: number) => void): void {
  const find = db.prepare<[number, number], { rows: Buffer }>('SELECT rows FROM day_summary WHERE by = ? AND start = ?');
  const row: DayRow = { key: 0, outcome: 0, prior_hour: 0, attempts: 0, deliveries: 0, first_seen: 0, last_seen: 0 };
  for (const start of starts) {
    const rows = find.get(DAY_SUMMARIES[summary], start)?.rows;
    if (rows === undefined) continue;
    // A copy of its own: numbers must stand at a multiple of four.
    const numbers = new Int32Array(new Uint8Array(rows).buffer);
    for (let at = 0; at < numbers.length; at += COLUMNS) {
      const prior = numbers[at + 1] as number;
      row.key = numbers[at] as number;
      row.outcome = prior % PRIOR_FACTOR;
      row.prior_hour = (prior - row.outcome) / PRIOR_FACTOR;
      row.attempts = numbers[at + 2] as number;
      row.deliveries = numbers[at + 3] as number;
      row.first_seen = start * HOUR + (numbers[at + 4] as number);
      row.last_seen = start * HOUR + (numbers[at + 5] as number);
      take(row, start);
    }
  }
}

/**
 * Failures of these days by value. A delivery counts where it was not deferred before in the range.
 * @param since of the range, hours since 1970
 */
export function failuresOfDays(db: Database, summary: DaySummary, starts: readonly number[], since: number): Map<number, DayFigures> {
  const byKey = new Map<number, DayFigures>();
  eachRow(db, summary, starts, ({ key, outcome, prior_hour, attempts, deliveries, first_seen, last_seen }) => {
    const isHard = outcome === BOUNCED || outcome === EXPIRED;
    if (!isHard && outcome !== DEFERRED) return;
    let figures = byKey.get(key);
    if (figures === undefined) {
      figures = { hard: 0, soft: 0, attempts: 0, deliveries: 0, first_seen, last_seen };
      byKey.set(key, figures);
    }
    const fresh = prior_hour < since ? deliveries : 0;
    if (isHard) figures.hard += deliveries;
    else figures.soft += fresh;
    figures.attempts += attempts;
    figures.deliveries += fresh;
    if (first_seen < figures.first_seen) figures.first_seen = first_seen;
    if (last_seen > figures.last_seen) figures.last_seen = last_seen;
  });
  return byKey;
}

/** What keys stand for, as a table of id and name. A provider goes by the first of its routes; receivers that nobody operates have none. */
const NAMES: Record<DaySummary, string> = {
  domain: 'SELECT id, name FROM domain',
  provider: 'SELECT min(id) AS id, provider AS name FROM route WHERE provider IS NOT NULL GROUP BY provider',
  sender: 'SELECT id, address AS name FROM sender',
};

/** The names of these keys, or of all; 0 is none. */
export function namesOf(db: Database, summary: DaySummary, keys: readonly number[] | null = null): Map<number, string> {
  const where = keys === null ? '' : 'WHERE id IN (SELECT value FROM json_each(?))';
  const rows = db
    .prepare<string[], { id: number; name: string }>(`SELECT id, name FROM (${NAMES[summary]}) ${where}`)
    .all(...(keys === null ? [] : [JSON.stringify(keys)]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The keys of these names. */
export function keysOf(db: Database, summary: DaySummary, names: readonly (string | number | null)[]): Map<string | number | null, number> {
  const rows = db
    .prepare<[string], { id: number; name: string }>(`SELECT id, name FROM (${NAMES[summary]}) WHERE name IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(names));
  return new Map<string | number | null, number>([[null, 0], ...rows.map(({ id, name }) => [name, id] as const)]);
}
