import type { Database } from 'better-sqlite3';
import type { Flow, FlowsIn, ListingHits, Mail, Standing } from '../../report/incidents.js';
import { DELIVERED, FAILURE_IDS } from './outcomes.js';
import type { TotalsReader } from './totals/packed-totals.js';
import { totalsIn } from './totals/read.js';

/**
 * Hits by list, receiver and hour, and the mail around them.
 * @param from SQL for the first hour that is of interest for a list
 * @param end the hour after the last one
 */
export function mailFrom(db: Database, from: string, end: number, standing: readonly Standing[]): Mail {
  const hits = hitsIn(db, from, end);
  const wanted = new Set([...hits.map(({ receiver }) => receiver), ...standing.flatMap((one) => one.receivers.map(({ name }) => name))]);
  return { hits, flowsIn: flowsTo(db, wanted), lastHour: end - 1 };
}

function hitsIn(db: Database, from: string, end: number): ListingHits[] {
  const listings = db
    .prepare<[], { id: number; list: string; subject: string; kind: ListingHits['kind']; from: number }>(
      `SELECT l.id, l.list, l.subject, l.kind, ${from} AS "from" FROM listing l`,
    )
    .all();
  const byId = new Map(listings.map((listing) => [listing.id, listing]));
  const receiverOf = receivers(db);
  const since = listings.reduce((least, listing) => Math.min(least, listing.from), end);
  const hits = new Map<string, ListingHits>();
  for (const totals of totalsIn(db, { since, until: end })) {
    while (totals.nextSection()) {
      const listing = byId.get(totals.listing);
      if (listing === undefined || totals.hour < listing.from || !FAILURE_IDS.includes(totals.outcome)) continue;
      const { list, subject, kind } = listing;
      while (totals.nextRow()) {
        // A recovery and an expiry without a try are no new hits; our own refusals name lists that their senders are on.
        if (totals.attempts === 0) continue;
        const receiver = receiverOf(totals);
        const key = `${totals.listing} ${totals.hour} ${receiver}`;
        const hit = hits.get(key);
        if (hit === undefined)
          hits.set(key, { list, subject, kind, receiver, hits: totals.attempts, first: totals.firstSeen, last: totals.lastSeen });
        else {
          hit.hits += totals.attempts;
          hit.first = Math.min(hit.first, totals.firstSeen);
          hit.last = Math.max(hit.last, totals.lastSeen);
        }
      }
    }
  }
  return [...hits.values()];
}

/** Who operates the MX; where nobody knows, the recipient's domain. */
function receivers(db: Database): (row: TotalsReader) => string {
  const find = db.prepare<[number], string | null>('SELECT provider FROM route WHERE id = ?').pluck();
  const findDomain = db.prepare<[number], string>('SELECT name FROM domain WHERE id = ?').pluck();
  const providers = new Map<number, string | null>();
  const domains = new Map<number, string>();
  return ({ route, domain }) => {
    let provider = providers.get(route);
    if (provider === undefined) {
      provider = find.get(route) ?? null;
      providers.set(route, provider);
    }
    if (provider !== null) return provider;
    let name = domains.get(domain);
    if (name === undefined) {
      name = findDomain.get(domain) ?? 'unknown';
      domains.set(domain, name);
    }
    return name;
  };
}

/** Mail to these receivers, an hour at a time. */
function flowsTo(db: Database, wanted: ReadonlySet<string>): FlowsIn {
  const known = new Map<number, Flow[]>();
  const receiverOf = receivers(db);
  return (hour) => {
    let flows = known.get(hour);
    if (flows === undefined) {
      flows = flowsIn(db, hour, (row) => {
        const receiver = receiverOf(row);
        return wanted.has(receiver) ? receiver : null;
      });
      known.set(hour, flows);
    }
    return flows;
  };
}

function flowsIn(db: Database, hour: number, receiverOf: (row: TotalsReader) => string | null): Flow[] {
  const flows = new Map<string, Flow>();
  for (const totals of totalsIn(db, [hour])) {
    while (totals.nextSection()) {
      const delivered = totals.outcome === DELIVERED;
      if (!delivered && !FAILURE_IDS.includes(totals.outcome)) continue;
      while (totals.nextRow()) {
        const receiver = delivered || totals.attempts > 0 ? receiverOf(totals) : null;
        if (receiver === null) continue;
        const key = `${delivered} ${receiver}`;
        const flow = flows.get(key);
        if (flow === undefined) flows.set(key, { receiver, delivered, first: totals.firstSeen, last: totals.lastSeen });
        else {
          flow.first = Math.min(flow.first, totals.firstSeen);
          flow.last = Math.max(flow.last, totals.lastSeen);
        }
      }
    }
  }
  return [...flows.values()];
}
