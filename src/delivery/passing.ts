import { areSame, type Bytes } from '../log/bytes.js';
import { hashOf, NO_HASH } from '../log/glance.js';
import type { Mta } from '../log/record.js';
import { KeyTable } from './key-table.js';
import type { OpenMessage } from './open.js';

/**
 * Messages that have only arrived, as far as the log has told: nothing of theirs has failed. Their lines are not read yet, only kept
 * by their places. Nine in ten are delivered and gone before anybody has to know who sent them; the others are woken: their
 * lines are read now, in order, as if they came now.
 */
export interface PassingMessage {
  key: number;
  host: string;
  mta: Mta;
  /** Its lines: where each starts and ends, and its time, UTC ms. */
  lines: number;
  readonly starts: [number, number, number];
  readonly ends: [number, number, number];
  readonly times: [number, number, number];
  /** Where the queue id stands in the first line. */
  id: number;
  idEnd: number;
  messageIdHash: number;
  isQueued: boolean;
  /** When the log last named it, UTC ms. */
  seen: number;
}

/** Reads the lines of a message and gives the open message that they make. */
export type Wake = (message: PassingMessage) => OpenMessage | undefined;

/** The passing messages of one source, by host and queue id. */
export class PassingMessages {
  readonly #bytes: Bytes;
  readonly #wake: Wake;
  readonly #byKey = new KeyTable<PassingMessage>();
  readonly #byMessageId = new Map<number, PassingMessage>();
  /** Used again: a new object for each message would be half of all garbage. */
  readonly #free: PassingMessage[] = [];

  constructor(bytes: Bytes, wake: Wake) {
    this.#bytes = bytes;
    this.#wake = wake;
  }

  /** The message with this queue id, `undefined` when there is none; another one that looks alike is woken and out of the way. */
  find(key: number, host: string, id: number, idEnd: number): PassingMessage | undefined {
    const message = this.#byKey.get(key);
    if (message === undefined || (message.host === host && this.#isId(message, id, idEnd))) return message;
    this.wake(message);
    return undefined;
  }

  open(key: number, host: string, mta: Mta, id: number, idEnd: number): PassingMessage {
    const message = this.#free.pop() ?? newMessage();
    message.key = key;
    message.host = host;
    message.mta = mta;
    message.id = id;
    message.idEnd = idEnd;
    message.messageIdHash = NO_HASH;
    message.isQueued = false;
    message.lines = 0;
    this.#byKey.add(message);
    return message;
  }

  /** One more line of a message; three at most. */
  keep(message: PassingMessage, start: number, end: number, time: number): void {
    message.starts[message.lines] = start;
    message.ends[message.lines] = end;
    message.times[message.lines] = time;
    message.lines++;
    message.seen = time;
  }

  /** Whether a message may have a message id with this hash; `false` is certain. */
  hasMessageId(messageIdHash: number): boolean {
    return this.#byMessageId.has(messageIdHash);
  }

  /** The message's id has this hash, and no other's has. */
  identify(message: PassingMessage, messageIdHash: number): void {
    message.messageIdHash = messageIdHash;
    this.#byMessageId.set(messageIdHash, message);
  }

  /** It has left the queue, and nothing went wrong. */
  drop(message: PassingMessage): void {
    this.#byKey.delete(message.key);
    if (message.messageIdHash !== NO_HASH) this.#byMessageId.delete(message.messageIdHash);
    this.#free.push(message);
  }

  wake(message: PassingMessage): OpenMessage | undefined {
    this.#byKey.delete(message.key);
    if (message.messageIdHash !== NO_HASH) this.#byMessageId.delete(message.messageIdHash);
    const open = this.#wake(message);
    this.#free.push(message);
    return open;
  }

  /** Wakes the message with this queue id, if it is one of these. */
  wakeByQueueId(host: string, queueId: string): OpenMessage | undefined {
    const message = this.#byKey.get(keyOf(host, queueId));
    if (message === undefined || message.host !== host || this.#bytes.bytes.toString('latin1', message.id, message.idEnd) !== queueId)
      return undefined;
    return this.wake(message);
  }

  /** Wakes whatever may have this message id. */
  wakeByMessageId(messageId: string): void {
    const message = this.#byMessageId.get(hashOf(messageId));
    if (message !== undefined) this.wake(message);
  }

  /** Wakes all: what is not over has to be stored. */
  wakeAll(): void {
    this.wakeIn(0, this.#bytes.bytes.length);
  }

  /** Wakes those that begin in this range, which other lines are about to take; the oldest first. */
  wakeIn(start: number, end: number): void {
    const messages = this.#byKey.all().filter(({ starts }) => starts[0] >= start && starts[0] < end);
    messages.sort((a, b) => a.times[0] - b.times[0] || a.starts[0] - b.starts[0]);
    for (const message of messages) if (this.#byKey.get(message.key) === message) this.wake(message);
  }

  #isId(message: PassingMessage, id: number, idEnd: number): boolean {
    return message.idEnd - message.id === idEnd - id && areSame(this.#bytes, id, this.#bytes, message.id, idEnd - id);
  }
}

/** What a message is found by: of the hash of its queue id, and its host's. */
export function keyOf(host: string, queueId: string): number {
  return hashOf(queueId) ^ hashOf(host);
}

function newMessage(): PassingMessage {
  return {
    key: 0,
    host: '',
    mta: 'postfix',
    lines: 0,
    starts: [0, 0, 0],
    ends: [0, 0, 0],
    times: [0.5, 0.5, 0.5],
    id: 0,
    idEnd: 0,
    messageIdHash: NO_HASH,
    isQueued: false,
    seen: 0.5,
  };
}
