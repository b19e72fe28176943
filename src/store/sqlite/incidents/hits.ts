import type { Database } from 'better-sqlite3';
import type { ListingHits } from '../../../report/incidents.js';
import { FAILURE_IDS } from '../outcomes.js';
import { hoursBut } from '../summary/covered.js';
import { PLAIN_SUMMARIES } from '../summary/summary-kinds.js';
import { summedHours } from '../summary/times.js';
import { type Hours, totalsIn } from '../totals/read.js';
import { receivers } from './receivers.js';

/** Which hours of `[since, until)` (since 1970) are to be read for hits. */
type HoursWithHits = (db: Database, since: number, until: number) => Hours;

/** As far as the summaries tell those that have some, and all that are not summed up. */
export const hoursOfListings: HoursWithHits = (db, since, until) => {
  const listed = db
    .prepare<[number, number], number>(
      `SELECT DISTINCT start FROM summary WHERE by = ${PLAIN_SUMMARIES.listing} AND hours = 1 AND start >= ? AND start < ? AND key <> ''`,
    )
    .pluck()
    .all(since, until);
  const others = hoursBut(db, since, until, summedHours(db, since, until));
  return [...new Set([...listed, ...others])].sort((a, b) => a - b);
};

/** Whatever the summaries say. */
export const allHours: HoursWithHits = (_db, since, until) => ({ since, until });

/** @param from, end as for `mailFrom` */
export function hitsIn(db: Database, from: string, end: number, hoursWithHits: HoursWithHits): ListingHits[] {
  const listings = db
    .prepare<[], { id: number; list: string; subject: string; kind: ListingHits['kind']; from: number }>(
      `SELECT l.id, l.list, l.subject, l.kind, ${from} AS "from" FROM listing l`,
    )
    .all();
  const byId = new Map(listings.map((listing) => [listing.id, listing]));
  const receiverOf = receivers(db, (name) => name);
  const since = listings.reduce((least, listing) => Math.min(least, listing.from), end);
  const hits: ListingHits[] = [];
  const ofHour = new Map<string, ListingHits>();
  let hour = since;
  const finishHour = () => {
    for (const hit of ofHour.values()) hits.push(hit);
    ofHour.clear();
  };
  for (const totals of totalsIn(db, hoursWithHits(db, since, end))) {
    if (totals.hour > hour) finishHour();
    hour = totals.hour;
    while (totals.nextSection()) {
      const listing = byId.get(totals.listing);
      if (listing === undefined || totals.hour < listing.from || !FAILURE_IDS.includes(totals.outcome)) continue;
      const { list, subject, kind } = listing;
      while (totals.nextRow()) {
        // A recovery and an expiry without a try are no new hits; our own refusals name lists that their senders are on.
        if (totals.attempts === 0) continue;
        const receiver = receiverOf(totals);
        const key = `${totals.listing} ${receiver}`;
        const hit = ofHour.get(key);
        if (hit === undefined)
          ofHour.set(key, { list, subject, kind, receiver, hits: totals.attempts, first: totals.firstSeen, last: totals.lastSeen });
        else {
          hit.hits += totals.attempts;
          hit.first = Math.min(hit.first, totals.firstSeen);
          hit.last = Math.max(hit.last, totals.lastSeen);
        }
      }
    }
  }
  finishHour();
  return hits;
}
