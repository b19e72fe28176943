import { decodeUtf8 } from '../encoding.js';
import type { LogRecord } from '../record.js';
import { addressEnd } from './address.js';

/** `NOQUEUE: reject: RCPT from host[ip]: 554 5.7.1 <x>: text; from=<…> to=<…> proto=ESMTP helo=<…>` (smtpd, postscreen, milters). */
export function readNoQueue(line: string): LogRecord | null {
  if (line.startsWith('reject: ', 9)) return readReject(line.slice(17), null);
  return line.startsWith('milter-reject: ', 9) ? readReject(line.slice(24), null) : null;
}

/** The same with a queue id: the message was refused after its first recipient had been accepted. */
export function readQueuedReject(line: string, id: number, at: number): LogRecord | null {
  return readReject(line.slice(at), line.slice(0, id));
}

const FORM = /^(?<stage>[A-Za-z -]+?) from (?<client>[^[]*)\[(?<ip>[^\]]*)\](?::\d+)?: (?<rest>.*)$/s;

function readReject(said: string, queueId: string | null): LogRecord | null {
  const found = FORM.exec(said)?.groups;
  if (found === undefined) return null;
  const rest = found['rest'] ?? '';
  const text = withoutTrailer(rest);
  const trailer = rest.slice(text.length);
  return {
    kind: 'rejected',
    queueId,
    client: decodeUtf8(found['client'] ?? ''),
    clientIp: found['ip'] ?? null,
    helo: bracketed(trailer, ' helo=<'),
    sender: bracketed(trailer, ' from=<'),
    recipient: bracketed(trailer, ' to=<'),
    text: decodeUtf8(text),
  };
}

/** The reply ends at the last `; from=<` (or `; to=<`, `; proto=`): its own text may hold semicolons. */
function withoutTrailer(rest: string): string {
  for (const mark of ['; from=<', '; to=<', '; proto=', '; helo=<']) {
    const at = rest.lastIndexOf(mark);
    if (at >= 0) return rest.slice(0, at);
  }
  return rest;
}

function bracketed(text: string, name: string): string | null {
  const at = text.indexOf(name);
  if (at < 0) return null;
  const end = addressEnd(text, at + name.length);
  return end < 0 ? null : decodeUtf8(text.slice(at + name.length, end));
}
