import { hashOf } from '../log/glance.js';
import type { Mta } from '../log/record.js';
import { keyOf, type PassingMessages } from './passing.js';

/** What one try (or decision not to try) said; kept for a delivery's first and last deferral. */
export interface Try {
  time: number;
  mx: string | null;
  mxIp: string | null;
  transport: string | null;
  text: string;
  dsn: string | null;
}

/** One recipient of one queued message that has been deferred and not yet ended. */
export interface OpenDelivery {
  recipient: string;
  origRecipient: string | null;
  /** Tries really made so far. */
  tries: number;
  /** The first deferral; it names the cause of a recovery. */
  first: Try;
  /** The last real try (or the first deferral, as long as there was none); it names the cause of an expiry. */
  last: Try;
  /** Names the delivery to the store: negative for one that began in this run, else the store's own number. */
  number: number;
}

/** A message that is in the queue, as far as the log has told. */
export interface OpenMessage {
  host: string;
  mta: Mta;
  queueId: string;
  sender: string | null;
  messageId: string | null;
  authUser: string | null;
  /** Who handed it to us; `null` for local submission, or not known. */
  client: string | null;
  clientIp: string | null;
  /** The queue id that it had on this host before a content filter gave it back. */
  requeuedFrom: string | null;
  /** Queue ids of messages that came with the same message id while this one was open: one of them may be what became of it. */
  sameMessage: string[] | null;
  /** When it arrived, UTC ms; 0 when the log does not tell. */
  arrived: number;
  /** When the log last named it; UTC ms. */
  seen: number;
  /** By delivery key (see correlate.ts); `null` as long as nothing was deferred, which is the rule. */
  deliveries: Map<string, OpenDelivery> | null;
  /** A host that failed without a reply, named on the line before the deferral (Exim). */
  failedHost: { mx: string; mxIp: string | null } | null;
  /** Stands in the store as it is now. */
  stored: boolean;
  /** Stands in the store at all, perhaps older. */
  known: boolean;
}

/** Bounds on what is remembered between lines; beyond them the oldest are dropped and counted. */
export interface OpenLimits {
  /** Messages, and as many deferred deliveries. */
  maxMessages: number;
  /** Milliseconds since the log last named the message. */
  maxAge: number;
}

/** Postfix and Exim give up after 4-5 days by default; two weeks cover patient configurations. */
export const DEFAULT_LIMITS: OpenLimits = { maxMessages: 200_000, maxAge: 14 * 86_400_000 };

/** A message that is no longer open, and what became of the deliveries that were. */
export interface ClosedMessage {
  message: OpenMessage;
  end: OpenEnd | null;
}

/**
 * How a delivery ended without a result: `removed` by an administrator, `discarded`, `completed` (the MTA is done with the
 * message, and the log lacks the line that says how), `replaced` (another message has its queue id), `forgotten` (limits).
 */
export interface OpenEnd {
  how: 'removed' | 'discarded' | 'completed' | 'replaced' | 'forgotten';
  /** Who did it, where the log says so. */
  by: string | null;
  time: number;
}

/** A delivery, by its number, that ended without a result while its message stays open. */
export interface EndedDelivery {
  number: number;
  end: OpenEnd;
}

/** What the store has to do so that it holds exactly what is open. */
export interface OpenChanges {
  changed: OpenMessage[];
  closed: ClosedMessage[];
  ended: EndedDelivery[];
}

/** The open messages of all hosts, by host and queue id; remembers which changed since the last commit. */
export class OpenMessages {
  readonly #hosts = new Map<string, HostMessages>();
  readonly #keys = new CountedSet();
  readonly #messageIds = new CountedSet();
  /** Messages of the source being read that are not here yet; they come when they are asked for. */
  passing: PassingMessages | null = null;
  #closed: ClosedMessage[] = [];
  #ended: EndedDelivery[] = [];
  #dropped = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Messages dropped by the limits, in this run. */
  get dropped(): number {
    return this.#dropped;
  }

  get(host: string, queueId: string): OpenMessage | undefined {
    return this.#hosts.get(host)?.byQueueId.get(queueId) ?? this.passing?.wakeByQueueId(host, queueId);
  }

  /** Whether a message with this key (see `keyOf`) may be here; `false` is certain. */
  mayHave(key: number): boolean {
    return this.#keys.has(key);
  }

  /** Whether a message may be here whose message id has this hash; `false` is certain. */
  mayHaveMessageId(hash: number): boolean {
    return this.#messageIds.has(hash);
  }

  put(message: OpenMessage): void {
    let messages = this.#hosts.get(message.host);
    if (messages === undefined) {
      messages = { byQueueId: new Map(), byMessageId: new Map() };
      this.#hosts.set(message.host, messages);
    }
    messages.byQueueId.set(message.queueId, message);
    this.#keys.add(keyOf(message.host, message.queueId));
    if (message.messageId !== null) {
      messages.byMessageId.set(message.messageId, message);
      this.#messageIds.add(hashOf(message.messageId));
    }
    this.#size++;
  }

  /** Sets the message id. @returns the open message of this host that has the same, if there is one */
  identify(message: OpenMessage, messageId: string): OpenMessage | null {
    this.passing?.wakeByMessageId(messageId);
    message.messageId = messageId;
    this.#messageIds.add(hashOf(messageId));
    const messages = this.#hosts.get(message.host)?.byMessageId;
    const same = messages?.get(messageId);
    messages?.set(messageId, message);
    return same === undefined || same === message ? null : same;
  }

  /** @param end what became of deliveries that are still open */
  close(message: OpenMessage, end: OpenEnd | null): void {
    const messages = this.#hosts.get(message.host);
    if (messages?.byQueueId.delete(message.queueId) !== true) return;
    this.#size--;
    this.#keys.delete(keyOf(message.host, message.queueId));
    if (message.messageId !== null) {
      this.#messageIds.delete(hashOf(message.messageId));
      if (messages.byMessageId.get(message.messageId) === message) messages.byMessageId.delete(message.messageId);
    }
    if (message.known || message.deliveries !== null) this.#closed.push({ message, end });
  }

  /** A delivery ended without a result. */
  endDelivery(message: OpenMessage, key: string, end: OpenEnd): void {
    const delivery = message.deliveries?.get(key);
    if (delivery === undefined || message.deliveries === null) return;
    message.deliveries.delete(key);
    if (message.deliveries.size === 0) message.deliveries = null;
    this.#ended.push({ number: delivery.number, end });
  }

  /** What has to be written and deleted so that the store holds exactly what is open now; taken for written. */
  takeChanges(): OpenChanges {
    const changed: OpenMessage[] = [];
    for (const message of this.#all()) {
      if (message.stored) continue;
      message.stored = true;
      message.known = true;
      changed.push(message);
    }
    const closed = this.#closed;
    this.#closed = [];
    const ended = this.#ended;
    this.#ended = [];
    return { changed, closed, ended };
  }

  /** Drops what the limits do not allow; `now` is the time of the log, not of the clock. */
  enforce(limits: OpenLimits, now: number): void {
    const oldest = now - limits.maxAge;
    let deliveries = 0;
    for (const message of this.#all()) {
      if (message.seen < oldest) this.#forget(message, now);
      else deliveries += message.deliveries?.size ?? 0;
    }
    if (this.#size <= limits.maxMessages && deliveries <= limits.maxMessages) return;
    for (const message of [...this.#all()].sort((a, b) => a.seen - b.seen)) {
      if (this.#size <= limits.maxMessages && deliveries <= limits.maxMessages) return;
      deliveries -= message.deliveries?.size ?? 0;
      this.#forget(message, now);
    }
  }

  #forget(message: OpenMessage, time: number): void {
    this.close(message, { how: 'forgotten', by: null, time });
    this.#dropped++;
  }

  *#all(): Iterable<OpenMessage> {
    for (const { byQueueId } of this.#hosts.values()) yield* byQueueId.values();
  }
}

interface HostMessages {
  byQueueId: Map<string, OpenMessage>;
  /** What a content filter gives back is recognised by its message id. */
  byMessageId: Map<string, OpenMessage>;
}

/** Numbers, each as often as it was added. */
class CountedSet {
  readonly #counts = new Map<number, number>();

  has(number: number): boolean {
    return this.#counts.has(number);
  }

  add(number: number): void {
    this.#counts.set(number, (this.#counts.get(number) ?? 0) + 1);
  }

  delete(number: number): void {
    const count = this.#counts.get(number) ?? 0;
    if (count > 1) this.#counts.set(number, count - 1);
    else this.#counts.delete(number);
  }
}
