import type { EventRow } from './question.js';
import type { Range } from './range.js';

export interface TraceQuestion {
  /** A queue id, a message id, or the address of a sender or recipient; case does not matter in an address. */
  what: string;
  range: Range;
  /** Messages, the latest ones; 0 = all. */
  limit: number;
}

/** What became of a delivery: its outcome, or how it ended without one. */
export type DeliveryState =
  | 'delivered'
  | 'bounced'
  | 'expired'
  | 'rejected'
  /** In the queue, to be tried again. */
  | 'waiting'
  | 'removed'
  | 'discarded'
  /** The MTA is done with it, and the log does not say how. */
  | 'completed'
  | 'replaced'
  | 'forgotten';

/** One recipient's way, from its first failure on. */
export interface TracedDelivery {
  recipient: string | null;
  origRecipient: string | null;
  state: DeliveryState;
  /** UTC ms of its end, `null` while it waits. */
  ended: number | null;
  /** Who took it out of the queue, where the log says so. */
  endedBy: string | null;
  /** What the sender probably meant, where the address looks mistyped. */
  suggestion: string | null;
  /** Oldest first, at least one. */
  events: EventRow[];
}

/** One message on one host, as far as it has deliveries that failed. */
export interface TracedMessage {
  host: string;
  mta: string;
  queueId: string | null;
  messageId: string | null;
  sender: string | null;
  authUser: string | null;
  client: string | null;
  clientIp: string | null;
  helo: string | null;
  requeuedFrom: string | null;
  /** UTC ms, `null` when the log does not tell. */
  arrived: number | null;
  deliveries: TracedDelivery[];
}

export interface TraceAnswer {
  what: string;
  /** Oldest first; hops of one message stand together. */
  messages: TracedMessage[];
  /** Earlier messages that `limit` left out. */
  more: number;
}
