import type { Database } from 'better-sqlite3';
import type { Text } from './page.js';
import { type PagedTexts, readerOf, TextReader } from './pages.js';

/** What the log says of a delivery that nothing is counted by. In columns of their own, with a table of clients, that took 74 bytes an event; so it takes 20. */
export const DELIVERY_TEXTS = {
  table: 'delivery_text',
  shift: 7,
  // What is after `@` in a recipient is left out where it is just the name of the delivery's domain.
  columns: ['mta', 'queue_id', 'message_id', 'auth_user', 'recipient', 'orig_recipient', 'client', 'client_ip', 'helo', 'requeued_from'],
} as const satisfies PagedTexts<string>;

export type DeliveryText = (typeof DELIVERY_TEXTS.columns)[number];
export type DeliveryTexts = TextReader<DeliveryText>;

/** Those of a connection. */
export function deliveryTexts(db: Database): DeliveryTexts {
  return readerOf(db, DELIVERY_TEXTS);
}

/**
 * Where mail went to.
 * @param recipient as it is stored
 * @param domain the name of the delivery's domain
 */
export function addressOf(recipient: Text, domain: string | null): string | null {
  return recipient?.endsWith('@') ? recipient + (domain ?? '') : recipient;
}

/** Whether a text is a name, in whatever case. */
export function isNamed(text: Text, name: string): boolean {
  return text !== null && text.length === name.length && text.toLowerCase() === name.toLowerCase();
}

/**
 * Lets SQL on this connection ask for addresses, by `addressSql`. Each takes some µs: for conditions, and for what is asked rarely.
 * What is packed is handed over, for a function cannot look it up on a connection that is just asked something.
 */
export function withAddresses(db: Database): void {
  const texts = new TextReader(DELIVERY_TEXTS, () => null);
  db.function('delivery_address', { deterministic: true, directOnly: true }, (packed, id, domain) =>
    addressOf(texts.of(id as number, 'recipient', packed as Buffer | null), domain as string | null),
  );
}

/**
 * SQL for where the mail of a delivery went to.
 * @param id SQL for its id
 * @param domain SQL for the name of its domain
 */
export function addressSql(id: string, domain: string): string {
  return `delivery_address((SELECT texts FROM delivery_text WHERE page = ${id} >> ${DELIVERY_TEXTS.shift}), ${id}, ${domain})`;
}
