import { addressEnd } from '../address.js';
import { decodeUtf8 } from '../encoding.js';
import { type LogRecord, NOT_UNDERSTOOD } from '../record.js';

/** What smtpd(8), postscreen(8) and cleanup(8) call a refusal; `reject_warning:`, `discard:`, `hold:`, `filter:` and the like are none. */
const VERBS = ['reject: ', 'milter-reject: ', 'proxy-reject: '];

/** Where the refusal begins that stands at `at` (after `NOQUEUE: ` or the queue id); -1 when there is none. */
export function refusalAt(line: string, at: number): number {
  for (const verb of VERBS) if (line.startsWith(verb, at)) return at + verb.length;
  return -1;
}

/**
 * `RCPT from host[ip]: 554 5.7.1 <x>: text; from=<…> to=<…> proto=ESMTP helo=<…>` (smtpd, postscreen, milters, before-queue
 * filters), `header Subject: … from host[ip]; from=<…>[ to=<…>] proto=… helo=<…>: 5.7.1 text` (cleanup: header_checks, body_checks).
 */
export function readRefusal(said: string, queueId: string | null): LogRecord {
  const checked = CHECKED.exec(said);
  if (checked !== null) return readChecked(said, queueId);
  const found = FORM.exec(said)?.groups;
  if (found === undefined) return NOT_UNDERSTOOD;
  const rest = found['rest'] ?? '';
  const text = withoutTrailer(rest);
  const trailer = rest.slice(text.length);
  return {
    kind: 'rejected',
    queueId,
    client: found['client'] ? decodeUtf8(found['client']) : null,
    clientIp: found['ip'] ?? null,
    ...envelopeOf(trailer),
    text: decodeUtf8(text),
  };
}

const FORM = /^(?<stage>[A-Za-z -]+?) from (?<client>[^[]*)\[(?<ip>[^\]]*)\](?::\d+)?: (?<rest>.*)$/s;

const CHECKED = /^(?:header|body|mime header|nested header|milter-header|body) /i;
/** Behind the header, which is a stranger's text: the last place where client and envelope stand. */
const CHECKED_TRAILER = / from (?:local|(?<client>[^\s[]*)\[(?<ip>[^\]]*)\](?::\d+)?); from=</g;

function readChecked(said: string, queueId: string | null): LogRecord {
  const trailer = [...said.matchAll(CHECKED_TRAILER)].at(-1);
  const end = trailer === undefined ? -1 : said.lastIndexOf('>: ');
  if (trailer === undefined || end < trailer.index) return NOT_UNDERSTOOD;
  return {
    kind: 'rejected',
    queueId,
    client: trailer.groups?.['client'] ? decodeUtf8(trailer.groups['client']) : null,
    clientIp: trailer.groups?.['ip'] ?? null,
    ...envelopeOf(said.slice(trailer.index + trailer[0].length - 8, end + 1)),
    text: decodeUtf8(said.slice(end + 3)),
  };
}

function envelopeOf(trailer: string): { helo: string | null; sender: string | null; recipient: string | null } {
  return { helo: bracketed(trailer, ' helo=<'), sender: bracketed(trailer, ' from=<'), recipient: bracketed(trailer, ' to=<') };
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
