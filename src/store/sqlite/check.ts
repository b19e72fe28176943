import type { Database } from 'better-sqlite3';
import { outcomeName } from './outcomes.js';
import { firstWholeHour } from './pruned.js';
import { hoursOf, SUMMARIES, type Summary } from './summaries.js';

const HOUR = 3_600_000;

/** What is wrong with a database, one sentence each; empty when it is whole. */
export function problemsIn(db: Database): string[] {
  const damaged = (db.pragma('integrity_check(20)') as { integrity_check: string }[])
    .map((row) => row.integrity_check)
    .filter((line) => line !== 'ok');
  if (damaged.length > 0) return damaged.map((line) => `SQLite: ${line}`);
  const dangling = (db.pragma('foreign_key_check') as { table: string; parent: string }[]).map(
    ({ table, parent }) => `a row of ${table} refers to a ${parent} that is not there`,
  );
  return [...new Set(dangling), ...differencesIn(db), ...summariesOff(db)];
}

/** The totals must equal the events: each event is counted once, in its hour. Hours whose events were pruned keep their totals. */
function differencesIn(db: Database): string[] {
  const since = firstWholeHour(db);
  const rows = db
    .prepare<unknown[], { outcome: number; events: number; totals: number; tried: number; attempts: number }>(
      `WITH counted AS (SELECT outcome, count(*) AS n, sum(tried) AS tried FROM event WHERE time >= ? GROUP BY outcome),
         summed AS (SELECT outcome, sum(deliveries) AS n, sum(attempts) AS attempts FROM hourly WHERE outcome > 0 AND hour >= ? GROUP BY outcome)
       SELECT o.outcome, ifnull(c.n, 0) AS events, ifnull(s.n, 0) AS totals, ifnull(c.tried, 0) AS tried, ifnull(s.attempts, 0) AS attempts
       FROM (SELECT outcome FROM counted UNION SELECT outcome FROM summed) o
         LEFT JOIN counted c ON c.outcome = o.outcome LEFT JOIN summed s ON s.outcome = o.outcome`,
    )
    .all(since * HOUR, since);
  return rows
    .filter(({ events, totals, tried, attempts }) => events !== totals || tried !== attempts)
    .map(
      ({ outcome, events, totals, tried, attempts }) =>
        `${outcomeName(outcome)}: ${events} events with ${tried} tries, but totals of ${totals} with ${attempts}`,
    );
}

/** The summaries must equal the totals of the hours and days that they are of. */
function summariesOff(db: Database): string[] {
  const isOff = (summary: Summary, where: string) =>
    db
      .prepare<[], { summed: number | null; total: number | null }>(
        `SELECT (SELECT sum(deliveries) FROM summary WHERE by = ${SUMMARIES[summary]}) AS summed,
           (SELECT sum(h.deliveries) FROM hourly h JOIN summarized z ON z.hours = ${hoursOf(summary)}
              AND z.start = h.hour - h.hour % ${hoursOf(summary)} WHERE ${where}) AS total`,
      )
      .all()
      .some(({ summed, total }) => (summed ?? 0) !== (total ?? 0));
  const off = [
    isOff('all', '1') && 'all',
    isOff('cause', 'h.outcome > 0') && 'causes',
    isOff('provider', '1') && 'providers',
    isOff('domain', 'h.outcome IN (1, 2, 3)') && 'domains',
  ];
  return off.filter((name) => name !== false).map((name) => `the summaries of ${name} differ from the totals`);
}
