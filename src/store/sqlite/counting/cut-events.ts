import type { Database } from 'better-sqlite3';
import type { Range } from '../../../report/range.js';
import { eventsIn as eventsOfTime } from '../event-spans.js';

const HOUR = 3_600_000;

/** What is counted of an event. */
export interface EventRow {
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
  /** The delivery has other events, logged before it; of events of an hour. */
  hasEarlier: boolean;
}

type Values = [
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
  hasEarlier?: 0 | 1,
];

function eventOf([delivery, time, outcome, tried, host, domain, sender, route, reply, listing, hasEarlier]: Values): EventRow {
  return { delivery, time, outcome, tried, host, domain, sender, route, reply, listing, hasEarlier: hasEarlier === 1 };
}

/** SQL for what there is of an event. */
const COLUMNS = `e.delivery_id, e.time, e.outcome, e.tried, d.host_id, ifnull(d.domain_id, 0), ifnull(d.sender_id, 0), e.route_id,
  ifnull(e.basis_id, e.reply_id), ifnull(e.listing_id, 0)`;

/** Many events as one text: as rows, reading them takes half as long again. */
function parsed(events: string): EventRow[] {
  return (JSON.parse(events) as Values[]).map(eventOf);
}

/** All of an hour (since 1970). */
export function eventsIn(db: Database, hour: number): EventRow[] {
  const hasEarlier = 'EXISTS (SELECT 1 FROM event o WHERE o.delivery_id = e.delivery_id AND o.id < e.id)';
  const { from, where } = eventsOfTime({ since: hour * HOUR, until: (hour + 1) * HOUR });
  return db
    .prepare<unknown[], string>(
      `SELECT json_group_array(json_array(${COLUMNS}, ${hasEarlier})) FROM ${from} CROSS JOIN delivery d ON d.id = e.delivery_id WHERE ${where.text} GROUP BY p.hour, p.first`,
    )
    .pluck()
    .all(...where.values)
    .flatMap(parsed);
}

/** The events of each of some deliveries, in the order in which they were logged. */
export function eventsOf(db: Database, deliveries: ReadonlySet<number>, { since, until }: Range): EventRow[][] {
  return db
    .prepare<[number, number, string], string>(
      `SELECT (SELECT json_group_array(json_array(${COLUMNS}) ORDER BY e.id) FROM delivery d CROSS JOIN event e ON e.delivery_id = d.id
         WHERE d.id = j.value AND e.time >= ? AND e.time < ?) FROM json_each(?) j`,
    )
    .pluck()
    .all(since ?? 0, until ?? Number.MAX_SAFE_INTEGER, JSON.stringify([...deliveries]))
    .map(parsed);
}
