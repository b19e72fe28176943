import type { MaskedReply } from '../bounce/masked.js';
import type { DeliveryEvent } from '../delivery/event.js';
import type { Try } from '../delivery/open.js';
import { detach } from '../log/encoding.js';

/**
 * Events on their way to another thread: their values one after the other. Copied as objects, the names of 25 fields go along
 * with each event; that took three times as long.
 */
export type PackedEvents = unknown[];

/** What the tries of an event said, masked: in place of their texts, where that was done on the way. */
export interface MaskedTries {
  said: MaskedReply | null;
  causedBy: MaskedReply | null;
}
export const NOT_MASKED: MaskedTries = { said: null, causedBy: null };

/** Values of an event without its tries, of a try, and what a masked one has more. */
const EVENT_VALUES = 20;
const TRY_VALUES = 6;
const MASKED_VALUES = 5;
/** Between values; a reply is one line. */
const SEPARATOR = '\n';

/** Adds an event. @param templates of the same thread, always */
export function pack(packed: PackedEvents, event: DeliveryEvent, masked: MaskedTries, templates: SentTemplates): void {
  const { said, causedBy } = event;
  packed.push(event.time, event.host, event.mta, event.outcome, event.queueId, event.messageId, event.sender, event.authUser);
  packed.push(event.recipient, event.origRecipient, event.client, event.clientIp, event.helo, event.requeuedFrom);
  packed.push(event.tried, event.attempt, event.delaySeconds, event.nth, event.deliveryNumber, causedBy !== null);
  packTry(packed, said, masked.said, templates);
  if (causedBy !== null) packTry(packed, causedBy, masked.causedBy, templates);
}

/** The events, in the order in which they were added. @param templates of the same thread, always */
export function* unpack(packed: PackedEvents, templates: ReceivedTemplates): Iterable<{ event: DeliveryEvent; masked: MaskedTries }> {
  for (let at = 0; at < packed.length; ) {
    const hasCause = packed[at + EVENT_VALUES - 1] as boolean;
    const said = unpackTry(packed, at + EVENT_VALUES, templates);
    const causedBy = hasCause ? unpackTry(packed, said.end, templates) : null;
    const event: DeliveryEvent = {
      time: packed[at] as number,
      host: packed[at + 1] as string,
      mta: packed[at + 2] as DeliveryEvent['mta'],
      outcome: packed[at + 3] as DeliveryEvent['outcome'],
      queueId: packed[at + 4] as string | null,
      messageId: packed[at + 5] as string | null,
      sender: packed[at + 6] as string | null,
      authUser: packed[at + 7] as string | null,
      recipient: packed[at + 8] as string | null,
      origRecipient: packed[at + 9] as string | null,
      client: packed[at + 10] as string | null,
      clientIp: packed[at + 11] as string | null,
      helo: packed[at + 12] as string | null,
      requeuedFrom: packed[at + 13] as string | null,
      tried: packed[at + 14] as boolean,
      attempt: packed[at + 15] as number,
      delaySeconds: packed[at + 16] as number | null,
      nth: packed[at + 17] as number,
      deliveryNumber: packed[at + 18] as number | null,
      said: said.one,
      causedBy: causedBy === null ? null : causedBy.one,
    };
    yield { event, masked: { said: said.masked, causedBy: causedBy === null ? null : causedBy.masked } };
    at = (causedBy ?? said).end;
  }
}

function packTry(packed: PackedEvents, { time, mx, mxIp, transport, text, dsn }: Try, masked: MaskedReply | null, templates: SentTemplates): void {
  packed.push(time, mx, mxIp, transport, masked === null ? text : null, dsn);
  if (masked === null) return;
  const { template, values, stage, code, enhanced } = masked;
  packed.push(templates.numberOf(template), values.length === 0 ? null : values.join(SEPARATOR), stage, code, enhanced);
}

/** A try with what was made of its text; then the text itself is empty. */
function unpackTry(packed: PackedEvents, at: number, templates: ReceivedTemplates): { one: Try; masked: MaskedReply | null; end: number } {
  const text = packed[at + 4] as string | null;
  const one = {
    time: packed[at] as number,
    mx: packed[at + 1] as string | null,
    mxIp: packed[at + 2] as string | null,
    transport: packed[at + 3] as string | null,
    text: text ?? '',
    dsn: packed[at + 5] as string | null,
  };
  const end = at + TRY_VALUES;
  if (text !== null) return { one, masked: null, end };
  const values = packed[end + 1] as string | null;
  const masked: MaskedReply = {
    template: templates.of(packed[end] as number | string),
    values: values === null ? [] : values.split(SEPARATOR),
    stage: packed[end + 2] as MaskedReply['stage'],
    code: packed[end + 3] as number | null,
    enhanced: packed[end + 4] as string | null,
  };
  return { one, masked, end: end + MASKED_VALUES };
}

/** Templates that get a number; strangers may write as many as they like. */
const MAX_NUMBERED = 20_000;

/** Numbers for templates, so that each goes to the other thread once. */
export class SentTemplates {
  readonly #numbers = new Map<string, number>();

  /** Its number, or (the first time) the template itself. */
  numberOf(template: string): number | string {
    const number = this.#numbers.get(template);
    if (number === undefined && this.#numbers.size < MAX_NUMBERED) this.#numbers.set(detach(template), this.#numbers.size);
    return number ?? template;
  }
}

/** The same templates, at the other end. */
export class ReceivedTemplates {
  readonly #templates: string[] = [];

  of(sent: number | string): string {
    if (typeof sent === 'number') return this.#templates[sent] as string;
    if (this.#templates.length < MAX_NUMBERED) this.#templates.push(sent);
    return sent;
  }
}
