import { isLoopback } from '../log/loopback.js';
import type { OpenMessage, OpenMessages } from './open.js';

/*
 * A content filter takes a message from the queue and gives it back under another queue id. The two are one message: the second
 * keeps what the first knew of its sender, and the hop between them is no delivery to the world. They are joined by what the filter
 * passes on (XFORWARD), by their message id, or by the queue id that the filter's answer names.
 */

/** Sets a message's id. Another open message that has it may be this one before a filter, or mail that came twice. */
export function identify(open: OpenMessages, message: OpenMessage, messageId: string): void {
  const before = open.identify(message, messageId);
  if (before === null || before.mta !== message.mta) return;
  before.sameMessage ??= [];
  if (before.sameMessage.length < MAX_SAME_MESSAGE) before.sameMessage.push(message.queueId);
  const fromHere = isLoopback(message.client) || isLoopback(message.clientIp) || (message.client === null && message.clientIp === null);
  if (fromHere && message.requeuedFrom === null) inherit(message, before, before.queueId);
}

/**
 * The message is what a filter on this host made of an earlier one: who sent it, the earlier one knows.
 * @param before `null` when it is not open (any more)
 * @param queueId the earlier one's
 */
export function inherit(message: OpenMessage, before: OpenMessage | null, queueId: string): void {
  message.requeuedFrom = before?.requeuedFrom ?? queueId;
  if (before === null) return;
  message.sender ??= before.sender;
  message.authUser ??= before.authUser;
  if (before.client !== null || before.clientIp !== null) {
    message.client = before.client;
    message.clientIp = before.clientIp;
  }
}

/** Whether a delivery went into this host's own queue under another id, which the receiver's answer names. */
export function isRequeued(open: OpenMessages, message: OpenMessage, reply: string): boolean {
  if (message.sameMessage === null) return false;
  const queueId = QUEUED_AS.exec(reply)?.[1];
  if (queueId === undefined || !message.sameMessage.includes(queueId)) return false;
  const after = open.get(message.host, queueId);
  if (after !== undefined && after.requeuedFrom === null) {
    inherit(after, message, message.queueId);
    after.stored = false;
  }
  return true;
}

/** `250 2.0.0 Ok: queued as BBBBBB` (Postfix), `250 OK id=1xVlMw-0002Nv-0u` (Exim), also behind a filter's own words. */
const QUEUED_AS = /(?:queued as|OK id=) ?([0-9A-Za-z]{5,20}(?:-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})?)/;
/** Copies of one message that are in the queue at once, as far as they are told apart. */
const MAX_SAME_MESSAGE = 16;
