import type { Database } from 'better-sqlite3';
import { fillTemplate } from '../../bounce/template.js';
import type { EventRow, EventsQuestion } from '../../report/question.js';
import { eventIdsOf } from './delivery-events/find.js';
import { eventsIn, hoursWithEvents } from './event-spans.js';
import { whereNamed } from './named-deliveries.js';
import { OUTCOME_IDS, outcomeName } from './outcomes.js';
import { addressOf, type DeliveryText, type DeliveryTexts, deliveryTexts } from './texts/delivery-texts.js';
import { delayOf, type EventTexts, eventTexts } from './texts/event-texts.js';
import { VALUE_SEPARATOR } from './values.js';
import { join, whereFilters, whereTime } from './where.js';

const HOUR = 3_600_000;

/** Events with everything they refer to. `r` is the reply whose cause counts, `own` the one that was said. CROSS: from the events on, never from all deliveries of a host. */
export function eventTables(events = 'event e'): string {
  return `${events}
  CROSS JOIN delivery de ON de.id = e.delivery_id
  CROSS JOIN host h ON h.id = de.host_id
  CROSS JOIN reply own ON own.id = e.reply_id
  CROSS JOIN reply r ON r.id = ifnull(e.basis_id, e.reply_id)
  CROSS JOIN route ro ON ro.id = e.route_id
  LEFT JOIN domain d ON d.id = de.domain_id
  LEFT JOIN sender s ON s.id = de.sender_id
  LEFT JOIN listing l ON l.id = e.listing_id`;
}

interface Row {
  id: number;
  delivery_id: number;
  time: number;
  outcome: number;
  host: string;
  sender: string | null;
  recipient_domain: string | null;
  mx: string | null;
  provider: string | null;
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
  const texts = textsOf(db);
  const filters = whereFilters(question.filters);
  const outcomes = question.filters.outcome.map((outcome) => OUTCOME_IDS[outcome]);
  const outcome = outcomes.length === 0 ? '1' : `e.outcome IN (${outcomes.join(', ')})`;
  const named = whereNamed(db, question.filters, question.range.until, question.limit);
  if (named !== null) {
    const { text, values } = join([named, whereTime(question.range), filters], ' AND ');
    const limit = question.limit > 0 ? `LIMIT ${question.limit}` : '';
    const rows = db.prepare<unknown[], Row>(`SELECT ${COLUMNS} FROM ${eventTables()} WHERE ${text} AND ${outcome} ORDER BY e.time, e.id ${limit}`);
    for (const row of rows.iterate(...values)) yield eventOf(row, texts);
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
      yield eventOf(row, texts);
      if (--left === 0) return;
    }
  }
}

/** All events of these deliveries with the delivery each belongs to, oldest first. */
export function eventsOfDeliveries(db: Database, ids: readonly number[]): { deliveryId: number; event: EventRow }[] {
  const rows = db
    .prepare<[string], Row>(
      `SELECT ${COLUMNS} FROM ${eventTables()}
       WHERE e.id IN (SELECT value FROM json_each(?)) ORDER BY e.time, e.id`,
    )
    .all(JSON.stringify(eventIdsOf(db, ids)));
  return rows.map((row) => ({ deliveryId: row.delivery_id, event: eventOf(row, textsOf(db)) }));
}

/** Some events by their ids, in any order. */
export function eventsById(db: Database, ids: readonly number[]): EventRow[] {
  return db
    .prepare<[string], Row>(`SELECT ${COLUMNS} FROM ${eventTables()} WHERE e.id IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(ids))
    .map((row) => eventOf(row, textsOf(db)));
}

const COLUMNS = `e.id, e.delivery_id, e.time, e.outcome, h.name AS host, s.address AS sender, d.name AS recipient_domain, ro.mx, ro.provider,
  own.template, r.stage, r.code, r.enhanced, r.cause, r.rule, l.list, l.subject`;

interface AllTexts {
  ofDelivery: DeliveryTexts;
  ofEvent: EventTexts;
}

function textsOf(db: Database): AllTexts {
  return { ofDelivery: deliveryTexts(db), ofEvent: eventTexts(db) };
}

function eventOf(row: Row, { ofDelivery, ofEvent }: AllTexts): EventRow {
  const text = (column: DeliveryText) => ofDelivery.of(row.delivery_id, column);
  const recipient = addressOf(text('recipient'), row.recipient_domain);
  const mxIp = ofEvent.of(row.id, 'mx_ip');
  const values = ofEvent.of(row.id, 'vals')?.split(VALUE_SEPARATOR) ?? [];
  const delay = delayOf(ofEvent, row.id);
  return {
    id: row.id,
    time: row.time,
    host: row.host,
    mta: text('mta') ?? '',
    queueId: text('queue_id'),
    messageId: text('message_id'),
    sender: row.sender,
    authUser: text('auth_user'),
    recipient,
    recipientDomain: row.recipient_domain,
    origRecipient: text('orig_recipient'),
    mx: row.mx,
    mxIp,
    provider: row.provider,
    transport: ofEvent.of(row.id, 'transport'),
    stage: row.stage,
    outcome: outcomeName(row.outcome),
    code: row.code,
    enhanced: row.enhanced,
    cause: row.cause,
    rule: row.rule,
    listing: row.list === null ? null : { list: row.list, subject: row.subject ?? '' },
    reply: fillTemplate(row.template, values, { recipient, mx: row.mx, mxIp }),
    attempt: Number(ofEvent.of(row.id, 'attempt') ?? 0),
    delaySeconds: delay === null ? null : delay / 1000,
  };
}
