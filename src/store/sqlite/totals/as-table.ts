import type { Database } from 'better-sqlite3';
import { TotalsReader } from './packed-totals.js';

const known = new WeakSet<Database>();

/** SQL for the totals as rows `e` (see `totalsAsTable`), to be narrowed down by hours of `b`. */
export const TOTALS = 'totals b CROSS JOIN hourly(b.hour, b.rows) e';

/** SQL for an earlier deferral of a row `e` that was not like it, as a table. */
export const PRIORS =
  '(SELECT value ->> 0 AS reply_id, value ->> 1 AS route_id, value ->> 2 AS listing_id, value ->> 3 AS hour FROM json_each(e.priors))';

/**
 * Lets SQL on this connection read the totals as rows. Each takes some 2 µs: for a few hours, and for what is asked rarely; `countTotals` reads
 * those of months.
 */
export function totalsAsTable(db: Database): Database {
  if (known.has(db)) return db;
  known.add(db);
  db.table('hourly', {
    columns: [
      'hour',
      'outcome',
      'host_id',
      'domain_id',
      'sender_id',
      'route_id',
      'reply_id',
      'listing_id',
      'prior_hour',
      'priors',
      'attempts',
      'deliveries',
      'first_seen',
      'last_seen',
    ],
    parameters: ['of_hour', 'packed'],
    *rows(hour, packed) {
      const totals = new TotalsReader(packed as Buffer, hour as number);
      while (totals.nextSection()) {
        while (totals.nextRow()) {
          const { outcome, host, domain, sender, route, reply, listing, priorHour, attempts, deliveries, firstSeen, lastSeen } = totals;
          const priors =
            totals.priors.length === 0 ? null : JSON.stringify(totals.priors.map((prior) => [prior.reply, prior.route, prior.listing, prior.hour]));
          yield [hour, outcome, host, domain, sender, route, reply, listing, priorHour, priors, attempts, deliveries, firstSeen, lastSeen];
        }
      }
    },
  });
  return db;
}
