import type { Database } from 'better-sqlite3';
import type { Range } from '../../../report/range.js';
import { eventsIn as eventsOfTime } from '../event-spans.js';
import { DELIVERED, OUTCOME_IDS } from '../outcomes.js';
import { isSame, type Prior, type WhereAndWhy } from '../prior.js';
import { hourOf } from '../totals/hour.js';
import type { Section, TotalsRow } from '../totals/packed-totals.js';
import { totalsIn } from '../totals/read.js';

/*
 * What a range has of the hours that it cuts (days of zones that are half an hour off have such), from the events: what is to be added to
 * the totals of its whole hours. Of a range that begins within an hour these do not tell on which side of its beginning a delivery
 * was deferred in that hour: what they say of such a delivery is taken back, and told exactly.
 */

const HOUR = 3_600_000;
const { deferred: DEFERRED } = OUTCOME_IDS;

/** A row of the totals that may be taken back: then its figures are negative. */
export type AddedRow = Section & TotalsRow;

interface EventRow {
  delivery: number;
  time: number;
  outcome: number;
  tried: number;
  host: number;
  domain: number;
  sender: number;
  route: number;
  reply: number;
  listing: number;
}

/** The hours (since 1970) that lie in a range as a whole, and the first one that it reaches into: an earlier deferral of that one or a later one is one of the range. */
export interface WholeHours {
  first: number;
  since: number;
  until: number;
}

/** @param end of all mail, hours since 1970 */
export function wholeHours({ since, until }: Range, end: number): WholeHours {
  const first = since === null ? 1 : hourOf(since);
  const from = since === null ? 0 : Math.ceil(since / HOUR);
  return { first, since: from, until: Math.max(from, until === null ? end : Math.floor(until / HOUR)) };
}

/** Ranges and hours that are remembered: a report asks for two ranges many times, and a step of a trend ends where the next one begins. */
const REMEMBERED = 4;

interface Remembered {
  /** What the database said then of changes, by others and by this connection. */
  version: string;
  events: Map<number, EventInTime[]>;
  rows: Map<string, readonly AddedRow[]>;
}

const remembered = new WeakMap<Database, Remembered>();

function rememberedOf(db: Database): Remembered {
  const version = `${db.pragma('data_version', { simple: true })} ${db.prepare('SELECT total_changes()').pluck().get()}`;
  let known = remembered.get(db);
  if (known?.version !== version) {
    known = { version, events: new Map(), rows: new Map() };
    remembered.set(db, known);
  }
  return known;
}

function rememberedAs<Key, Value>(known: Map<Key, Value>, key: Key, find: () => Value): Value {
  const found = known.get(key) ?? find();
  known.set(key, found);
  for (const oldest of known.keys()) if (known.size > REMEMBERED) known.delete(oldest);
  return found;
}

/** @param whole the hours of the range that are counted from the totals */
export function rowsOfCutHours(db: Database, range: Range, whole: WholeHours): readonly AddedRow[] {
  const known = rememberedOf(db);
  return rememberedAs(known.rows, `${range.since} ${range.until}`, () => {
    const cut = cutHours(range).flatMap((hour) => rememberedAs(known.events, hour, () => eventsIn(db, hour)));
    const isBefore = ({ time }: EventRow) => range.since !== null && time < range.since;
    const events = cut.filter(({ time }) => range.until === null || time < range.until);
    // Of the others the range has no earlier event, and no later one depends on them.
    const related = new Set(
      events.filter((event) => (isBefore(event) ? event.outcome === DEFERRED : event.has_earlier === 1)).map(({ delivery }) => delivery),
    );
    const alone = events.filter((event) => !isBefore(event) && !related.has(event.delivery)).map((event) => rowOf(event, []));
    return [...alone, ...rowsOfDeliveries(db, related, range, whole), ...deliveredIn(db, range, whole)];
  });
}

function rowsOfDeliveries(db: Database, deliveries: ReadonlySet<number>, range: Range, whole: WholeHours): AddedRow[] {
  const rows: AddedRow[] = [];
  let delivery = 0;
  let priors: TimedPrior[] = [];
  for (const event of eventsOf(db, deliveries, { since: whole.first * HOUR, until: range.until })) {
    if (event.delivery !== delivery) priors = [];
    delivery = event.delivery;
    const exact = priors.filter(({ time }) => range.since === null || time >= range.since);
    const hour = hourOf(event.time);
    if (hour >= whole.since && hour < whole.until) {
      if (exact.length < priors.length) rows.push(takenBack(rowOf(event, priors)), rowOf(event, exact));
    } else if (range.since === null || event.time >= range.since) rows.push(rowOf(event, exact));
    if (event.outcome === DEFERRED) note(priors, event);
  }
  return rows;
}

/** Hours that a range begins or ends in. */
function cutHours({ since, until }: Range): number[] {
  const cut = [since, until].flatMap((time) => (time === null || time % HOUR === 0 ? [] : [hourOf(time)]));
  return [...new Set(cut)];
}

const COLUMNS = `e.delivery_id AS delivery, e.time, e.outcome, e.tried, d.host_id AS host, ifnull(d.domain_id, 0) AS domain, ifnull(d.sender_id, 0) AS sender,
  e.route_id AS route, ifnull(e.basis_id, e.reply_id) AS reply, ifnull(e.listing_id, 0) AS listing`;

interface EventInTime extends EventRow {
  /** 1 = the delivery has other events, logged before it. */
  has_earlier: 0 | 1;
}

function eventsIn(db: Database, hour: number): EventInTime[] {
  const { from, where } = eventsOfTime({ since: hour * HOUR, until: (hour + 1) * HOUR });
  const hasEarlier = 'EXISTS (SELECT 1 FROM event o WHERE o.delivery_id = e.delivery_id AND o.id < e.id) AS has_earlier';
  return db
    .prepare<unknown[], EventInTime>(
      `SELECT ${COLUMNS}, ${hasEarlier} FROM ${from} CROSS JOIN delivery d ON d.id = e.delivery_id WHERE ${where.text}`,
    )
    .all(...where.values);
}

/** In the order in which they were logged, delivery by delivery. */
function eventsOf(db: Database, deliveries: ReadonlySet<number>, { since, until }: Range): EventRow[] {
  return db
    .prepare<[string, number, number], EventRow>(
      `SELECT ${COLUMNS} FROM json_each(?) j CROSS JOIN delivery d ON d.id = j.value CROSS JOIN event e ON e.delivery_id = d.id
       WHERE e.time >= ? AND e.time < ? ORDER BY e.delivery_id, e.id`,
    )
    .all(JSON.stringify([...deliveries]), since ?? 0, until ?? Number.MAX_SAFE_INTEGER);
}

/** An earlier deferral with the time of the last one of its kind, UTC ms. */
interface TimedPrior extends Prior {
  time: number;
}

function note(priors: TimedPrior[], { reply, route, listing, time }: EventRow): void {
  const same = priors.find((prior) => isSame(prior, { reply, route, listing }));
  if (same === undefined) priors.push({ reply, route, listing, time, hour: hourOf(time) });
  else if (time > same.time) {
    same.time = time;
    same.hour = hourOf(time);
  }
}

/** As the totals would have it. */
function rowOf({ time, outcome, tried, host, domain, sender, route, reply, listing }: EventRow, priors: readonly TimedPrior[]): AddedRow {
  const where: WhereAndWhy = { reply, route, listing };
  return {
    outcome,
    reply,
    listing,
    host,
    domain,
    route,
    sender,
    priorHour: priors.reduce((last, { hour }) => Math.max(last, hour), 0),
    priors: priors.every((prior) => isSame(prior, where)) ? [] : priors.map((prior) => ({ ...prior })),
    attempts: tried,
    deliveries: 1,
    firstSeen: time,
    lastSeen: time,
  };
}

function takenBack(row: AddedRow): AddedRow {
  return { ...row, attempts: -row.attempts, deliveries: -1, firstSeen: Number.POSITIVE_INFINITY, lastSeen: 0 };
}

/** Delivered mail stands in no events: of cut hours, those that begin in the range have theirs. */
function deliveredIn(db: Database, { until }: Range, whole: WholeHours): AddedRow[] {
  if (until === null || until % HOUR === 0 || hourOf(until) < whole.since) return [];
  const rows: AddedRow[] = [];
  for (const totals of totalsIn(db, [hourOf(until)])) {
    while (totals.nextSection()) {
      if (totals.outcome !== DELIVERED) continue;
      const { outcome, reply, listing, host } = totals;
      while (totals.nextRow()) {
        const { domain, route, sender, priorHour, priors, attempts, deliveries, firstSeen, lastSeen } = totals;
        rows.push({ outcome, reply, listing, host, domain, route, sender, priorHour, priors, attempts, deliveries, firstSeen, lastSeen });
      }
    }
  }
  return rows;
}
