import type { Database } from 'better-sqlite3';
import type { EventRow } from '../../report/question.js';
import type { Range, Span } from '../../report/range.js';
import type { DeliveryState, TraceAnswer, TracedDelivery, TracedMessage, TraceQuestion } from '../../report/trace.js';
import { mayBeTypo, suggestionFor } from '../../report/typo.js';
import { eventIdsOf } from './delivery-events/find.js';
import { eventsOfDeliveries } from './event-rows.js';
import { isToRecipient, textOf } from './named-deliveries.js';
import { BLOCK_SHIFT, blocksWith } from './signpost.js';
import { deliveredDomains } from './suppress.js';
import { addressOf, DELIVERY_TEXTS, type DeliveryText, deliveryTexts, isNamed } from './texts/delivery-texts.js';
import { whereTime } from './where.js';

interface DeliveryRow extends Record<DeliveryText, string | null> {
  id: number;
  host: string;
  sender: string | null;
  how: string | null;
  by: string | null;
  ended: number | null;
  waiting: number;
}

/** More deliveries than this of one address are not looked through; the latest ones count. */
const MAX_DELIVERIES = 5_000;
/** Blocks of deliveries that are looked through before their events are looked for. */
const BLOCKS_AT_ONCE = 32;
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
  const ids = new Set<number>();
  for (const word of words) {
    const bare = word.replace(/^<|>$/g, '');
    const named = namedBy(db, bare);
    // What began before the range may still have events in it.
    const blocks = blocksWith(db, bare, { since: null, until: range.until });
    for (let at = 0; at < blocks.length && ids.size < MAX_DELIVERIES; at += BLOCKS_AT_ONCE) {
      const found = blocks.slice(at, at + BLOCKS_AT_ONCE).flatMap((block) => {
        const first = block * 2 ** BLOCK_SHIFT;
        return named(first, first + 2 ** BLOCK_SHIFT - 1).sort((a, b) => b - a);
      });
      for (const id of withEvents(db, found, range)) if (ids.size < MAX_DELIVERIES) ids.add(id);
    }
  }
  return ids;
}

/** Those of the deliveries that have events in a range. */
function withEvents(db: Database, ids: readonly number[], range: Range): readonly number[] {
  const time = whereTime(range);
  if (time.values.length === 0 || ids.length === 0) return ids;
  const inRange = db.prepare<unknown[], number>(`SELECT e.delivery_id FROM event e WHERE e.id IN (SELECT value FROM json_each(?)) AND ${time.text}`);
  const have = new Set(inRange.pluck().all(JSON.stringify(eventIdsOf(db, ids)), ...time.values));
  return ids.filter((id) => have.has(id));
}

/** Finds deliveries, with an id from the one to the other, to or from an address, or with an id of their own. */
function namedBy(db: Database, name: string): (first: number, last: number) => number[] {
  const texts = deliveryTexts(db);
  // Looked up once, not for every delivery that is looked at.
  const isTo = isToRecipient(db, name);
  const senders = db.prepare<[string], number>('SELECT id FROM sender WHERE address = ? COLLATE NOCASE').pluck().all(name);
  const fromSenders = db
    .prepare<[number, number, string], number>('SELECT id FROM delivery WHERE id >= ? AND id <= ? AND sender_id IN (SELECT value FROM json_each(?))')
    .pluck();
  const isOf = (id: number): boolean =>
    isTo(id) || isNamed(texts.of(id, 'orig_recipient'), name) || texts.of(id, 'queue_id') === name || texts.of(id, 'message_id') === name;
  return (first, last) => {
    const ids = new Set(senders.length === 0 ? [] : fromSenders.all(first, last, JSON.stringify(senders)));
    texts.mayHave(first, last, [textOf(name)], (id) => {
      if (isOf(id)) ids.add(id);
    });
    return [...ids];
  };
}

/** The deliveries, and those of the same message elsewhere: a message id is the same on every host. */
function withOtherHops(db: Database, ids: ReadonlySet<number>): number[] {
  const spans = db
    .prepare<[string], { id: number; since: number; until: number }>(
      `SELECT e.delivery_id AS id, min(e.time) AS since, max(e.time) AS until FROM event e
       WHERE e.id IN (SELECT value FROM json_each(?)) GROUP BY e.delivery_id ORDER BY e.delivery_id DESC`,
    )
    .all(JSON.stringify(eventIdsOf(db, ids)));
  const messages = new Map<string, Span>();
  for (const { id, since, until } of spans) {
    const messageId = deliveryTexts(db).of(id, 'message_id') ?? '';
    const known = messages.get(messageId);
    if (known === undefined && messageId !== '' && messages.size < MAX_HOP_SEARCHES) messages.set(messageId, { since, until });
    else if (known !== undefined) messages.set(messageId, { since: Math.min(known.since, since), until: Math.max(known.until, until) });
  }
  const all = new Set(ids);
  for (const [messageId, { since, until }] of messages) {
    for (const id of find(db, [messageId], { since: since - HOP_DAYS * DAY, until: until + HOP_DAYS * DAY })) all.add(id);
  }
  return [...all];
}

/** Messages whose other hops are looked for: as many as one looks at. */
const MAX_HOP_SEARCHES = 50;

function rowsOf(db: Database, ids: readonly number[]): DeliveryRow[] {
  const texts = deliveryTexts(db);
  return db
    .prepare<[string], Omit<DeliveryRow, DeliveryText> & { domain: string | null }>(
      `SELECT d.id, h.name AS host, s.address AS sender, dm.name AS domain, x.how, x.by, x.time AS ended,
         EXISTS (SELECT 1 FROM open_delivery o WHERE o.delivery_id = d.id) AS waiting
       FROM delivery d
         JOIN host h ON h.id = d.host_id
         LEFT JOIN sender s ON s.id = d.sender_id
         LEFT JOIN domain dm ON dm.id = d.domain_id
         LEFT JOIN ended x ON x.delivery_id = d.id
       WHERE d.id IN (SELECT value FROM json_each(?))
       ORDER BY d.id`,
    )
    .all(JSON.stringify(ids))
    .map(({ domain, ...row }) => {
      const own = Object.fromEntries(DELIVERY_TEXTS.columns.map((column) => [column, texts.of(row.id, column)])) as Record<
        DeliveryText,
        string | null
      >;
      return { ...row, ...own, recipient: addressOf(own.recipient, domain) };
    });
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
    mta: row.mta ?? '',
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
