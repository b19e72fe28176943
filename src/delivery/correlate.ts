import { detach } from '../log/encoding.js';
import type { Accepted, Attempt, Done, Expired, HostError, LogRecord, Mta, Rejected, Sent } from '../log/record.js';
import type { DeliveryEvent, DeliverySink, Outcome } from './event.js';
import type { OpenDelivery, OpenMessage, OpenMessages, Try } from './open.js';
import { identify, inherit, isRequeued } from './requeue.js';

/**
 * Joins the records of one message by queue id and follows each delivery to its end: sender, message id
 * and user come from other lines than the result, and an expiry or a recovery only makes sense with the
 * deferrals before it. Pure: its state is the `OpenMessages` it is given.
 */
export class Correlator {
  readonly #open: OpenMessages;
  readonly #sink: DeliverySink;
  #lastNumber = 0;

  constructor(open: OpenMessages, sink: DeliverySink) {
    this.#open = open;
    this.#sink = sink;
  }

  /**
   * Takes one record; `time` in UTC ms. Records of one host come in the order of its log.
   * @param nth which of several like lines of one source this is, from 1 (see `DeliveryEvent.nth`)
   */
  apply(record: LogRecord, time: number, host: string, mta: Mta, nth = 1): void {
    switch (record.kind) {
      case 'accepted':
        this.#accepted(record, time, host, mta);
        break;
      case 'sent':
        this.#sent(record, time, host, mta);
        break;
      case 'attempt':
        this.#attempt(record, time, host, mta);
        break;
      case 'expired':
        this.#expired(record, time, host, mta);
        break;
      case 'done':
        this.#done(record, time, host);
        break;
      case 'rejected':
        this.#sink.event(rejection(record, time, host, mta, nth));
        break;
      case 'host-error':
        this.#hostError(record, time, host, mta);
        break;
    }
  }

  #done({ queueId, by }: Done, time: number, host: string): void {
    const message = this.#open.get(host, queueId);
    if (message !== undefined) this.#open.close(message, { how: by === null ? 'completed' : 'removed', by, time });
  }

  #accepted(record: Accepted, time: number, host: string, mta: Mta): void {
    let message = this.#open.get(host, record.queueId);
    if (message !== undefined && isAnotherMessage(message, record)) {
      this.#open.close(message, { how: 'replaced', by: null, time });
      message = undefined;
    }
    if (message === undefined) message = this.#begin(record.queueId, time, host, mta);
    // The queue manager names a message at every retry; only these lines are written when it arrives.
    if (message.arrived === 0 && (record.opens || record.messageId !== null)) message.arrived = time;
    if (record.sender !== null) message.sender = record.sender;
    if (record.authUser !== null) message.authUser = record.authUser;
    if (record.client !== null || record.clientIp !== null) {
      message.client = record.client;
      message.clientIp = record.clientIp;
    }
    if (record.requeuedFrom !== null) inherit(message, this.#open.get(host, record.requeuedFrom) ?? null, record.requeuedFrom);
    if (record.messageId !== null && record.messageId !== message.messageId) identify(this.#open, message, record.messageId);
    touch(message, time);
  }

  #sent(record: Sent, time: number, host: string, mta: Mta): void {
    const { recipient, mx } = record;
    const message = this.#open.get(host, record.queueId) ?? this.#begin(record.queueId, time, host, mta);
    if (record.to === 'world' && !isRequeued(this.#open, message, record.reply)) this.#sink.delivered({ time, host, recipient, mx });
    // Nearly every message is delivered at the first try; only a deferred one has anything to look up.
    if (message.deliveries !== null) {
      const key = deliveryKey(recipient);
      const delivery = message.deliveries.get(key);
      if (delivery !== undefined && record.to === 'discarded') this.#open.endDelivery(message, key, { how: 'discarded', by: null, time });
      else if (delivery !== undefined) {
        this.#emit('recovered', message, delivery, delivery.first, null, true, delivery.tries + 1, time, null, delivery);
        this.#end(message, key);
      }
    }
    touch(message, time);
  }

  #attempt(record: Attempt, time: number, host: string, mta: Mta): void {
    const message = this.#open.get(host, record.queueId) ?? this.#begin(record.queueId, time, host, mta);
    if (record.sender !== null) message.sender = record.sender;
    const key = deliveryKey(record.recipient);
    const delivery = message.deliveries?.get(key) ?? null;
    if (record.result === 'expired' && !record.tried) {
      this.#retryTimeout(record, message, key, time);
      return;
    }
    const said = this.#tryOf(record, message, time);
    const tries = (delivery?.tries ?? 0) + (record.tried ? 1 : 0);
    if (record.result !== 'deferred') {
      this.#emit(record.result, message, record, said, null, record.tried, tries, time, record.delay, delivery);
      this.#end(message, key);
      touch(message, time);
      return;
    }
    const open = this.#defer(message, key, record, said, tries, delivery);
    const causedBy = record.tried || open.last === said ? null : open.last;
    this.#emit('deferred', message, record, said, causedBy, record.tried, tries, time, record.delay, open);
    touch(message, time);
  }

  /** Exim: `** address: retry timeout exceeded`; the address may be the parent of what was deferred. */
  #retryTimeout(record: Attempt, message: OpenMessage, key: string, time: number): void {
    const ended: [string, OpenDelivery][] = [];
    for (const [otherKey, other] of message.deliveries ?? []) {
      if (otherKey === key || other.origRecipient?.toLowerCase() === record.recipient.toLowerCase()) ended.push([otherKey, other]);
    }
    if (ended.length === 0) {
      this.#emit('expired', message, record, this.#tryOf(record, message, time), null, false, 0, time, record.delay, null);
    }
    for (const [otherKey, other] of ended) {
      this.#emit('expired', message, other, other.last, null, false, other.tries, time, record.delay, other);
      this.#end(message, otherKey);
    }
    touch(message, time);
  }

  #expired(record: Expired, time: number, host: string, mta: Mta): void {
    const message = this.#open.get(host, record.queueId) ?? this.#begin(record.queueId, time, host, mta);
    if (record.sender !== null) message.sender = record.sender;
    for (const delivery of message.deliveries?.values() ?? []) {
      this.#emit('expired', message, delivery, delivery.last, null, false, delivery.tries, time, null, delivery);
    }
    if (message.deliveries === null && record.always) {
      const said = { time, mx: null, mxIp: null, transport: null, text: record.text, dsn: null };
      this.#emit('expired', message, { recipient: null, origRecipient: null }, said, null, false, 0, time, null, null);
    }
    message.deliveries = null;
    touch(message, time);
  }

  #hostError(record: HostError, time: number, host: string, mta: Mta): void {
    const message = this.#open.get(host, record.queueId) ?? this.#begin(record.queueId, time, host, mta);
    message.failedHost = { mx: record.mx, mxIp: record.mxIp };
    touch(message, time);
  }

  #begin(queueId: string, time: number, host: string, mta: Mta): OpenMessage {
    const message: OpenMessage = {
      host,
      mta,
      queueId: detach(queueId),
      sender: null,
      messageId: null,
      authUser: null,
      client: null,
      clientIp: null,
      requeuedFrom: null,
      sameMessage: null,
      arrived: 0,
      seen: time,
      deliveries: null,
      failedHost: null,
      stored: false,
      known: false,
    };
    this.#open.put(message);
    return message;
  }

  #defer(message: OpenMessage, key: string, record: Attempt, said: Try, tries: number, delivery: OpenDelivery | null): OpenDelivery {
    if (delivery !== null) {
      delivery.tries = tries;
      if (record.tried) delivery.last = said;
      return delivery;
    }
    const { recipient, origRecipient } = record;
    const opened: OpenDelivery = { recipient, origRecipient, tries, first: said, last: said, number: --this.#lastNumber };
    message.deliveries ??= new Map();
    message.deliveries.set(key, opened);
    return opened;
  }

  #end(message: OpenMessage, key: string): void {
    if (message.deliveries?.delete(key) === true && message.deliveries.size === 0) message.deliveries = null;
  }

  /** What the record says, with the host from the line before where the record names none. */
  #tryOf(record: Attempt, message: OpenMessage, time: number): Try {
    const failed = record.mx === null && record.tried ? message.failedHost : null;
    message.failedHost = null;
    return {
      time,
      mx: record.mx ?? failed?.mx ?? null,
      mxIp: record.mxIp ?? failed?.mxIp ?? null,
      transport: record.transport,
      text: record.text,
      dsn: record.dsn,
    };
  }

  #emit(
    outcome: Outcome,
    message: OpenMessage,
    to: { recipient: string | null; origRecipient: string | null },
    said: Try,
    causedBy: Try | null,
    tried: boolean,
    attempt: number,
    time: number,
    delay: number | null,
    delivery: OpenDelivery | null,
  ): void {
    this.#sink.event({
      time,
      host: message.host,
      mta: message.mta,
      outcome,
      queueId: message.queueId,
      messageId: message.messageId,
      sender: message.sender,
      authUser: message.authUser,
      recipient: to.recipient,
      origRecipient: to.origRecipient,
      client: message.client,
      clientIp: message.clientIp,
      helo: null,
      requeuedFrom: message.requeuedFrom,
      said,
      causedBy,
      tried,
      attempt,
      delaySeconds: delay ?? (message.arrived === 0 ? null : Math.max(0, (time - message.arrived) / 1000)),
      nth: 1,
      deliveryNumber: delivery?.number ?? null,
    });
  }
}

/**
 * Queue ids are used again after a message is gone, and a log may lack the line that said so: another
 * sender or message id under the same queue id is another message.
 */
function isAnotherMessage(message: OpenMessage, record: Accepted): boolean {
  if (record.opens) return message.sender !== null || message.messageId !== null || message.deliveries !== null;
  return (
    (record.messageId !== null && message.messageId !== null && message.messageId !== record.messageId) ||
    (record.sender !== null && message.sender !== null && message.sender !== record.sender)
  );
}

/** The domain's case never matters, and Exim itself varies the local part's between lines of one delivery. */
function deliveryKey(recipient: string): string {
  return recipient.toLowerCase();
}

function touch(message: OpenMessage, time: number): void {
  message.seen = time;
  message.stored = false;
}

function rejection(record: Rejected, time: number, host: string, mta: Mta, nth: number): DeliveryEvent {
  const { queueId, sender, recipient, client, clientIp, helo, text } = record;
  return {
    time,
    host,
    mta,
    outcome: 'rejected',
    queueId,
    messageId: null,
    sender,
    authUser: null,
    recipient,
    origRecipient: null,
    client,
    clientIp,
    helo,
    requeuedFrom: null,
    said: { time, mx: null, mxIp: null, transport: null, text, dsn: null },
    causedBy: null,
    tried: false,
    attempt: 0,
    delaySeconds: null,
    nth,
    deliveryNumber: null,
  };
}
