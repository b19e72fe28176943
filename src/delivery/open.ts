import type { Mta } from '../log/record.js';

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
  /** When the log first named it; UTC ms. */
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
  /** Messages. */
  maxMessages: number;
  /** Milliseconds since the log last named the message. */
  maxAge: number;
}

/** Postfix and Exim give up after 4-5 days by default; two weeks cover patient configurations. */
export const DEFAULT_LIMITS: OpenLimits = { maxMessages: 200_000, maxAge: 14 * 86_400_000 };

/** The open messages of all hosts, by host and queue id; remembers which changed since the last commit. */
export class OpenMessages {
  readonly #hosts = new Map<string, Map<string, OpenMessage>>();
  #closed: OpenMessage[] = [];
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
    return this.#hosts.get(host)?.get(queueId);
  }

  put(message: OpenMessage): void {
    let messages = this.#hosts.get(message.host);
    if (messages === undefined) {
      messages = new Map();
      this.#hosts.set(message.host, messages);
    }
    messages.set(message.queueId, message);
    this.#size++;
  }

  close(message: OpenMessage): void {
    if (this.#hosts.get(message.host)?.delete(message.queueId) !== true) return;
    this.#size--;
    if (message.known || message.deliveries !== null) this.#closed.push(message);
  }

  /** What has to be written and deleted so that the store holds exactly what is open now; taken for written. */
  takeChanges(): { changed: OpenMessage[]; closed: OpenMessage[] } {
    const changed: OpenMessage[] = [];
    for (const messages of this.#hosts.values()) {
      for (const message of messages.values()) {
        if (message.stored) continue;
        message.stored = true;
        message.known = true;
        changed.push(message);
      }
    }
    const closed = this.#closed;
    this.#closed = [];
    return { changed, closed };
  }

  /** Drops what the limits do not allow; `now` is the time of the log, not of the clock. */
  enforce(limits: OpenLimits, now: number): void {
    const oldest = now - limits.maxAge;
    let surplus = this.#size - limits.maxMessages;
    for (const messages of this.#hosts.values()) {
      for (const message of messages.values()) {
        if (message.seen >= oldest && surplus <= 0) continue;
        this.close(message);
        this.#dropped++;
        surplus--;
      }
    }
  }
}
