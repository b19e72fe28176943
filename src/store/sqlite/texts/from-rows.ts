import type { Database } from 'better-sqlite3';
import { DELIVERY_TEXTS } from './delivery-texts.js';
import { EVENT_TEXTS } from './event-texts.js';
import type { Text } from './page.js';
import { type PagedTexts, TextWriter } from './pages.js';

/** Rows read at once. */
const AT_ONCE = 20_000;

const DELIVERIES = `SELECT d.id, d.mta, d.queue_id, d.message_id, d.auth_user, d.recipient, d.orig_recipient, c.name, c.ip, d.helo, d.requeued_from
  FROM delivery d LEFT JOIN client c ON c.id = d.client_id WHERE d.id > ? ORDER BY d.id LIMIT ${AT_ONCE}`;
const EVENTS = `SELECT e.id, a.ip, t.name, CAST(e.attempt AS TEXT), CAST(e.delay_ms AS TEXT), e.vals
  FROM event e LEFT JOIN address a ON a.id = e.mx_ip_id LEFT JOIN transport t ON t.id = e.transport_id WHERE e.id > ? ORDER BY e.id LIMIT ${AT_ONCE}`;

/** Packs the texts of deliveries and events of earlier versions, which had them in columns and tables of their own. */
export function packTexts(db: Database): void {
  packAll(db, DELIVERY_TEXTS, DELIVERIES);
  packAll(db, EVENT_TEXTS, EVENTS);
  db.exec(
    `INSERT INTO new_delivery SELECT id, host_id, sender_id, domain_id FROM delivery;
     DROP TABLE delivery;
     ALTER TABLE new_delivery RENAME TO delivery;
     INSERT INTO new_event SELECT id, time, outcome, delivery_id, route_id, reply_id, basis_id, listing_id, tried FROM event;
     DROP TABLE event;
     ALTER TABLE new_event RENAME TO event;
     CREATE INDEX event_rejected ON event (time) WHERE outcome = 5;
     DROP TABLE client;
     DROP TABLE address;
     DROP TABLE transport;`,
  );
}

function packAll(db: Database, texts: PagedTexts<string>, sql: string): void {
  const writer = new TextWriter(db, texts);
  const find = db.prepare<[number], [id: number, ...texts: Text[]]>(sql).raw();
  for (let rows = find.all(0); rows.length > 0; rows = find.all(rows.at(-1)?.[0] ?? 0)) {
    for (const [id, ...values] of rows) writer.put(id, values);
  }
  writer.flush();
}
