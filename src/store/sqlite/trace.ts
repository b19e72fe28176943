import type { Database } from 'better-sqlite3';
import type { EventRow } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import type { DeliveryState, TraceAnswer, TracedDelivery, TracedMessage, TraceQuestion } from '../../report/trace.js';
import { mayBeTypo, suggestionFor } from '../../report/typo.js';
import { eventsOfDeliveries } from './event-rows.js';
import { BLOCK_SHIFT, blocksWith } from './signpost.js';
import { deliveredDomains } from './suppress.js';
import { whereTime } from './where.js';

interface DeliveryRow {
  id: number;
  host: string;
  mta: string;
  queue_id: string | null;
  message_id: string | null;
  sender: string | null;
  auth_user: string | null;
  orig_recipient: string | null;
  recipient: string | null;
  client: string | null;
  client_ip: string | null;
  helo: string | null;
  requeued_from: string | null;
  how: string | null;
  by: string | null;
  ended: number | null;
  waiting: number;
}

/** More deliveries than this of one address are not looked through; the latest ones count. */
const MAX_DELIVERIES = 5_000;
/** Hops of one message are not further apart: Postfix and Exim give up after 4-5 days by default. */
const HOP_DAYS = 7;
const DAY = 86_400_000;

/** The life of every delivery that `what` names, and of the same messages on other hosts and under other queue ids. */
export function trace(db: Database, question: TraceQuestion): TraceAnswer {
  const ids = find(db, [question.what], question.range);
  const rows = rowsOf(db, withOtherHops(db, ids));
  const events = new Map<number, EventRow[]>();
  for (const { deliveryId, event } of eventsOfDeliveries(
    db,
    rows.map(({ id }) => id),
  )) {
    const own = events.get(deliveryId);
    if (own === undefined) events.set(deliveryId, [event]);
    else own.push(event);
  }
  const messages = messagesOf(rows, events);
  const kept = question.limit > 0 ? messages.slice(-question.limit) : messages;
  suggest(db, kept);
  return { what: question.what, messages: kept, more: messages.length - kept.length };
}

/** Ids of the deliveries that one of the words names in any way, the latest first. */
function find(db: Database, words: readonly string[], range: Range): Set<number> {
  const time = whereTime(range);
  const inRange = time.values.length === 0 ? '1' : `EXISTS (SELECT 1 FROM event e WHERE e.delivery_id = d.id AND ${time.text})`;
  const look = db.prepare<unknown[], { id: number }>(
    `SELECT d.id FROM delivery d
     WHERE d.id BETWEEN ? AND ? AND (
       d.queue_id = ? OR d.message_id = ? OR d.orig_recipient = ? COLLATE NOCASE OR d.recipient = ? COLLATE NOCASE
       OR (d.domain_id = ? AND d.recipient = ? COLLATE NOCASE) OR d.sender_id IN (SELECT value FROM json_each(?)))
       AND ${inRange}
     ORDER BY d.id DESC`,
  );
  // Looked up once, not for every delivery that is looked at.
  const senders = db.prepare<[string], { id: number }>('SELECT id FROM sender WHERE address = ? COLLATE NOCASE');
  const domain = db.prepare<[string], { id: number }>('SELECT id FROM domain WHERE name = ?');
  const ids = new Set<number>();
  for (const word of words) {
    const bare = word.replace(/^<|>$/g, '');
    const at = bare.lastIndexOf('@') + 1;
    const senderIds = JSON.stringify(senders.all(bare).map(({ id }) => id));
    const domainId = domain.get(bare.slice(at).toLowerCase())?.id ?? null;
    // What began before the range may still have events in it.
    for (const block of blocksWith(db, bare, { since: null, until: range.until })) {
      if (ids.size >= MAX_DELIVERIES) break;
      const first = block * 2 ** BLOCK_SHIFT;
      const names = [bare, bare, bare, bare, domainId, bare.slice(0, at), senderIds];
      for (const { id } of look.all(first, first + 2 ** BLOCK_SHIFT - 1, ...names, ...time.values)) ids.add(id);
    }
  }
  return ids;
}

/** The deliveries, and those of the same message elsewhere: a message id is the same on every host. */
function withOtherHops(db: Database, ids: ReadonlySet<number>): number[] {
  const messages = db
    .prepare<[string], { message_id: string; since: number; until: number }>(
      `SELECT d.message_id, min(e.time) AS since, max(e.time) AS until FROM delivery d JOIN event e ON e.delivery_id = d.id
       WHERE d.id IN (SELECT value FROM json_each(?)) AND d.message_id <> '' GROUP BY d.message_id ORDER BY max(d.id) DESC LIMIT ${MAX_HOP_SEARCHES}`,
    )
    .all(JSON.stringify([...ids]));
  const all = new Set(ids);
  for (const { message_id, since, until } of messages) {
    for (const id of find(db, [message_id], { since: since - HOP_DAYS * DAY, until: until + HOP_DAYS * DAY })) all.add(id);
  }
  return [...all];
}

/** Messages whose other hops are looked for: as many as one looks at. */
const MAX_HOP_SEARCHES = 50;

function rowsOf(db: Database, ids: readonly number[]): DeliveryRow[] {
  return db
    .prepare<[string], DeliveryRow>(
      `SELECT d.id, h.name AS host, d.mta, d.queue_id, d.message_id, s.address AS sender, d.auth_user, d.orig_recipient,
         CASE WHEN d.recipient LIKE '%@' THEN d.recipient || ifnull((SELECT name FROM domain WHERE id = d.domain_id), '') ELSE d.recipient END AS recipient,
         c.name AS client, c.ip AS client_ip, d.helo, d.requeued_from, x.how, x.by, x.time AS ended,
         EXISTS (SELECT 1 FROM open_delivery o WHERE o.delivery_id = d.id) AS waiting
       FROM delivery d
         JOIN host h ON h.id = d.host_id
         LEFT JOIN sender s ON s.id = d.sender_id
         LEFT JOIN client c ON c.id = d.client_id
         LEFT JOIN ended x ON x.delivery_id = d.id
       WHERE d.id IN (SELECT value FROM json_each(?))
       ORDER BY d.id`,
    )
    .all(JSON.stringify(ids));
}

/** Deliveries by message, messages in the order of their first event, hops of one message id together. */
function messagesOf(rows: readonly DeliveryRow[], events: ReadonlyMap<number, EventRow[]>): TracedMessage[] {
  const messages = new Map<string, TracedMessage>();
  for (const row of rows) {
    const own = events.get(row.id) ?? [];
    const first = own[0];
    if (first === undefined) continue;
    // A refusal without a queue id belongs to no message; a queue id alone may have been used for several.
    const key = row.queue_id === null ? `delivery ${row.id}` : [row.host, row.queue_id, row.message_id, row.sender].join('\n');
    let message = messages.get(key);
    if (message === undefined) {
      message = messageOf(row, first);
      messages.set(key, message);
    }
    message.deliveries.push(deliveryOf(row, own));
  }
  return inOrder([...messages.values()]);
}

/** What was probably meant, for deliveries that failed as a mistyped address does. */
function suggest(db: Database, messages: readonly TracedMessage[]): void {
  const mistyped = messages.flatMap(({ deliveries }) => deliveries).filter(({ events }) => mayBeTypo(events.at(-1)?.cause ?? ''));
  if (mistyped.length === 0) return;
  const delivered = deliveredDomains(db);
  for (const delivery of mistyped) {
    delivery.suggestion = suggestionFor(delivery.events.at(-1)?.cause ?? '', delivery.origRecipient ?? delivery.recipient, delivered);
  }
}

function inOrder(messages: readonly TracedMessage[]): TracedMessage[] {
  const byMessageId = new Map<string, number>();
  const startOf = (message: TracedMessage) => message.arrived ?? message.deliveries[0]?.events[0]?.time ?? 0;
  const groupOf = (message: TracedMessage) => (message.messageId === null ? startOf(message) : (byMessageId.get(message.messageId) ?? 0));
  for (const message of messages) {
    if (message.messageId === null) continue;
    byMessageId.set(message.messageId, Math.min(byMessageId.get(message.messageId) ?? Number.POSITIVE_INFINITY, startOf(message)));
  }
  return messages.toSorted((a, b) => groupOf(a) - groupOf(b) || (a.messageId ?? '').localeCompare(b.messageId ?? '') || startOf(a) - startOf(b));
}

function messageOf(row: DeliveryRow, first: EventRow): TracedMessage {
  return {
    host: row.host,
    mta: row.mta,
    queueId: row.queue_id,
    messageId: row.message_id,
    sender: row.sender,
    authUser: row.auth_user,
    client: row.client,
    clientIp: row.client_ip,
    helo: row.helo,
    requeuedFrom: row.requeued_from,
    arrived: first.delaySeconds === null ? null : Math.round(first.time - first.delaySeconds * 1000),
    deliveries: [],
  };
}

function deliveryOf(row: DeliveryRow, events: EventRow[]): TracedDelivery {
  const last = events.at(-1);
  const state = stateOf(row, last);
  const ended = state === 'waiting' ? null : (row.ended ?? (row.how === null && state === 'completed' ? null : (last?.time ?? null)));
  return { recipient: row.recipient, origRecipient: row.orig_recipient, state, ended, endedBy: row.by, suggestion: null, events };
}

function stateOf(row: DeliveryRow, last: EventRow | undefined): DeliveryState {
  if (row.waiting) return 'waiting';
  if (last?.outcome === 'recovered') return 'delivered';
  if (last !== undefined && last.outcome !== 'deferred') return last.outcome;
  return (row.how as DeliveryState | null) ?? 'completed';
}
