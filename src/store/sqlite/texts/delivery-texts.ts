import type { Database } from 'better-sqlite3';
import type { Text } from './page.js';
import { findIn, type PagedTexts, TextReader } from './pages.js';

/** What the log says of a delivery that nothing is counted by. In columns of their own, with a table of clients, that took 75 bytes an event; so it takes 20. */
export const DELIVERY_TEXTS = {
  table: 'delivery_text',
  shift: 7,
  // What is after `@` in a recipient is left out where it is just the name of the delivery's domain.
  columns: ['mta', 'queue_id', 'message_id', 'auth_user', 'recipient', 'orig_recipient', 'client', 'client_ip', 'helo', 'requeued_from'],
} as const satisfies PagedTexts<string>;

export type DeliveryText = (typeof DELIVERY_TEXTS.columns)[number];
export type DeliveryTexts = TextReader<DeliveryText>;

const readers = new WeakMap<Database, DeliveryTexts>();

/** Those of a connection. */
export function deliveryTexts(db: Database): DeliveryTexts {
  let reader = readers.get(db);
  if (reader === undefined) {
    reader = new TextReader(DELIVERY_TEXTS, findIn(db, DELIVERY_TEXTS));
    readers.set(db, reader);
  }
  return reader;
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
 * Lets SQL on this connection ask for texts, by `textSql` and `addressSql`. Each takes some µs: for conditions, and for what is asked rarely.
 * What is packed is handed over, for a function cannot look it up on a connection that is just asked something.
 */
export function withTexts(db: Database): void {
  const texts = new TextReader(DELIVERY_TEXTS, () => null);
  const options = { deterministic: true, directOnly: true };
  const textOf = (packed: unknown, id: unknown, column: unknown) => texts.of(id as number, column as DeliveryText, packed as Buffer | null);
  db.function('delivery_text', options, textOf);
  db.function('delivery_address', options, (packed, id, domain) => addressOf(textOf(packed, id, 'recipient'), domain as string | null));
}

/**
 * SQL for a text of a delivery.
 * @param id SQL for its id
 */
export function textSql(id: string, column: DeliveryText): string {
  return `delivery_text(${packedSql(id)}, ${id}, '${column}')`;
}

/**
 * SQL for where its mail went to.
 * @param domain SQL for the name of its domain
 */
export function addressSql(id: string, domain: string): string {
  return `delivery_address(${packedSql(id)}, ${id}, ${domain})`;
}

function packedSql(id: string): string {
  return `(SELECT texts FROM delivery_text WHERE page = ${id} >> ${DELIVERY_TEXTS.shift})`;
}
