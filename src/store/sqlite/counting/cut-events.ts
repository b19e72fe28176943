import type { Database } from 'better-sqlite3';
import type { Range } from '../../../report/range.js';
import { eachEventOf, eventIdsOf } from '../delivery-events/find.js';
import { eventsIn as eventsOfTime } from '../event-spans.js';
import type { Section, TotalsRow } from '../totals/packed-totals.js';

const HOUR = 3_600_000;

/** An event as a row of the totals that is it alone, as if its delivery had not been deferred before. */
export interface EventRow extends Section, TotalsRow {
  id: number;
  delivery: number;
}

type Values = [
  id: number,
  delivery: number,
  time: number,
  outcome: number,
  tried: number,
  host: number,
  domain: number,
  sender: number,
  route: number,
  reply: number,
  listing: number,
];

const NO_PRIORS: EventRow['priors'] = [];

function eventOf([id, delivery, time, outcome, attempts, host, domain, sender, route, reply, listing]: Values): EventRow {
  return {
    id,
    delivery,
    outcome,
    reply,
    listing,
    host,
    domain,
    route,
    sender,
    priorHour: 0,
    priors: NO_PRIORS,
    attempts,
    deliveries: 1,
    firstSeen: time,
    lastSeen: time,
  };
}

/** SQL for what there is of an event, of many as one text: as rows, reading them takes half as long again. */
const EVENTS = `json_group_array(json_array(e.id, e.delivery_id, e.time, e.outcome, e.tried, d.host_id, ifnull(d.domain_id, 0), ifnull(d.sender_id, 0),
  e.route_id, ifnull(e.basis_id, e.reply_id), ifnull(e.listing_id, 0)))`;

function parsed(events: string): EventRow[] {
  return (JSON.parse(events) as Values[]).map(eventOf);
}

/** All of an hour (since 1970). */
export function eventsIn(db: Database, hour: number): EventRow[] {
  const { from, where } = eventsOfTime({ since: hour * HOUR, until: (hour + 1) * HOUR });
  return db
    .prepare<unknown[], string>(
      `SELECT ${EVENTS} FROM ${from} CROSS JOIN delivery d ON d.id = e.delivery_id WHERE ${where.text} GROUP BY p.hour, p.first`,
    )
    .pluck()
    .all(...where.values)
    .flatMap(parsed);
}

/** The first events that were logged of the deliveries of these. */
export function firstOf(db: Database, events: readonly EventRow[]): ReadonlySet<number> {
  const first = new Map<number, number>();
  eachEventOf(
    db,
    events.map(({ delivery }) => delivery),
    (delivery, event) => {
      if (!first.has(delivery)) first.set(delivery, event);
    },
  );
  return new Set(first.values());
}

/** The events of each of some deliveries, in the order in which they were logged. */
export function eventsOf(db: Database, deliveries: ReadonlySet<number>, { since, until }: Range): EventRow[][] {
  const events = db
    .prepare<[string, number, number], string>(
      `SELECT ${EVENTS} FROM json_each(?) j CROSS JOIN event e ON e.id = j.value CROSS JOIN delivery d ON d.id = e.delivery_id WHERE e.time >= ? AND e.time < ?`,
    )
    .pluck()
    .get(JSON.stringify(eventIdsOf(db, deliveries)), since ?? 0, until ?? Number.MAX_SAFE_INTEGER);
  const byDelivery = new Map<number, EventRow[]>();
  for (const event of parsed(events ?? '[]').sort((a, b) => a.id - b.id)) {
    const own = byDelivery.get(event.delivery);
    if (own === undefined) byDelivery.set(event.delivery, [event]);
    else own.push(event);
  }
  return [...byDelivery.values()];
}
