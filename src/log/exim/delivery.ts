import { decodeUtf8 } from '../encoding.js';
import { isLoopback } from '../loopback.js';
import { type Destination, type LogRecord, NOT_UNDERSTOOD, type Result } from '../record.js';
import { readAddress } from './address.js';
import { type Fields, readFields } from './fields.js';

/**
 * `**` failed, `==` deferred:
 * `id ** address [<original>] [F=<…>] [Q=queue] [P=<…>] [R=router] [T=transport] [H=host [ip]:port] … : text [DT=…] [QT=…]`
 * `id == address … [routing] defer (errno)[: system error] [H=…] [DT=…]: text`
 */
export function readFailure(line: string, idEnd: number): LogRecord {
  const isDeferral = line.startsWith('==', idEnd + 1);
  const address = readAddress(line, idEnd + 4);
  if (address.recipient === '') return NOT_UNDERSTOOD;
  const fields = isDeferral ? readDeferral(line, address.end) : readFields(line, address.end);
  const logged = failureText(line, fields);
  const host = fields.mx === null ? hostInText(logged) : fields;
  const result = isDeferral ? 'deferred' : resultOf(logged);
  const text = result === 'expired' && logged.length > RETRY_TIMEOUT.length ? withoutRetryTimeout(logged) : logged;
  return {
    kind: 'attempt',
    queueId: line.slice(0, idEnd),
    recipient: decodeUtf8(address.recipient),
    origRecipient: address.origRecipient === null ? null : decodeUtf8(address.origRecipient),
    sender: fields.sender,
    result,
    tried: !(isDeferral ? isNoAttempt(fields.errno ?? 0, text) : result === 'expired' && (text === RETRY_TIMEOUT || HOSTS_FAILED.test(text))),
    mx: host.mx,
    mxIp: host.mxIp,
    transport: fields.transport,
    text: decodeUtf8(text),
    dsn: null,
    delay: durationSeconds(QUEUE_TIME.exec(line.slice(address.end))?.[1]),
  };
}

/** A field that is not known must not hide what went wrong: the words `defer (N)` are always there. */
function readDeferral(line: string, at: number): Fields {
  const fields = readFields(line, at);
  const defer = fields.errno === null ? line.indexOf(' defer (', at) : -1;
  return defer < 0 ? fields : { ...readFields(line, defer), transport: fields.transport };
}

/** `=>`, `->`, `>>` delivered: `id => address [<original>] … [H=host [ip]] … [C="confirmation"]`, the last the receiver's own text. */
export function readSent(line: string, idEnd: number): LogRecord {
  const address = readAddress(line, idEnd + 4);
  if (address.recipient === '') return NOT_UNDERSTOOD;
  const confirmation = line.indexOf(' C="', address.end);
  const fields = confirmation < 0 ? line.slice(address.end) : line.slice(address.end, confirmation);
  const host = SENT_TO.exec(fields);
  const mx = host === null ? null : decodeUtf8(host[1] ?? host[2] ?? '');
  const to: Destination = line.startsWith(':blackhole:', idEnd + 4) ? 'discarded' : isLoopback(mx) ? 'hop' : 'world';
  const reply = confirmation < 0 ? '' : line.slice(confirmation + 4);
  return { kind: 'sent', queueId: line.slice(0, idEnd), recipient: decodeUtf8(address.recipient), mx, to, reply };
}

const SENT_TO = / H=([^\s[(]+)?(?: ?\([^)]*\))?(?: DS)? ?\[([^\]\s]+)\]/;

/** Exim ends a delivery that has been failing past its retry rules with these words, alone or behind the last error. */
export const RETRY_TIMEOUT = 'retry timeout exceeded';
/** The retry time of every host is over, so that a new message fails at once (smtp.c). */
const HOSTS_FAILED = /^(?:all hosts\b.*\bhave been failing for a long time|retry time not reached for any host after a long failure period)/;

function resultOf(text: string): Result {
  return text.endsWith(RETRY_TIMEOUT) || HOSTS_FAILED.test(text) ? 'expired' : 'bounced';
}

function withoutRetryTimeout(text: string): string {
  return text.endsWith(`: ${RETRY_TIMEOUT}`) ? text.slice(0, -RETRY_TIMEOUT.length - 2) : text;
}

const QUEUE_TIME = / QT=(\S+)/;
const TRAILING_TIMES = /(?: (?:DT|QT|RT)=[0-9.dhmsw]+)+$/;

/** What was said: the text, with a system error in front of it unless a server spoke. */
function failureText(line: string, { text, systemError }: Fields): string {
  const said = line.slice(text).replace(TRAILING_TIMES, '').replace(/^ ?: /, '');
  if (systemError === null) return said;
  return said === '' ? systemError : SERVER_SPOKE.test(said) ? said : `${systemError}: ${said}`;
}

const SERVER_SPOKE = /^(?:SMTP|LMTP) error from remote/;

/** Older Exim named the server in the text instead of `H=`; behind the server's own code nothing is believed. */
const HOST_IN_TEXT = [
  /^(?:SMTP|LMTP) error from remote (?:mail server|mailer) after [^:]*(?::<[^>]*>[^:]*)?: host ([^\s[]+) \[([^\]\s]+)\]/,
  /^(?:[^:]*: )?SMTP timeout while connected to ([^\s[]+) \[([^\]\s]+)\]/,
  /^(?:[^:]*: )?Remote host ([^\s[]+) \[([^\]\s]+)\] closed connection/,
];

function hostInText(text: string): Pick<Fields, 'mx' | 'mxIp'> {
  for (const pattern of HOST_IN_TEXT) {
    const host = pattern.exec(text);
    if (host !== null) return { mx: decodeUtf8(host[1] ?? ''), mxIp: host[2] ?? null };
  }
  return { mx: null, mxIp: null };
}

const WAITS_IN_QUEUE =
  /^(?:retry time not (?:yet )?reached|domain (?:matches|is in) queue_|first-pass only routing|SMTP delivery explicitly queued)/i;

/**
 * ERRNO_RETRY_BASE and below (macros.h of Exim; the numbers differ by one between versions): the retry time has not come, or
 * the queue is told to wait for this domain. -23 is `domain is held`.
 */
function isNoAttempt(errno: number, text: string): boolean {
  return (errno <= -52 && errno >= -57) || errno === -23 || WAITS_IN_QUEUE.test(text);
}

const UNITS: Record<string, number> = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 };

/** `1d2h3m4s`, `0.014s` → seconds. */
function durationSeconds(text: string | undefined): number | null {
  if (text === undefined) return null;
  let total = 0;
  for (const [, value, unit] of text.matchAll(/([\d.]+)([wdhms])/g)) total += Number(value) * (UNITS[unit ?? 's'] ?? 1);
  return Number.isFinite(total) ? total : null;
}
