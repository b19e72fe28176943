import type { Database, Statement } from 'better-sqlite3';
import { FAILURES, OUTCOME_IDS } from '../outcomes.js';
import type { Figures } from './failure-sums.js';
import { eachCount } from './packed-summaries.js';
import { priorOf } from './prior-of.js';
import { PACKED_SUMMARIES, PROVIDER_CAUSES } from './summary-kinds.js';
import { keysOf, namesOf } from './summary-names.js';
import type { Time } from './times.js';

/*
 * What the providers with the most failures of a day failed for, exactly: from the totals, a month of it takes most of a second.
 */

/** Providers of a day whose causes are kept. */
const KEPT = 50;
const { deferred, bounced, expired } = OUTCOME_IDS;

const PRIOR = priorOf(
  'JOIN reply pr ON pr.id = p.reply_id JOIN route pro ON pro.id = p.route_id',
  'pr.cause = r.cause AND pro.provider IS ro.provider',
);

/** Stores them in the transaction of the day's other summaries, which are there. */
export class ProviderCausesWriter {
  readonly #db: Database;
  readonly #put: Statement;

  constructor(db: Database) {
    this.#db = db;
    // A line break stands between the names: it cannot be in one of them. No provider is an empty name.
    this.#put = db.prepare(
      `INSERT INTO summary (by, hours, start, key, outcome, prior_hour, attempts, deliveries, first_seen, last_seen)
       SELECT ${PROVIDER_CAUSES}, @hours, @start, ifnull(ro.provider, '') || char(10) || r.cause, e.outcome, min(@start, ${PRIOR}),
         sum(e.attempts), sum(e.deliveries), min(e.first_seen), max(e.last_seen)
       FROM hourly e JOIN route ro ON ro.id = e.route_id JOIN reply r ON r.id = e.reply_id
       WHERE e.hour >= @start AND e.hour < @start + @hours AND ${FAILURES}
         AND e.route_id IN (SELECT id FROM route WHERE ifnull(provider, '') IN (SELECT value FROM json_each(@providers)))
       GROUP BY 4, 5, 6`,
    );
  }

  put(day: Time): void {
    const failures = new Map<number, number>();
    eachCount(this.#db, PACKED_SUMMARIES.provider, [day], null, ({ key, deliveries }) => failures.set(key, (failures.get(key) ?? 0) + deliveries));
    const most = [...failures].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, KEPT);
    const names = namesOf(
      this.#db,
      'provider',
      most.map(([key]) => key),
    );
    this.#put.run({ ...day, providers: JSON.stringify(most.map(([key]) => names.get(key) ?? '')) });
  }
}

/** Failures of a provider with a cause. */
export interface ProviderCause extends Figures {
  /** `null` = nobody knows who operates the MX. */
  provider: string | null;
  cause: string;
}

/**
 * Failures of these providers by cause.
 * @param since of the range, hours since 1970
 * @returns those of the days that hold all of them, and the others
 */
export function providerCauses(
  db: Database,
  providers: readonly (string | null)[],
  days: readonly Time[],
  since: number,
): { rows: ProviderCause[]; others: Time[] } {
  const keys = [...keysOf(db, 'provider', providers)];
  const rows = db.prepare<unknown[], ProviderCause>(
    `SELECT nullif(substr(e.key, 1, instr(e.key, char(10)) - 1), '') AS provider, substr(e.key, instr(e.key, char(10)) + 1) AS cause,
       sum(CASE WHEN outcome IN (${bounced}, ${expired}) THEN deliveries ELSE 0 END) AS hard,
       sum(CASE WHEN outcome = ${deferred} AND prior_hour < ? THEN deliveries ELSE 0 END) AS soft, sum(attempts) AS attempts,
       sum(CASE WHEN prior_hour < ? THEN deliveries ELSE 0 END) AS deliveries, min(first_seen) AS first_seen, max(last_seen) AS last_seen
     FROM json_each(?) n CROSS JOIN summary e ON e.by = ${PROVIDER_CAUSES} AND e.hours = ? AND e.start = ?
       AND e.key > n.value || char(10) AND e.key < n.value || char(11) GROUP BY 1, 2`,
  );
  const names = JSON.stringify(keys.map(([name]) => name ?? ''));
  const found: ProviderCause[] = [];
  const others: Time[] = [];
  for (const day of days) {
    const ofDay = rows.all(since, since, names, day.hours, day.start);
    const kept = new Set(ofDay.map(({ provider }) => provider));
    const missing = keys.flatMap(([name, key]) => (kept.has(name as string | null) ? [] : [key]));
    if (missing.some((key) => hasFailures(db, key, day))) others.push(day);
    else found.push(...ofDay);
  }
  return { rows: found, others };
}

function hasFailures(db: Database, key: number, day: Time): boolean {
  let has = false;
  eachCount(db, PACKED_SUMMARIES.provider, [day], [key], () => {
    has = true;
  });
  return has;
}
