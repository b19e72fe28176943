import { decodeUtf8 } from '../encoding.js';
import type { LogRecord } from '../record.js';

const AUTHENTICATED = / A=[^\s:]+:(\S+)/;
const LOCAL_USER = / U=(\S+)/;
const MESSAGE_ID = / id\*?=(\S+)/;

/** `id <= sender H=… [U=user] [A=authenticator:user] … [id=message-id] [T="subject"] [from <x> for y]`. */
export function readArrival(line: string, idEnd: number): LogRecord {
  const senderStart = idEnd + 4;
  const senderEnd = fieldsStart(line, senderStart);
  const sender = line.slice(senderStart, senderEnd);
  const fields = line.slice(senderEnd);
  const ownFields = beforeSubject(fields);
  const isLocal = fields.includes(' P=local');
  return {
    kind: 'accepted',
    queueId: line.slice(0, idEnd),
    sender: sender === '<>' ? '' : decodeUtf8(sender),
    messageId: pick(MESSAGE_ID, ownFields),
    authUser: pick(AUTHENTICATED, ownFields) ?? (isLocal ? pick(LOCAL_USER, ownFields) : null),
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

/** Fields that stand before the subject, whose text is the sender's own and may imitate fields. */
function beforeSubject(fields: string): string {
  const subject = fields.indexOf(' T="');
  return subject < 0 ? fields : fields.slice(0, subject);
}

function pick(pattern: RegExp, text: string): string | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : decodeUtf8(found);
}
