import { addressEnd } from '../address.js';
import { decodeUtf8 } from '../encoding.js';
import type { LogRecord } from '../record.js';

const NOTHING_MORE = { messageId: null, authUser: null, client: null, clientIp: null, requeuedFrom: null } as const;

/**
 * qmgr(8): `queueid: from=<sender>, size=N, nrcpt=N (queue active)` each time the message is taken up,
 * and `queueid: from=<sender>, status=expired, returned to sender` (or `force-expired`) at the end of its life.
 */
export function readQueueManager(line: string, id: number): LogRecord | null {
  const start = id + 8;
  const senderEnd = endBefore(line, start, [', size=', ', status=']);
  if (senderEnd < 0) return null;
  const queueId = line.slice(0, id);
  const sender = decodeUtf8(line.slice(start, senderEnd));
  if (line.startsWith(', size=', senderEnd + 1)) return { kind: 'accepted', queueId, sender, ...NOTHING_MORE, opens: false };
  const text = line.slice(senderEnd + 3);
  return /^status=(?:force-)?expired/.test(text) ? { kind: 'expired', queueId, sender, text, always: true } : null;
}

/** The address ends where one of the fields that may follow begins; its own text may hold `>`. */
function endBefore(line: string, at: number, fields: readonly string[]): number {
  const end = addressEnd(line, at);
  if (end < 0 || fields.some((field) => line.startsWith(field, end + 1))) return end;
  for (const field of fields) {
    const later = line.lastIndexOf(`>${field}`);
    if (later >= at) return later;
  }
  return end;
}

/** cleanup(8): `queueid: message-id=<…>`; the brackets are the header's own and may be missing. */
export function readCleanup(line: string, id: number, at: number): LogRecord {
  const bracketed = line.charCodeAt(at) === 60 && line.charCodeAt(line.length - 1) === 62;
  const messageId = decodeUtf8(bracketed ? line.slice(at + 1, -1) : line.slice(at));
  return { kind: 'accepted', queueId: line.slice(0, id), sender: null, ...NOTHING_MORE, messageId, opens: false };
}

const CLIENT = /^([^[\s]*)\[([^\]]*)\]/;

/**
 * smtpd(8): `queueid: client=host[ip][:port], sasl_method=…, sasl_username=user, orig_queue_id=id, orig_client=host[ip]`: a new
 * message begins. The last two a content filter passes on (XFORWARD) for a message that it gives back.
 */
export function readClient(line: string, id: number): LogRecord {
  const user = fieldOf(line, ', sasl_username=');
  const client = CLIENT.exec(fieldOf(line, ', orig_client=') ?? line.slice(id + 9));
  return {
    kind: 'accepted',
    queueId: line.slice(0, id),
    sender: null,
    messageId: null,
    authUser: user,
    client: client === null ? null : decodeUtf8(client[1] ?? ''),
    clientIp: client?.[2] ?? null,
    requeuedFrom: fieldOf(line, ', orig_queue_id='),
    opens: true,
  };
}

/** pickup(8): `queueid: uid=N from=<sender>`: a new message from this host; the sender is not rewritten yet, qmgr names it in full. */
export function readPickup(line: string, id: number): LogRecord | null {
  const from = line.indexOf(' from=<', id);
  if (from < 0) return null;
  const end = addressEnd(line, from + 7);
  const sender = decodeUtf8(line.slice(from + 7, end < 0 ? line.length : end));
  return {
    kind: 'accepted',
    queueId: line.slice(0, id),
    ...NOTHING_MORE,
    sender: sender.includes('@') || sender === '' ? sender : null,
    opens: true,
  };
}

function fieldOf(line: string, name: string): string | null {
  const at = line.indexOf(name);
  if (at < 0) return null;
  const start = at + name.length;
  const comma = line.indexOf(', ', start);
  return decodeUtf8(comma < 0 ? line.slice(start) : line.slice(start, comma));
}
