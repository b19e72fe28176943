import { decodeUtf8 } from '../encoding.js';
import type { LogRecord } from '../record.js';
import { quoteEnd } from './fields.js';

const AUTHENTICATED = / A=[^\s:]+:(\S+)/;
const LOCAL_USER = / U=(\S+)/;
const MESSAGE_ID = / id\*?=(\S+)/;
const CLIENT = / H=([^\s[(]+)?(?: ?\([^)]*\))? ?\[([^\]\s]+)\]/;

/** `id <= sender H=… [U=user] [A=authenticator:user] … [id=message-id] [T="subject"] [from <x> for y]`; also `(=`, accepted but told otherwise. */
export function readArrival(line: string, idEnd: number): LogRecord {
  const senderStart = idEnd + 4;
  const senderEnd = fieldsStart(line, senderStart);
  const sender = line.slice(senderStart, senderEnd);
  const fields = withoutSubject(line.slice(senderEnd));
  const isLocal = fields.includes(' P=local');
  const client = CLIENT.exec(fields);
  return {
    kind: 'accepted',
    queueId: line.slice(0, idEnd),
    sender: sender === '<>' ? '' : decodeUtf8(sender),
    messageId: pick(MESSAGE_ID, fields),
    authUser: pick(AUTHENTICATED, fields) ?? (isLocal ? pick(LOCAL_USER, fields) : null),
    client: client?.[1] === undefined ? null : decodeUtf8(client[1]),
    clientIp: client?.[2] ?? null,
    requeuedFrom: null,
    opens: true,
  };
}

/** A sender may hold spaces (a quoted local part is printed unquoted): it ends where the first `X=` field starts. */
function fieldsStart(line: string, at: number): number {
  const field = / [A-Z][A-Za-z0-9]{0,3}=/g;
  field.lastIndex = at;
  const found = field.exec(line);
  return found === null ? line.length : found.index;
}

/** The subject is the sender's own text and may imitate fields; those that stand behind it count. */
function withoutSubject(fields: string): string {
  const subject = fields.indexOf(' T="');
  return subject < 0 ? fields : fields.slice(0, subject) + fields.slice(quoteEnd(fields, subject + 4));
}

function pick(pattern: RegExp, text: string): string | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : decodeUtf8(found);
}
