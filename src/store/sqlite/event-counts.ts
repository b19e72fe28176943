import type { Database } from 'better-sqlite3';
import type { EventCount, EventCounts } from '../../report/metrics.js';
import { endOfMail } from './hours.js';
import { DELIVERED, FAILURES, outcomeName } from './outcomes.js';
import { coverage, summariesOf, timesParameter } from './summary/covered.js';
import { eachCount } from './summary/packed-summaries.js';
import { NOT_FAILED, PACKED_SUMMARIES } from './summary/summary-kinds.js';
import { keysOf } from './summary/summary-names.js';
import { TOTALS, totalsAsTable } from './totals/as-table.js';

interface Row {
  outcome: number;
  key: string | null;
  events: number;
}

/** What to count by: the key of rows of the totals. */
interface Kind {
  key: string;
  join: string;
  where: string;
}

const ALL: Kind = { key: 'NULL', join: '', where: '1' };
const CAUSE: Kind = { key: 'r.cause', join: 'JOIN reply r ON r.id = e.reply_id', where: `e.outcome <> ${DELIVERED}` };
const PROVIDER: Kind = {
  key: 'ro.provider',
  join: 'JOIN route ro ON ro.id = e.route_id',
  where: 'e.route_id IN (SELECT id FROM route WHERE provider IN (SELECT value FROM json_each(@providers)))',
};

/** Events of all time, pruned ones included (the totals stay); by provider only those of these. */
export function eventCounts(db: Database, providers: readonly string[]): EventCounts {
  return { byOutcome: ofKind(db, 'all', ALL), byCause: eventsByCause(db), byProvider: ofProviders(db, providers) };
}

export function eventsByCause(db: Database): EventCount[] {
  return ofKind(db, 'cause', CAUSE);
}

/** From the summaries, and from the totals where these do not reach. */
function ofKind(db: Database, summary: 'all' | 'cause', kind: Kind): EventCount[] {
  const { times, rest } = coverage(db, 0, endOfMail(db));
  const rows = db
    .prepare<[string], Row>(
      `SELECT outcome, ${summary === 'all' ? 'NULL' : 'e.key'} AS key, sum(deliveries) AS events FROM ${summariesOf(summary)} GROUP BY 1, 2`,
    )
    .all(timesParameter(times));
  return [...rows, ...fromTotals(db, rest, kind, [])].map(countOf);
}

function ofProviders(db: Database, providers: readonly string[]): EventCount[] {
  const { times, rest } = coverage(db, 0, endOfMail(db));
  const names = new Map([...keysOf(db, 'provider', providers)].map(([name, key]) => [key, String(name)]));
  const found = new Map<string, Row>();
  for (const by of [PACKED_SUMMARIES.provider, NOT_FAILED]) {
    eachCount(db, by, times, [...names.keys()], ({ key, outcome, deliveries }) => {
      const place = `${outcome} ${key}`;
      const row = found.get(place) ?? { outcome, key: names.get(key) ?? null, events: 0 };
      found.set(place, row);
      row.events += deliveries;
    });
  }
  // What did not fail is not packed by the hour.
  const hours = times.filter((time) => time.hours === 1).map(({ start }) => start);
  const others = fromTotals(db, hours, { ...PROVIDER, where: `${PROVIDER.where} AND NOT (${FAILURES})` }, providers);
  return [...found.values(), ...others, ...fromTotals(db, rest, PROVIDER, providers)].map(countOf);
}

function fromTotals(db: Database, hours: readonly number[], { key, join, where }: Kind, providers: readonly string[]): Row[] {
  return totalsAsTable(db)
    .prepare<unknown[], Row>(
      `SELECT e.outcome, ${key} AS key, sum(e.deliveries) AS events FROM ${TOTALS} ${join}
       WHERE b.hour IN (SELECT value FROM json_each(@hours)) AND ${where} GROUP BY 1, 2`,
    )
    .all({ hours: JSON.stringify(hours), ...(where.includes('@providers') ? { providers: JSON.stringify(providers) } : {}) });
}

function countOf({ outcome, key, events }: Row): EventCount {
  return { outcome: outcome === DELIVERED ? 'delivered' : outcomeName(outcome), key, events };
}
