import { addressEnd } from '../address.js';
import { GREATER, LESS } from '../ascii.js';
import { decodeUtf8 } from '../encoding.js';
import type { LogRecord } from '../record.js';

/**
 * qmgr(8): `queueid: from=<sender>, size=N, nrcpt=N (queue active)` each time the message is taken up,
 * and `queueid: from=<sender>, status=expired, returned to sender` (or `force-expired`) at the end of its life.
 */
export function readQueueManager(line: string, id: number): LogRecord | null {
  const start = id + 8;
  const senderEnd = fieldAfterSender(line, start);
  if (senderEnd < 0) return null;
  const queueId = line.slice(0, id);
  const sender = decodeUtf8(line.slice(start, senderEnd));
  if (line.startsWith(', size=', senderEnd + 1)) return accepted(queueId, sender, null, false);
  const text = line.slice(senderEnd + 3);
  return /^status=(?:force-)?expired/.test(text) ? { kind: 'expired', queueId, sender, text, always: true } : null;
}

/** The `>` that ends the sender: one of two fields follows it; the address's own text may hold `>`. */
function fieldAfterSender(line: string, at: number): number {
  const end = addressEnd(line, at);
  if (end < 0 || line.startsWith(', size=', end + 1) || line.startsWith(', status=', end + 1)) return end;
  return Math.max(line.lastIndexOf('>, size='), line.lastIndexOf('>, status='), end);
}

/** cleanup(8): `queueid: message-id=<…>`; the brackets are the header's own and may be missing. */
export function readCleanup(line: string, id: number, at: number): LogRecord {
  const bracketed = line.charCodeAt(at) === LESS && line.charCodeAt(line.length - 1) === GREATER;
  return accepted(line.slice(0, id), null, decodeUtf8(bracketed ? line.slice(at + 1, -1) : line.slice(at)), false);
}

/**
 * smtpd(8): `queueid: client=host[ip][:port], sasl_method=…, sasl_username=user, orig_queue_id=id, orig_client=host[ip]`: a new
 * message begins. The last two a content filter passes on (XFORWARD) for a message that it gives back.
 */
export function readClient(line: string, id: number): LogRecord {
  const comma = line.indexOf(', ', id);
  const original = comma < 0 ? null : fieldOf(line, ', orig_client=', comma);
  const client = original ?? (comma < 0 ? line.slice(id + 9) : line.slice(id + 9, comma));
  const bracket = client.indexOf('[');
  const close = client.indexOf(']', bracket);
  return {
    kind: 'accepted',
    queueId: line.slice(0, id),
    sender: null,
    messageId: null,
    authUser: comma < 0 ? null : fieldOf(line, ', sasl_username=', comma),
    client: bracket < 0 ? null : decodeUtf8(client.slice(0, bracket)),
    clientIp: bracket < 0 || close < 0 ? null : client.slice(bracket + 1, close),
    requeuedFrom: comma < 0 ? null : fieldOf(line, ', orig_queue_id=', comma),
    opens: true,
  };
}

/** pickup(8): `queueid: uid=N from=<sender>`: a new message from this host; the sender is not rewritten yet, qmgr names it in full. */
export function readPickup(line: string, id: number): LogRecord | null {
  const from = line.indexOf(' from=<', id);
  if (from < 0) return null;
  const end = addressEnd(line, from + 7);
  const sender = decodeUtf8(line.slice(from + 7, end < 0 ? line.length : end));
  return accepted(line.slice(0, id), sender.includes('@') || sender === '' ? sender : null, null, true);
}

function accepted(queueId: string, sender: string | null, messageId: string | null, opens: boolean): LogRecord {
  return { kind: 'accepted', queueId, sender, messageId, authUser: null, client: null, clientIp: null, requeuedFrom: null, opens };
}

function fieldOf(line: string, name: string, from: number): string | null {
  const at = line.indexOf(name, from);
  if (at < 0) return null;
  const start = at + name.length;
  const comma = line.indexOf(', ', start);
  return decodeUtf8(comma < 0 ? line.slice(start) : line.slice(start, comma));
}
