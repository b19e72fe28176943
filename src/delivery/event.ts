import type { Mta } from '../log/record.js';
import type { Try } from './open.js';

/** What became of a delivery (product words: see README, "Words"). */
export const OUTCOMES = ['deferred', 'bounced', 'expired', 'recovered', 'rejected'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type Hardness = 'hard' | 'soft' | null;

/** hard = bounced or expired, soft = deferred; recovered and rejected deliveries are neither. */
export function hardnessOf(outcome: Outcome): Hardness {
  if (outcome === 'bounced' || outcome === 'expired') return 'hard';
  return outcome === 'deferred' ? 'soft' : null;
}

/** One thing that happened to a delivery, joined with what is known of its message. */
export interface DeliveryEvent {
  time: number;
  host: string;
  mta: Mta;
  outcome: Outcome;
  queueId: string | null;
  messageId: string | null;
  sender: string | null;
  authUser: string | null;
  /** `null` when the log does not name it (a refusal before RCPT, an expiry whose deferrals were not seen). */
  recipient: string | null;
  origRecipient: string | null;
  /** Who handed the message to us (or tried to); `null` = not known, or local. */
  client: string | null;
  clientIp: string | null;
  /** How the client called itself; refusals of our own server only. */
  helo: string | null;
  /** The queue id of this message before our own content filter. */
  requeuedFrom: string | null;
  /** What was said at this event: its own words, or those of the try that decided it (expired, recovered). */
  said: Try;
  /** The try whose reply gives the cause, where that is not `said` (a deferral without an attempt). */
  causedBy: Try | null;
  /** A try was really made now. */
  tried: boolean;
  /** Tries made so far for this delivery. */
  attempt: number;
  /** Seconds since the message arrived, `null` = unknown. */
  delaySeconds: number | null;
  /** How many times this very line had been met in its source, this one included (see log/read-rejections): tells main and reject log from repeats. */
  nth: number;
  /** The open delivery this belongs to (see `OpenDelivery`), `null` where it began and ended with this event. */
  deliveryNumber: number | null;
}

/** A delivery to the world that went well: counted, not kept. */
export interface Delivered {
  time: number;
  host: string;
  recipient: string;
  mx: string | null;
}

/** Receives what the correlator finds, in the order of the log. */
export interface DeliverySink {
  event(event: DeliveryEvent): void;
  delivered(delivered: Delivered): void;
}
