import type { OpenMessages } from '../delivery/open.js';
import { type PassingMessage, PassingMessages } from '../delivery/passing.js';
import { CLOSE_BRACKET, COLON, DASH, DOT, OPEN_BRACKET, PLUS, SPACE, UPPER_T } from '../log/ascii.js';
import { isDigit, isUpperCase } from '../log/ascii-classes.js';
import { newEnvelope } from '../log/envelope.js';
import { glanceAtExim } from '../log/exim/glance.js';
import { type Glanced, hashOf, NO_HASH, newGlance } from '../log/glance.js';
import type { LineSink } from '../log/lines.js';
import { glanceAtPostfix } from '../log/postfix/glance.js';
import { type Format, RecordReader } from '../log/read.js';
import type { Mta } from '../log/record.js';
import type { Timestamps } from '../log/timestamp.js';
import type { Window } from '../log/window.js';
import type { Collector } from './collector.js';
import type { LineReader } from './line-reader.js';
import type { HostState, LineState } from './line-state.js';
import { Origins } from './origins.js';

export interface QuickReaderOptions {
  /** Reads what a glance does not settle. */
  reader: LineReader;
  times: Timestamps;
  open: OpenMessages;
  collector: Collector;
  state: LineState;
  window: Window;
  format: Format;
}

/**
 * The hot path: a glance at each line tells those that are about mail that simply passes, and for these it is enough to remember
 * where they stand. All others go the whole way, through the `LineReader`, and so do the remembered lines of a message as
 * soon as one of these is about it. The result is the same as if every line had gone that way; for a line that a glance settles it takes a third of the time (0.5 µs).
 */
export class QuickReader implements LineSink {
  readonly #reader: LineReader;
  readonly #times: Timestamps;
  readonly #open: OpenMessages;
  readonly #collector: Collector;
  readonly #window: Window;
  readonly #passing: PassingMessages;
  readonly #origins: Origins;
  /** Exim's main log names no host. */
  readonly #ownHost: HostState;
  readonly #ownHostHash: number;
  readonly #readsExim: boolean;
  readonly #glance = newGlance();
  readonly #stamp = newEnvelope();

  constructor({ reader, times, open, collector, state, window, format }: QuickReaderOptions) {
    this.#reader = reader;
    this.#times = times;
    this.#open = open;
    this.#collector = collector;
    this.#window = window;
    this.#passing = new PassingMessages(window, (message) => this.#wake(message));
    open.passing = this.#passing;
    this.#origins = new Origins(window, new RecordReader(format), state);
    this.#ownHost = state.hostOf('');
    this.#ownHostHash = hashOf(this.#ownHost.name);
    this.#readsExim = format !== 'postfix';
  }

  line(bytes: Buffer, start: number, end: number): void {
    this.#reader.kinds.lines++;
    if (!this.#isSettled(bytes, start, end)) this.#reader.read(bytes.toString('latin1', start, end + 1));
  }

  /** Every line goes the whole way. */
  get readingAll(): LineSink {
    return {
      line: (bytes, start, end) => {
        this.#reader.kinds.lines++;
        this.#reader.read(bytes.toString('latin1', start, end + 1));
      },
    };
  }

  forget(start: number, end: number): void {
    this.#passing.wakeIn(start, end);
  }

  /** Leaves nothing unread: what is in the queue can be stored. */
  settle(): void {
    this.#passing.wakeAll();
  }

  /** Whether a glance was enough. */
  #isSettled(bytes: Buffer, start: number, end: number): boolean {
    if (end - start < 24) return false;
    const first = bytes[start] as number;
    if (isUpperCase(first)) {
      const isStamp = bytes[start + 3] === SPACE && bytes[start + 6] === SPACE && bytes[start + 9] === COLON && bytes[start + 12] === COLON;
      return isStamp && this.#isSyslogSettled(bytes, start, 15, end);
    }
    if (!isDigit(first) || bytes[start + 4] !== DASH || bytes[start + 7] !== DASH) return false;
    if (bytes[start + 10] === UPPER_T) return this.#isSyslogSettled(bytes, start, 19, end);
    return bytes[start + 10] === SPACE && this.#readsExim && this.#isEximSettled(bytes, start, end);
  }

  /** `stamp host program[pid]: text` */
  #isSyslogSettled(bytes: Buffer, start: number, length: 15 | 19, end: number): boolean {
    let stampEnd = start + length;
    while (bytes[stampEnd] !== SPACE && stampEnd < end) stampEnd++;
    const origin = this.#origins.at(start, stampEnd + 1, end);
    if (origin === null || origin.mta === 'exim') return false;
    if (origin.mta === null) {
      this.#reader.kinds.foreign++;
      origin.host.previous = null;
      return true;
    }
    let text = stampEnd + 1 + origin.length;
    if (bytes[text] === OPEN_BRACKET) {
      for (text++; isDigit(bytes[text] as number); ) text++;
      if (bytes[text++] !== CLOSE_BRACKET) return false;
    }
    if (bytes[text] !== COLON || bytes[text + 1] !== SPACE) return false;
    text += 2;
    // More spaces, or `[ID 197553 mail.info]`.
    if (text >= end || bytes[text] === SPACE || bytes[text] === OPEN_BRACKET) return false;
    const glanced = glanceAtPostfix(bytes, text, end, this.#glance);
    if (glanced === 'sent' && origin.isDiscard) return false;
    this.#stamp.dialect = length === 15 ? 'rfc3164' : 'iso';
    return this.#settle(glanced, origin.host, origin.hostHash, 'postfix', bytes, start, length, stampEnd, end);
  }

  /** `2026-11-24 07:55:14.311 +0000 [9172] text`: fraction, zone and pid are each optional. */
  #isEximSettled(bytes: Buffer, start: number, end: number): boolean {
    if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return false;
    let stampEnd = start + 19;
    if (bytes[stampEnd] === DOT) for (stampEnd++; isDigit(bytes[stampEnd] as number); ) stampEnd++;
    if (bytes[stampEnd] !== SPACE) return false;
    const sign = bytes[stampEnd + 1];
    if ((sign === PLUS || sign === DASH) && isDigit(bytes[stampEnd + 2] as number) && bytes[stampEnd + 6] === SPACE) stampEnd += 6;
    let text = stampEnd + 1;
    if (bytes[text] === OPEN_BRACKET && isDigit(bytes[text + 1] as number)) {
      for (text += 2; isDigit(bytes[text] as number); ) text++;
      if (bytes[text] !== CLOSE_BRACKET || bytes[text + 1] !== SPACE) return false;
      text += 2;
    }
    this.#stamp.dialect = 'exim';
    return this.#settle(glanceAtExim(bytes, text, end, this.#glance), this.#ownHost, this.#ownHostHash, 'exim', bytes, start, 19, stampEnd, end);
  }

  #settle(
    glanced: Glanced,
    host: HostState,
    hostHash: number,
    mta: Mta,
    bytes: Buffer,
    start: number,
    length: 15 | 19,
    stampEnd: number,
    end: number,
  ): boolean {
    if (glanced === 'read') return false;
    const { kinds } = this.#reader;
    if (glanced === 'other') {
      kinds.other++;
      host.previous = null;
      return true;
    }
    const glance = this.#glance;
    const key = glance.idHash ^ hostHash;
    const message = this.#passing.find(key, host.name, glance.id, glance.idEnd);
    if (!this.#isOrdinary(glanced, message, key)) return false;
    const time = this.#times.readAt(this.#window, start, length, stampEnd, this.#stamp);
    if (Number.isNaN(time)) return false;
    host.previous = null;
    if (glanced === 'sent' || glanced === 'done') {
      if (message === undefined) return false;
      message.seen = time;
      if (glanced === 'sent') {
        kinds.delivered++;
        this.#collector.deliveredAt(time, host.name, bytes, glance);
      } else {
        kinds.removed++;
        this.#passing.drop(message);
      }
      return true;
    }
    kinds.accepted++;
    const arriving = message ?? this.#passing.open(key, host.name, mta, glance.id, glance.idEnd);
    this.#passing.keep(arriving, start, end, time);
    if (glanced === 'queues') arriving.isQueued = true;
    else if (glance.messageIdHash !== NO_HASH) this.#passing.identify(arriving, glance.messageIdHash);
    return true;
  }

  /** Each line once, the first one first, and of no other message that is open; another order, a second time, is looked at. */
  #isOrdinary(glanced: Glanced, message: PassingMessage | undefined, key: number): boolean {
    switch (glanced) {
      case 'opens':
        return message === undefined && !this.#open.mayHave(key) && this.#isNewId();
      case 'names':
        return message !== undefined && message.messageIdHash === NO_HASH && this.#isNewId();
      case 'queues':
        return message !== undefined && !message.isQueued;
      default:
        return message !== undefined;
    }
  }

  /** Two open messages with one message id may be one, before and behind a content filter. */
  #isNewId(): boolean {
    const { messageIdHash } = this.#glance;
    return messageIdHash === NO_HASH || !(this.#passing.hasMessageId(messageIdHash) || this.#open.mayHaveMessageId(messageIdHash));
  }

  #wake(message: PassingMessage) {
    const { host, starts, ends, times, lines, id, idEnd, seen } = message;
    for (let i = 0; i < lines; i++)
      this.#reader.readLate(this.#window.bytes.toString('latin1', starts[i], (ends[i] as number) + 1), times[i] as number);
    const open = this.#open.get(host, this.#window.bytes.toString('latin1', id, idEnd));
    if (open !== undefined) open.seen = seen;
    return open;
  }
}
