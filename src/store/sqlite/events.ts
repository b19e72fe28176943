import type { Database, Statement } from 'better-sqlite3';
import type { ReplyKind } from '../../bounce/interpret.js';
import type { Listing } from '../../bounce/listings.js';
import type { DeliveryEvent } from '../../delivery/event.js';
import { domainOf } from '../../log/address.js';
import { type Batch, COUNT_COLUMNS, type InterpretedEvent, type Receiver } from '../store.js';
import { DeliveryEventWriter } from './delivery-events/writer.js';
import { Dictionary } from './dictionary.js';
import { EventSpanWriter } from './event-spans.js';
import type { Handles } from './handles.js';
import { FAILURE_IDS, OUTCOME_IDS } from './outcomes.js';
import { type DeliveryHandle, remember, type WhereAndWhy } from './prior.js';
import { RecoveryWriter } from './recoveries.js';
import { RowWriter } from './row-writer.js';
import { SignpostWriter } from './signpost.js';
import type { SummaryWriter } from './summary/summaries.js';
import { DELIVERY_TEXTS, type DeliveryText } from './texts/delivery-texts.js';
import { EVENT_TEXTS, type EventText } from './texts/event-texts.js';
import { TextWriter } from './texts/pages.js';
import { hourOf } from './totals/hour.js';
import type { DeliveredIds, TotalsWriter } from './totals/writer.js';
import { VALUE_SEPARATOR } from './values.js';

/** Rows that wait to be written together. */
const ROWS_AT_ONCE = 64;

const DELIVERY_COLUMNS = ['host_id', 'sender_id', 'domain_id'];
const EVENT_COLUMNS = ['time', 'outcome', 'delivery_id', 'route_id', 'reply_id', 'basis_id', 'listing_id', 'tried'];

/** Writes deliveries, events and what they refer to. Runs inside the transaction of a commit. */
export class EventWriter {
  readonly #handles: Handles;
  readonly #summaries: SummaryWriter;
  readonly #hosts: Dictionary;
  readonly #domains: Dictionary;
  readonly #senders: Dictionary;
  readonly #signposts: SignpostWriter;
  readonly #routes: Dictionary;
  readonly #listings: Dictionary;
  readonly #findReply: Statement;
  readonly #insertReply: Statement;
  readonly #deliveries: RowWriter;
  readonly #deliveryTexts: TextWriter<DeliveryText>;
  readonly #eventTexts: TextWriter<EventText>;
  readonly #rows: RowWriter;
  readonly #spans: EventSpanWriter;
  readonly #ofDeliveries: DeliveryEventWriter;
  readonly #findRejections: Statement<unknown[], [event: number, delivery: number]>;
  readonly #totals: TotalsWriter;
  readonly #recoveries: RecoveryWriter;
  /** By number. */
  #destinations: DeliveredIds[] = [];

  constructor(db: Database, handles: Handles, totals: TotalsWriter, summaries: SummaryWriter) {
    this.#handles = handles;
    this.#totals = totals;
    this.#summaries = summaries;
    const named = (table: string) =>
      new Dictionary(db, {
        all: `SELECT name AS key, id FROM ${table}`,
        find: `SELECT id FROM ${table} WHERE name = ?`,
        insert: `INSERT INTO ${table} (name) VALUES (?)`,
      });
    this.#hosts = named('host');
    this.#domains = named('domain');
    this.#senders = new Dictionary(db, {
      all: 'SELECT address AS key, id FROM sender',
      find: `WITH wanted (address, domain) AS (SELECT ?, ?)
         SELECT s.id FROM wanted w JOIN sender s ON s.address = w.address COLLATE NOCASE AND s.address = w.address AND s.domain IS w.domain`,
      insert: 'INSERT INTO sender (address, domain) VALUES (?, ?)',
    });
    this.#signposts = new SignpostWriter(db);
    this.#routes = new Dictionary(db, {
      all: "SELECT ifnull(mx, '@' || ifnull(provider, 'null')) AS key, id FROM route",
      find: "SELECT id FROM route WHERE ifnull(mx, '') = ifnull(?, '') AND ifnull(provider, '') = ifnull(?, '')",
      insert: 'INSERT INTO route (mx, provider) VALUES (?, ?)',
    });
    this.#listings = new Dictionary(db, {
      all: 'SELECT list || char(10) || subject || char(10) || kind AS key, id FROM listing',
      find: 'SELECT id FROM listing WHERE list = ? AND subject = ? AND kind = ?',
      insert: 'INSERT INTO listing (list, subject, kind) VALUES (?, ?, ?)',
    });
    this.#findReply = db.prepare(
      `SELECT id FROM reply WHERE template = ? AND stage = ? AND ifnull(code, 0) = ifnull(?, 0) AND ifnull(enhanced, '') = ifnull(?, '')
         AND ifnull(provider, '') = ifnull(?, '')`,
    );
    this.#insertReply = db.prepare('INSERT INTO reply (template, stage, code, enhanced, provider, cause, rule) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#deliveries = new RowWriter(db, 'delivery', DELIVERY_COLUMNS);
    this.#deliveryTexts = new TextWriter(db, DELIVERY_TEXTS);
    this.#eventTexts = new TextWriter(db, EVENT_TEXTS);
    this.#rows = new RowWriter(db, 'event', EVENT_COLUMNS);
    this.#spans = new EventSpanWriter(db);
    this.#ofDeliveries = new DeliveryEventWriter(db);
    this.#findRejections = db
      .prepare<unknown[], [event: number, delivery: number]>(
        `SELECT e.id, d.id FROM event e JOIN delivery d ON d.id = e.delivery_id
         WHERE e.time = ? AND e.outcome = ${OUTCOME_IDS.rejected} AND e.reply_id = ? AND d.sender_id IS ? AND d.host_id = ?`,
      )
      .raw();
    this.#recoveries = new RecoveryWriter(db);
  }

  write(item: InterpretedEvent): void {
    const { event } = item;
    if (event.outcome === 'rejected' && event.mta === 'exim' && this.#isKnownRejection(item)) return;
    const where: WhereAndWhy = {
      reply: this.#replyId(item.basis ?? item.reply),
      route: this.#routeId(item.receiver),
      listing: item.listing === null ? 0 : this.#listingId(item.listing),
    };
    const host = this.#hostId(event.host);
    const domain = item.recipientDomain === null ? 0 : this.#domainId(item.recipientDomain);
    const handle = this.#handleOf(item, host, domain);
    const ownReply = this.#replyId(item.reply);
    const outcome = OUTCOME_IDS[event.outcome];
    const delay = event.delaySeconds === null ? null : Math.round(event.delaySeconds * 1000);
    this.#summaries.touch(hourOf(event.time));
    const id = this.#rows.add(
      event.time,
      outcome,
      handle.deliveryId,
      where.route,
      ownReply,
      where.reply === ownReply ? null : where.reply,
      where.listing || null,
      event.tried ? 1 : 0,
    );
    const { mxIp, transport } = event.said;
    this.#eventTexts.put(id, [mxIp, transport, String(event.attempt), delay === null ? null : String(delay), storedValues(item.values)]);
    this.#spans.add(id, event.time);
    this.#ofDeliveries.add(id, handle.deliveryId);
    if (this.#rows.waiting >= ROWS_AT_ONCE) this.#flushRows();
    this.#totals.add({
      outcome,
      time: event.time,
      host,
      domain,
      sender: handle.senderId,
      where,
      priors: handle.priors,
      attempts: event.tried ? 1 : 0,
    });
    if (FAILURE_IDS.includes(outcome)) {
      const attempts = event.tried ? 1 : 0;
      const { reply, route } = where;
      this.#summaries.gather({ outcome, time: event.time, attempts, domain, sender: handle.senderId, route, reply, priors: handle.priors });
    }
    if (event.outcome === 'recovered') this.#recoveries.add(hourOf(event.time), delay);
    if (event.outcome === 'deferred') remember(handle, where, hourOf(event.time));
    else if (event.deliveryNumber !== null) this.#handles.forget(event.deliveryNumber);
  }

  writeDelivered({ first, fresh, rows }: Batch['delivered']): void {
    if (first === 0) this.#destinations = [];
    for (const { host, domain, receiver } of fresh) {
      this.#destinations.push({ host: this.#hostId(host), domain: domain === null ? 0 : this.#domainId(domain), route: this.#routeId(receiver) });
    }
    for (let at = 0; at < rows.length; at += COUNT_COLUMNS) {
      const firstSeen = rows[at + 2] as number;
      this.#summaries.touch(hourOf(firstSeen));
      const destination = this.#destinations[rows[at] as number] as DeliveredIds;
      this.#totals.addDelivered(destination, rows[at + 1] as number, firstSeen, rows[at + 3] as number);
    }
  }

  /** Exim writes each refusal to its main log and to its reject log: the nth of like lines in one is the nth in the other. */
  #isKnownRejection(item: InterpretedEvent): boolean {
    const { event, reply, values } = item;
    this.#flushRows();
    const found = this.#findRejections.all(event.time, this.#replyId(reply), this.#senderId(event.sender), this.#hostId(event.host));
    const recipient = this.#storedRecipient(event.recipient, item.recipientDomain);
    const texts = this.#deliveryTexts;
    const alike = found.filter(
      ([id, delivery]) =>
        this.#eventTexts.of(id, 'vals') === storedValues(values) &&
        texts.of(delivery, 'client_ip') === event.clientIp &&
        texts.of(delivery, 'recipient') === recipient,
    );
    return alike.length >= event.nth;
  }

  #storedRecipient(recipient: string | null, domain: string | null): string | null {
    return recipient !== null && domain !== null && recipient.endsWith(`@${domain}`) ? recipient.slice(0, -domain.length) : recipient;
  }

  /** The delivery's row: that of its first deferral, or a new one. */
  #handleOf(item: InterpretedEvent, host: number, domain: number): DeliveryHandle {
    const { event } = item;
    const known = event.deliveryNumber === null ? undefined : this.#handles.of(event.deliveryNumber);
    if (known !== undefined) return known;
    const sender = this.#senderId(event.sender);
    const handle: DeliveryHandle = {
      deliveryId: this.#newDelivery(event, sender, item.recipientDomain, host, domain),
      senderId: sender ?? 0,
      priors: [],
    };
    if (event.deliveryNumber !== null) this.#handles.set(event.deliveryNumber, handle);
    return handle;
  }

  #newDelivery(event: DeliveryEvent, sender: number | null, recipientDomain: string | null, host: number, domain: number): number {
    const id = this.#deliveries.add(host, sender, domain || null);
    this.#deliveryTexts.put(id, [
      event.mta,
      event.queueId,
      event.messageId,
      event.authUser,
      this.#storedRecipient(event.recipient, recipientDomain),
      event.origRecipient,
      event.client,
      event.clientIp,
      event.helo,
      event.requeuedFrom,
    ]);
    this.#signposts.add(id, event.time, [event.queueId, event.messageId, event.sender, event.recipient, event.origRecipient]);
    return id;
  }

  /** What is written once for many deliveries. */
  flush(): void {
    this.#flushRows();
    this.#deliveryTexts.flush();
    this.#eventTexts.flush();
    this.#spans.flush();
    this.#ofDeliveries.flush();
    this.#totals.flush();
    this.#signposts.flush();
    this.#recoveries.flush();
  }

  /** Deliveries first: what is referred to must be there. */
  #flushRows(): void {
    this.#deliveries.flush();
    this.#rows.flush();
  }

  #senderId(sender: string | null): number | null {
    return sender === null ? null : this.#senders.idOf(sender, [sender, domainOf(sender)]);
  }

  #hostId(name: string): number {
    return this.#hosts.idOf(name);
  }

  #domainId(name: string): number {
    return this.#domains.idOf(name);
  }

  #routeId(receiver: Receiver): number {
    const { mx, provider } = receiver;
    // The provider follows from the MX; only without one it makes a difference.
    receiver.id ??= this.#routes.idOf(mx ?? `@${provider}`, [mx, provider]);
    return receiver.id;
  }

  #listingId(listing: Listing): number {
    const { list, subject, kind } = listing;
    return this.#listings.idOf(`${list}\n${subject}\n${kind}`, [list, subject, kind]);
  }

  #replyId(kind: ReplyKind): number {
    if (kind.id === null) {
      const { template, stage, code, enhanced, provider, cause, rule } = kind;
      const found = this.#findReply.get(template, stage, code, enhanced, provider) as { id: number } | undefined;
      kind.id = found?.id ?? Number(this.#insertReply.run(template, stage, code, enhanced, provider, cause, rule).lastInsertRowid);
    }
    return kind.id;
  }
}

function storedValues(values: readonly string[]): string | null {
  return values.length === 0 ? null : values.join(VALUE_SEPARATOR);
}
