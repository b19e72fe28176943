import { decodeUtf8 } from '../encoding.js';
import type { LogRecord } from '../record.js';
import { addressEnd } from './address.js';

/**
 * qmgr(8): `queueid: from=<sender>, size=N, nrcpt=N (queue active)` each time the message is taken up,
 * and `queueid: from=<sender>, status=expired, returned to sender` at the end of its life.
 */
export function readQueueManager(line: string, id: number): LogRecord | null {
  const start = id + 8;
  const senderEnd = addressEnd(line, start);
  if (senderEnd < 0) return null;
  const queueId = line.slice(0, id);
  const sender = decodeUtf8(line.slice(start, senderEnd));
  if (line.startsWith(', size=', senderEnd + 1)) {
    return { kind: 'accepted', queueId, sender, messageId: null, authUser: null, opens: false };
  }
  if (line.startsWith(', status=expired', senderEnd + 1) || line.startsWith(', status=force-expired', senderEnd + 1)) {
    return { kind: 'expired', queueId, sender };
  }
  return null;
}

/** cleanup(8): `queueid: message-id=<…>`; the brackets are the header's own and may be missing. */
export function readCleanup(line: string, id: number, at: number): LogRecord {
  const bracketed = line.charCodeAt(at) === 60 && line.charCodeAt(line.length - 1) === 62;
  const messageId = decodeUtf8(bracketed ? line.slice(at + 1, -1) : line.slice(at));
  return { kind: 'accepted', queueId: line.slice(0, id), sender: null, messageId, authUser: null, opens: false };
}

/** smtpd(8): `queueid: client=host[ip], sasl_method=…, sasl_username=user`: a new message begins. */
export function readClient(line: string, id: number): LogRecord {
  const user = line.indexOf(', sasl_username=');
  let authUser: string | null = null;
  if (user >= 0) {
    const comma = line.indexOf(', ', user + 16);
    authUser = decodeUtf8(comma < 0 ? line.slice(user + 16) : line.slice(user + 16, comma));
  }
  return { kind: 'accepted', queueId: line.slice(0, id), sender: null, messageId: null, authUser, opens: true };
}
