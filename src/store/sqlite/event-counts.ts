import type { Database } from 'better-sqlite3';
import type { EventCount, EventCounts } from '../../report/metrics.js';
import { DELIVERED, outcomeName } from './outcomes.js';
import { coverage, endOfMail, SUMMARIES, type Summary } from './summaries.js';

interface Row {
  outcome: number;
  key: string | null;
  events: number;
}

/** What to count by: the key and its rows in the summaries, the same in the totals. */
interface Kind {
  summary: Summary;
  inSummary: string;
  key: string;
  join: string;
  where: string;
}

const BY_OUTCOME: Kind = { summary: 'all', inSummary: '1', key: 'NULL', join: '', where: '1' };
const BY_CAUSE: Kind = {
  summary: 'cause',
  inSummary: '1',
  key: 'r.cause',
  join: 'JOIN reply r ON r.id = e.reply_id',
  where: `e.outcome <> ${DELIVERED}`,
};
const WANTED = '(SELECT value FROM json_each(@providers))';
const BY_PROVIDER: Kind = {
  summary: 'provider',
  inSummary: `key IN ${WANTED}`,
  key: 'ro.provider',
  join: 'JOIN route ro ON ro.id = e.route_id',
  where: `ro.provider IN ${WANTED}`,
};

/** Events of all time, pruned ones included (the totals stay); by provider only those of these. */
export function eventCounts(db: Database, providers: readonly string[]): EventCounts {
  return { byOutcome: counts(db, BY_OUTCOME), byCause: eventsByCause(db), byProvider: counts(db, BY_PROVIDER, providers) };
}

export function eventsByCause(db: Database): EventCount[] {
  return counts(db, BY_CAUSE);
}

/** From the summaries, and from the totals where these do not reach. */
function counts(db: Database, { summary, inSummary, key, join, where }: Kind, providers: readonly string[] = []): EventCount[] {
  const { starts, rest } = coverage(db, summary, 0, endOfMail(db));
  const rows = db
    .prepare<unknown[], Row>(
      `SELECT outcome, ${summary === 'all' ? 'NULL' : 'key'} AS key, sum(deliveries) AS events FROM summary
         WHERE by = ${SUMMARIES[summary]} AND start IN (SELECT value FROM json_each(@starts)) AND ${inSummary} GROUP BY 1, 2
       UNION ALL SELECT e.outcome, ${key}, sum(e.deliveries) FROM hourly e ${join}
         WHERE e.hour IN (SELECT value FROM json_each(@rest)) AND ${where} GROUP BY 1, 2`,
    )
    .all({ starts: JSON.stringify(starts), rest: JSON.stringify(rest), ...(inSummary === '1' ? {} : { providers: JSON.stringify(providers) }) });
  return rows.map(({ outcome, key: value, events }) => ({ outcome: outcome === DELIVERED ? 'delivered' : outcomeName(outcome), key: value, events }));
}
