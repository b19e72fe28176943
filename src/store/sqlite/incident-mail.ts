import type { Database } from 'better-sqlite3';
import type { Flow, FlowsIn, ListingHits, Mail, Standing } from '../../report/incidents.js';
import { DELIVERED, FAILURE_IDS } from './outcomes.js';
import { hoursBut } from './summary/covered.js';
import { PLAIN_SUMMARIES } from './summary/summary-kinds.js';
import { summedHours } from './summary/times.js';
import type { TotalsReader } from './totals/packed-totals.js';
import { type Hours, totalsIn } from './totals/read.js';

/** Which hours of `[since, until)` (since 1970) are to be read for hits. */
type HoursWithHits = (db: Database, since: number, until: number) => Hours;

/** As far as the summaries tell those that have some, and all that are not summed up. */
const hoursOfListings: HoursWithHits = (db, since, until) => {
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

/**
 * Hits by list, receiver and hour, and the mail around them.
 * @param from SQL for the first hour that is of interest for a list
 * @param end the hour after the last one
 * @param hoursWithHits which hours are read for hits
 */
export function mailFrom(db: Database, from: string, end: number, standing: readonly Standing[], hoursWithHits = hoursOfListings): Mail {
  const hits = hitsIn(db, from, end, hoursWithHits);
  const wanted = new Set([...hits.map(({ receiver }) => receiver), ...standing.flatMap((one) => one.receivers.map(({ name }) => name))]);
  return { hits, flowsIn: flowsTo(db, wanted), lastHour: end - 1 };
}

function hitsIn(db: Database, from: string, end: number, hoursWithHits: HoursWithHits): ListingHits[] {
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

/**
 * What stands for the receiver of a row: whoever operates the MX; where nobody knows, the recipient's domain.
 * @param toValue asked once for each of them that is met
 */
function receivers<Value>(db: Database, toValue: (name: string) => Value): (row: TotalsReader) => Value {
  const find = db.prepare<[number], string | null>('SELECT provider FROM route WHERE id = ?').pluck();
  const findDomain = db.prepare<[number], string>('SELECT name FROM domain WHERE id = ?').pluck();
  const providers = new Map<number, Value | null>();
  const domains = new Map<number, Value>();
  return ({ route, domain }) => {
    let provider = providers.get(route);
    if (provider === undefined) {
      const name = find.get(route) ?? null;
      provider = name === null ? null : toValue(name);
      providers.set(route, provider);
    }
    if (provider !== null) return provider;
    let value = domains.get(domain);
    if (value === undefined) {
      value = toValue(findDomain.get(domain) ?? 'unknown');
      domains.set(domain, value);
    }
    return value;
  };
}

/** Mail to these receivers, an hour at a time. */
function flowsTo(db: Database, wanted: ReadonlySet<string>): FlowsIn {
  const names = [...wanted];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const numberOf = receivers(db, (name) => numbers.get(name) ?? UNWANTED);
  const sums = new FlowSums(names.length);
  const known = new Map<number, Flows>();
  const flow: Flow = { receiver: '', delivered: false, first: 0.5, last: 0.5 };
  return (hour, take) => {
    let flows = known.get(hour);
    if (flows === undefined) {
      flows = flowsIn(db, hour, numberOf, sums);
      known.set(hour, flows);
    }
    const { places, first, last } = flows;
    for (let index = 0; index < places.length; index++) {
      const place = places[index] as number;
      flow.receiver = names[place >>> 1] as string;
      flow.delivered = (place & 1) === 1;
      flow.first = first[index] as number;
      flow.last = last[index] as number;
      take(flow);
    }
  };
}

const UNWANTED = -1;

/** Of an hour, in columns: hundreds of hours are remembered, of thousands of receivers each. As objects they took 20 MB of ten million events. */
interface Flows {
  /** The number of a receiver, times two, one more where the mail was delivered. */
  places: Int32Array;
  first: Float64Array;
  last: Float64Array;
}

function flowsIn(db: Database, hour: number, numberOf: (row: TotalsReader) => number, sums: FlowSums): Flows {
  for (const totals of totalsIn(db, [hour])) {
    while (totals.nextSection()) {
      const delivered = totals.outcome === DELIVERED;
      if (!delivered && !FAILURE_IDS.includes(totals.outcome)) continue;
      while (totals.nextRow()) {
        const number = delivered || totals.attempts > 0 ? numberOf(totals) : UNWANTED;
        if (number !== UNWANTED) sums.add(number * 2 + Number(delivered), totals);
      }
    }
  }
  return sums.taken();
}

/** The first and the last mail at each place. */
class FlowSums {
  readonly #first: Float64Array;
  readonly #last: Float64Array;

  /** @param receivers how many there are */
  constructor(receivers: number) {
    this.#first = new Float64Array(receivers * 2).fill(Number.POSITIVE_INFINITY);
    this.#last = new Float64Array(receivers * 2);
  }

  add(place: number, { firstSeen, lastSeen }: TotalsReader): void {
    if (firstSeen < (this.#first[place] as number)) this.#first[place] = firstSeen;
    if (lastSeen > (this.#last[place] as number)) this.#last[place] = lastSeen;
  }

  /** Takes out what there is. */
  taken(): Flows {
    const places: number[] = [];
    for (let place = 0; place < this.#last.length; place++) if (this.#last[place] !== 0) places.push(place);
    const of = (times: Float64Array) => Float64Array.from(places, (place) => times[place] as number);
    const flows = { places: Int32Array.from(places), first: of(this.#first), last: of(this.#last) };
    this.#first.fill(Number.POSITIVE_INFINITY);
    this.#last.fill(0);
    return flows;
  }
}
