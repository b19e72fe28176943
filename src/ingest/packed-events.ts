import type { DeliveryEvent } from '../delivery/event.js';
import type { Try } from '../delivery/open.js';

/**
 * Events on their way to another thread: their values one after the other. Copied as objects, the names of 25 fields go along
 * with each event; that took three times as long.
 */
export type PackedEvents = unknown[];

/** Values of an event without its tries, and of a try. */
const EVENT_VALUES = 20;
const TRY_VALUES = 6;

/** Adds an event. */
export function pack(packed: PackedEvents, event: DeliveryEvent): void {
  const { said, causedBy } = event;
  packed.push(event.time, event.host, event.mta, event.outcome, event.queueId, event.messageId, event.sender, event.authUser);
  packed.push(event.recipient, event.origRecipient, event.client, event.clientIp, event.helo, event.requeuedFrom);
  packed.push(event.tried, event.attempt, event.delaySeconds, event.nth, event.deliveryNumber, causedBy !== null);
  packTry(packed, said);
  if (causedBy !== null) packTry(packed, causedBy);
}

/** The events, in the order in which they were added. */
export function* unpack(packed: PackedEvents): Iterable<DeliveryEvent> {
  for (let at = 0; at < packed.length; ) {
    const hasCause = packed[at + EVENT_VALUES - 1] as boolean;
    const next = at + EVENT_VALUES;
    yield {
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
      said: unpackTry(packed, next),
      causedBy: hasCause ? unpackTry(packed, next + TRY_VALUES) : null,
    };
    at = next + (hasCause ? 2 : 1) * TRY_VALUES;
  }
}

function packTry(packed: PackedEvents, { time, mx, mxIp, transport, text, dsn }: Try): void {
  packed.push(time, mx, mxIp, transport, text, dsn);
}

function unpackTry(packed: PackedEvents, at: number): Try {
  return {
    time: packed[at] as number,
    mx: packed[at + 1] as string | null,
    mxIp: packed[at + 2] as string | null,
    transport: packed[at + 3] as string | null,
    text: packed[at + 4] as string,
    dsn: packed[at + 5] as string | null,
  };
}
