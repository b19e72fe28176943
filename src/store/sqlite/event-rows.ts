import type { Database } from 'better-sqlite3';
import { fillTemplate } from '../../bounce/template.js';
import type { EventRow, EventsQuestion } from '../../report/question.js';
import { eventsIn, hoursWithEvents } from './event-spans.js';
import { whereNamed } from './named-deliveries.js';
import { OUTCOME_IDS, outcomeName } from './outcomes.js';
import { VALUE_SEPARATOR } from './values.js';
import { join, whereFilters, whereTime } from './where.js';

const HOUR = 3_600_000;

/** Events with everything they refer to. `r` is the reply whose cause counts, `own` the one that was said. CROSS: from the events on, never from all deliveries of a host. */
export function eventTables(events = 'event e'): string {
  return `${events}
  CROSS JOIN (SELECT delivery.*, CASE WHEN recipient LIKE '%@' THEN recipient || ifnull((SELECT name FROM domain WHERE id = domain_id), '') ELSE recipient END AS address
        FROM delivery) de ON de.id = e.delivery_id
  CROSS JOIN host h ON h.id = de.host_id
  CROSS JOIN reply own ON own.id = e.reply_id
  CROSS JOIN reply r ON r.id = ifnull(e.basis_id, e.reply_id)
  CROSS JOIN route ro ON ro.id = e.route_id
  LEFT JOIN domain d ON d.id = de.domain_id
  LEFT JOIN sender s ON s.id = de.sender_id
  LEFT JOIN listing l ON l.id = e.listing_id
  LEFT JOIN address a ON a.id = e.mx_ip_id
  LEFT JOIN transport t ON t.id = e.transport_id`;
}

interface Row {
  id: number;
  time: number;
  outcome: number;
  vals: string | null;
  attempt: number;
  delay_ms: number | null;
  host: string;
  mta: string;
  queue_id: string | null;
  message_id: string | null;
  sender: string | null;
  auth_user: string | null;
  recipient: string | null;
  recipient_domain: string | null;
  orig_recipient: string | null;
  mx: string | null;
  mx_ip: string | null;
  provider: string | null;
  transport: string | null;
  template: string;
  stage: string;
  code: number | null;
  enhanced: string | null;
  cause: string;
  rule: string | null;
  list: string | null;
  subject: string | null;
}

/** The events themselves, oldest first. */
export function* eventRows(db: Database, question: EventsQuestion): Iterable<EventRow> {
  const filters = whereFilters(question.filters);
  const outcomes = question.filters.outcome.map((outcome) => OUTCOME_IDS[outcome]);
  const outcome = outcomes.length === 0 ? '1' : `e.outcome IN (${outcomes.join(', ')})`;
  const named = whereNamed(db, question.filters, question.range.until, question.limit);
  if (named !== null) {
    const { text, values } = join([named, whereTime(question.range), filters], ' AND ');
    const limit = question.limit > 0 ? `LIMIT ${question.limit}` : '';
    const rows = db.prepare<unknown[], Row>(`SELECT ${COLUMNS} FROM ${eventTables()} WHERE ${text} AND ${outcome} ORDER BY e.time, e.id ${limit}`);
    for (const row of rows.iterate(...values)) yield eventOf(row);
    return;
  }
  // Hour by hour: they stand in no order of time, and a month of them is too much to sort.
  const ofHour = eventsIn({ since: 0, until: 0 });
  const statement = db.prepare<unknown[], Row>(
    `SELECT ${COLUMNS} FROM ${eventTables(ofHour.from)}
     WHERE ${ofHour.where.text} AND ${filters.text} AND ${outcome}
     ORDER BY e.time, e.id`,
  );
  const since = question.range.since ?? Number.MIN_SAFE_INTEGER;
  const until = question.range.until ?? Number.MAX_SAFE_INTEGER;
  let left = question.limit > 0 ? question.limit : Number.POSITIVE_INFINITY;
  for (const hour of hoursWithEvents(db, question.range)) {
    const { where } = eventsIn({ since: Math.max(since, hour * HOUR), until: Math.min(until, (hour + 1) * HOUR) });
    for (const row of statement.iterate(...where.values, ...filters.values)) {
      yield eventOf(row);
      if (--left === 0) return;
    }
  }
}

/** All events of these deliveries with the delivery each belongs to, oldest first. */
export function eventsOfDeliveries(db: Database, ids: readonly number[]): { deliveryId: number; event: EventRow }[] {
  const rows = db
    .prepare<[string], Row & { delivery_id: number }>(
      `SELECT e.delivery_id, ${COLUMNS} FROM ${eventTables()}
       WHERE e.delivery_id IN (SELECT value FROM json_each(?)) ORDER BY e.time, e.id`,
    )
    .all(JSON.stringify(ids));
  return rows.map((row) => ({ deliveryId: row.delivery_id, event: eventOf(row) }));
}

/** Some events by their ids, in any order. */
export function eventsById(db: Database, ids: readonly number[]): EventRow[] {
  return db
    .prepare<[string], Row>(`SELECT ${COLUMNS} FROM ${eventTables()} WHERE e.id IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(ids))
    .map(eventOf);
}

const COLUMNS = `e.id, e.time, e.outcome, e.vals, e.attempt, e.delay_ms, h.name AS host, de.mta, de.queue_id, de.message_id, s.address AS sender,
  de.auth_user, de.address AS recipient, d.name AS recipient_domain, de.orig_recipient, ro.mx, a.ip AS mx_ip, ro.provider, t.name AS transport,
  own.template, r.stage, r.code, r.enhanced, r.cause, r.rule, l.list, l.subject`;

function eventOf(row: Row): EventRow {
  const values = row.vals === null ? [] : row.vals.split(VALUE_SEPARATOR);
  return {
    id: row.id,
    time: row.time,
    host: row.host,
    mta: row.mta,
    queueId: row.queue_id,
    messageId: row.message_id,
    sender: row.sender,
    authUser: row.auth_user,
    recipient: row.recipient,
    recipientDomain: row.recipient_domain,
    origRecipient: row.orig_recipient,
    mx: row.mx,
    mxIp: row.mx_ip,
    provider: row.provider,
    transport: row.transport,
    stage: row.stage,
    outcome: outcomeName(row.outcome),
    code: row.code,
    enhanced: row.enhanced,
    cause: row.cause,
    rule: row.rule,
    listing: row.list === null ? null : { list: row.list, subject: row.subject ?? '' },
    reply: fillTemplate(row.template, values, { recipient: row.recipient, mx: row.mx, mxIp: row.mx_ip }),
    attempt: row.attempt,
    delaySeconds: row.delay_ms === null ? null : row.delay_ms / 1000,
  };
}
