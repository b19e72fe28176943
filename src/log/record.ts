/**
 * What a log line says about mail, in terms that Postfix and Exim share.
 * A parser returns one of these, or `null` for a line that says nothing about a delivery.
 */
export type Mta = 'postfix' | 'exim';

/** How a try that did not deliver ended. */
export type Result = 'deferred' | 'bounced' | 'expired';

/** A message entered the queue, or more became known of one that did. Absent = not said by this line. */
export interface Accepted {
  kind: 'accepted';
  queueId: string;
  /** Envelope sender without brackets; `''` is the null sender; `null` = not said. */
  sender: string | null;
  messageId: string | null;
  authUser: string | null;
  /** Who handed the message to us; `null` for local submission, or not said. */
  client: string | null;
  clientIp: string | null;
  /** The queue id that the message had before a content filter gave it back (Postfix XFORWARD), where the line names it. */
  requeuedFrom: string | null;
  /** The line opens a new message, so that an older one with this queue id is over. */
  opens: boolean;
}

/** One recipient was delivered: most lines of a healthy log, so it carries no more than is counted. */
export interface Sent {
  kind: 'sent';
  queueId: string;
  recipient: string;
  /** Receiving host as the log names it, `null` for local delivery. */
  mx: string | null;
  to: Destination;
  /** What the receiver answered: it may name the queue id that the message goes on under. */
  reply: string;
}

/** `hop`: to another queue of this same host (content filter, alias), `discarded`: thrown away on purpose; neither is a delivery to the world. */
export type Destination = 'world' | 'hop' | 'discarded';

/** One recipient was tried, or deliberately not tried, and not delivered. */
export interface Attempt {
  kind: 'attempt';
  queueId: string;
  recipient: string;
  /** The address before aliases and rewriting, where the MTA logs it. */
  origRecipient: string | null;
  /** The envelope sender where the line itself names it (Exim's `F=`). */
  sender: string | null;
  result: Result;
  /** `false`: deferred without a try (Postfix `delivery temporarily suspended`, Exim `retry time not reached`). */
  tried: boolean;
  /** Receiving host as the log names it, `null` when there was none. */
  mx: string | null;
  mxIp: string | null;
  transport: string | null;
  /** What was said: the receiving server's reply with the MTA's own words around it. */
  text: string;
  /** The status code that our own MTA attached (Postfix `dsn=`), `null` where there is none. */
  dsn: string | null;
  /** Seconds since the message arrived, `null` where not logged. */
  delay: number | null;
}

/** The whole message gave up, by itself or because an administrator told it to: every recipient that is still deferred has expired. */
export interface Expired {
  kind: 'expired';
  queueId: string;
  sender: string | null;
  /** The MTA's own words, for a recipient that is not known. */
  text: string;
  /** The line is about recipients, whether or not an earlier line named one (Postfix); else only about those known (Exim). */
  always: boolean;
}

/** The message left the queue; its queue id may be used again. */
export interface Done {
  kind: 'done';
  queueId: string;
  /** Who took it out before its deliveries had ended (`root`, `postsuper`); `null` when it ended by itself. */
  by: string | null;
}

/** Our own server refused a recipient or a message at SMTP time. */
export interface Rejected {
  kind: 'rejected';
  queueId: string | null;
  client: string | null;
  clientIp: string | null;
  helo: string | null;
  sender: string | null;
  recipient: string | null;
  text: string;
}

/** A host failed without a reply (Exim writes this on a line of its own before the deferral). */
export interface HostError {
  kind: 'host-error';
  queueId: string;
  mx: string;
  mxIp: string | null;
}

/** The line looks like a delivery result, but its form is not known. */
export interface NotUnderstood {
  kind: 'not-understood';
}

export type LogRecord = Accepted | Sent | Attempt | Expired | Done | Rejected | HostError | NotUnderstood;

export const NOT_UNDERSTOOD: NotUnderstood = { kind: 'not-understood' };
