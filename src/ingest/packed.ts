import { type DeliveryEvent, OUTCOMES, type Outcome } from '../delivery/event.js';
import type { Try } from '../delivery/open.js';
import type { Mta } from '../log/record.js';
import type { Tally } from './writer.js';

/**
 * Events as one flat list of plain values: sent to another thread that way they cost a third of what objects
 * do, whose property names are written and read again for each.
 */
export type Packed = (string | number | boolean | null)[];

const EVENT_FIELDS = 24;
const TALLY_FIELDS = 6;

export function packEvent(packed: Packed, event: DeliveryEvent): void {
  const { said, causedBy } = event;
  packed.push(
    event.time,
    event.host,
    event.mta,
    OUTCOMES.indexOf(event.outcome),
    event.queueId,
    event.messageId,
    event.sender,
    event.authUser,
    event.recipient,
    event.origRecipient,
    event.client,
    event.clientIp,
    event.helo,
    event.tried,
    event.attempt,
    event.delaySeconds,
    event.deliveryNumber,
    said.mx,
    said.mxIp,
    said.transport,
    said.text,
    said.dsn,
    said.time,
    // The cause of a deferral without an attempt is rare; it travels as one value.
    causedBy === null ? null : JSON.stringify(causedBy),
  );
}

export function* unpackEvents(packed: Packed): Iterable<DeliveryEvent> {
  for (let i = 0; i < packed.length; i += EVENT_FIELDS) {
    const text = (offset: number) => packed[i + offset] as string | null;
    yield {
      time: packed[i] as number,
      host: packed[i + 1] as string,
      mta: packed[i + 2] as Mta,
      outcome: OUTCOMES[packed[i + 3] as number] as Outcome,
      queueId: text(4),
      messageId: text(5),
      sender: text(6),
      authUser: text(7),
      recipient: text(8),
      origRecipient: text(9),
      client: text(10),
      clientIp: text(11),
      helo: text(12),
      tried: packed[i + 13] as boolean,
      attempt: packed[i + 14] as number,
      delaySeconds: packed[i + 15] as number | null,
      deliveryNumber: packed[i + 16] as number | null,
      said: { mx: text(17), mxIp: text(18), transport: text(19), text: packed[i + 20] as string, dsn: text(21), time: packed[i + 22] as number },
      causedBy: packed[i + 23] === null ? null : (JSON.parse(packed[i + 23] as string) as Try),
    };
  }
}

export function packTallies(tallies: readonly Tally[]): Packed {
  const packed: Packed = [];
  for (const { host, domain, mx, count, firstSeen, lastSeen } of tallies) packed.push(host, domain, mx, count, firstSeen, lastSeen);
  return packed;
}

export function unpackTallies(packed: Packed): Tally[] {
  const tallies: Tally[] = [];
  for (let i = 0; i < packed.length; i += TALLY_FIELDS) {
    tallies.push({
      host: packed[i] as string,
      domain: packed[i + 1] as string | null,
      mx: packed[i + 2] as string | null,
      count: packed[i + 3] as number,
      firstSeen: packed[i + 4] as number,
      lastSeen: packed[i + 5] as number,
    });
  }
  return tallies;
}
