import type { Database, Statement } from 'better-sqlite3';
import type { OpenChanges, OpenDelivery, OpenEnd, OpenMessage, Try } from '../../delivery/open.js';
import type { Mta } from '../../log/record.js';
import type { Handles } from './handles.js';
import { packPriors } from './prior.js';

interface MessageRow {
  id: number;
  host: string;
  queue_id: string;
  mta: string;
  sender: string | null;
  message_id: string | null;
  auth_user: string | null;
  arrived: number;
  seen: number;
  failed_mx: string | null;
  failed_ip: string | null;
  client: string | null;
  client_ip: string | null;
  requeued_from: string | null;
  same_message: string | null;
}

interface DeliveryRow {
  open_message_id: number;
  key: string;
  delivery_id: number;
  recipient: string;
  orig_recipient: string | null;
  tries: number;
  first: string;
  last: string;
}

/** Keeps what is open between runs: exactly what the correlator has in memory at the moment of a commit. */
export class OpenState {
  readonly #db: Database;
  readonly #handles: Handles;
  readonly #upsertMessage: Statement;
  readonly #deleteMessage: Statement;
  readonly #deleteDeliveries: Statement;
  readonly #insertDelivery: Statement;
  readonly #insertEnded: Statement;

  constructor(db: Database, handles: Handles) {
    this.#db = db;
    this.#handles = handles;
    this.#upsertMessage = db.prepare(
      `INSERT INTO open_message (host, queue_id, mta, sender, message_id, auth_user, arrived, seen, failed_mx, failed_ip, client, client_ip,
         requeued_from, same_message)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (host, queue_id) DO UPDATE SET mta = excluded.mta, sender = excluded.sender, message_id = excluded.message_id,
         auth_user = excluded.auth_user, arrived = excluded.arrived, seen = excluded.seen, failed_mx = excluded.failed_mx, failed_ip = excluded.failed_ip,
         client = excluded.client, client_ip = excluded.client_ip, requeued_from = excluded.requeued_from, same_message = excluded.same_message
       RETURNING id`,
    );
    this.#deleteMessage = db.prepare('DELETE FROM open_message WHERE host = ? AND queue_id = ?');
    this.#deleteDeliveries = db.prepare('DELETE FROM open_delivery WHERE open_message_id = ?');
    this.#insertDelivery = db.prepare(
      `INSERT INTO open_delivery (open_message_id, key, delivery_id, recipient, orig_recipient, tries, first, last, priors)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertEnded = db.prepare('INSERT OR REPLACE INTO ended (delivery_id, how, by, time) VALUES (?, ?, ?, ?)');
  }

  load(): OpenMessage[] {
    const messages = new Map<number, OpenMessage>();
    for (const row of this.#db.prepare<[], MessageRow>('SELECT * FROM open_message ORDER BY seen').iterate()) messages.set(row.id, messageOf(row));
    for (const row of this.#db.prepare<[], DeliveryRow>('SELECT * FROM open_delivery').iterate()) {
      const message = messages.get(row.open_message_id);
      if (message === undefined) continue;
      message.deliveries ??= new Map();
      message.deliveries.set(row.key, deliveryOf(row));
    }
    return [...messages.values()];
  }

  /** Closed before changed: a queue id may have been used again in the same batch. */
  write(open: OpenChanges): void {
    for (const { number, end } of open.ended) this.#endDelivery(number, end);
    for (const { message, end } of open.closed) {
      for (const delivery of message.deliveries?.values() ?? []) this.#endDelivery(delivery.number, end);
      this.#deleteMessage.run(message.host, message.queueId);
    }
    for (const message of open.changed) this.#writeMessage(message);
  }

  /** How a delivery ended whose log has no result for it. */
  #endDelivery(number: number, end: OpenEnd | null): void {
    const deliveryId = this.#handles.of(number)?.deliveryId;
    if (end !== null && deliveryId !== undefined) this.#insertEnded.run(deliveryId, end.how, end.by, end.time);
    this.#handles.forget(number);
  }

  #writeMessage(message: OpenMessage): void {
    const { host, queueId, mta, sender, messageId, authUser, arrived, seen, failedHost, client, clientIp, requeuedFrom, sameMessage } = message;
    const { id } = this.#upsertMessage.get(
      host,
      queueId,
      mta,
      sender,
      messageId,
      authUser,
      arrived,
      seen,
      failedHost?.mx ?? null,
      failedHost?.mxIp ?? null,
      client,
      clientIp,
      requeuedFrom,
      sameMessage?.join(' ') ?? null,
    ) as { id: number };
    // Looked up before they are deleted: what is kept with a delivery may still stand in its row only.
    const deliveries = [...(message.deliveries ?? [])].map(([key, delivery]) => ({ key, delivery, handle: this.#handles.of(delivery.number) }));
    this.#deleteDeliveries.run(id);
    for (const { key, delivery, handle } of deliveries) {
      if (handle === undefined) continue;
      const { recipient, origRecipient, tries, first, last } = delivery;
      this.#insertDelivery.run(
        id,
        key,
        handle.deliveryId,
        recipient,
        origRecipient,
        tries,
        JSON.stringify(first),
        JSON.stringify(last),
        packPriors(handle.priors),
      );
    }
  }
}

function messageOf(row: MessageRow): OpenMessage {
  return {
    host: row.host,
    mta: row.mta as Mta,
    queueId: row.queue_id,
    sender: row.sender,
    messageId: row.message_id,
    authUser: row.auth_user,
    arrived: row.arrived,
    seen: row.seen,
    deliveries: null,
    client: row.client,
    clientIp: row.client_ip,
    requeuedFrom: row.requeued_from,
    sameMessage: row.same_message?.split(' ') ?? null,
    failedHost: row.failed_mx === null ? null : { mx: row.failed_mx, mxIp: row.failed_ip },
    stored: true,
    known: true,
  };
}

function deliveryOf(row: DeliveryRow): OpenDelivery {
  return {
    recipient: row.recipient,
    origRecipient: row.orig_recipient,
    tries: row.tries,
    first: JSON.parse(row.first) as Try,
    last: JSON.parse(row.last) as Try,
    number: row.delivery_id,
  };
}
