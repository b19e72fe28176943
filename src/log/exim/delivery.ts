import { decodeUtf8 } from '../encoding.js';
import { isLoopback } from '../loopback.js';
import { type LogRecord, NOT_UNDERSTOOD, type Result } from '../record.js';
import { readAddress } from './address.js';

/**
 * `**` failed, `==` deferred:
 * `id ** address [<original>] [F=<…>] [P=<…>] [R=router] [T=transport] [H=host [ip]:port] … : text [DT=…] [QT=…]`
 * `id == address … defer (errno)[: system error] [H=…] [DT=…]: text`
 */
export function readFailure(line: string, idEnd: number): LogRecord {
  const isDeferral = line.startsWith('==', idEnd + 1);
  const address = readAddress(line, idEnd + 4);
  if (address.recipient === '') return NOT_UNDERSTOOD;
  const rest = line.slice(address.end);
  const cut = textStart(rest);
  const fields = rest.slice(0, cut);
  const host = HOST.exec(fields);
  const deferral = isDeferral ? DEFER.exec(rest) : null;
  const text = failureText(rest, cut, deferral);
  const result: Result = isDeferral ? 'deferred' : text.endsWith(RETRY_TIMEOUT) ? 'expired' : 'bounced';
  return {
    kind: 'attempt',
    queueId: line.slice(0, idEnd),
    recipient: decodeUtf8(address.recipient),
    origRecipient: address.origRecipient === null ? null : decodeUtf8(address.origRecipient),
    sender: senderOf(fields),
    result,
    tried: !(isRetryNotReached(deferral?.[1]) || (result === 'expired' && text === RETRY_TIMEOUT)),
    mx: hostName(host),
    mxIp: host?.[2] ?? null,
    transport: TRANSPORT.exec(fields)?.[1] ?? null,
    text: decodeUtf8(text),
    dsn: null,
    delay: durationSeconds(QUEUE_TIME.exec(rest)?.[1]),
  };
}

/** `=>`, `->`, `>>` delivered: `id => address [<original>] … [H=host [ip]] … [C="confirmation"]`, the last the receiver's own text. */
export function readSent(line: string, idEnd: number): LogRecord {
  const address = readAddress(line, idEnd + 4);
  if (address.recipient === '') return NOT_UNDERSTOOD;
  const confirmation = line.indexOf(' C="', address.end);
  const mx = hostName(HOST.exec(line.slice(address.end, confirmation < 0 ? line.length : confirmation)));
  return { kind: 'sent', queueId: line.slice(0, idEnd), recipient: decodeUtf8(address.recipient), mx, hop: isLoopback(mx) };
}

/** The host's name, or its address where it has none. */
function hostName(host: RegExpExecArray | null): string | null {
  return host === null ? null : decodeUtf8(host[1] ?? host[2] ?? '');
}

/** Exim ends a delivery that has been failing past its retry rules with these words. */
export const RETRY_TIMEOUT = 'retry timeout exceeded';

const HOST = / H=([^\s[]+)?(?: ?\([^)]*\))? ?\[([0-9a-fA-F.:]+)\]/;
const TRANSPORT = / T=([^\s:"]+)/;
const SENDER = / F=<([^>]*)>/;
const QUEUE_TIME = / QT=(\S+)/;
const DEFER = / defer \((-?\d+)\)/;
const TRAILING_TIMES = /(?: (?:DT|QT|RT)=[0-9.dhms]+)+$/;
/** The `: ` that ends the fields. An `H=` or `I=` value holds colons, but none followed by a space; a certificate's name may. */
function textStart(rest: string): number {
  const name = rest.indexOf(' DN="');
  const first = rest.indexOf(': ');
  const at = name >= 0 && name < first ? rest.indexOf(': ', rest.indexOf('"', name + 5)) : first;
  return at < 0 ? rest.length : at;
}

/** In `defer (111): Connection refused H=…: text` the system error stands before the fields' end. */
function failureText(rest: string, cut: number, deferral: RegExpExecArray | null): string {
  const text = rest.slice(cut + 2).replace(TRAILING_TIMES, '');
  if (deferral === null || deferral.index > cut) return text;
  const host = / H=[^\s[]* ?\[[0-9a-fA-F.:]+\](?::\d+)?/.exec(text);
  if (host === null || text.slice(0, host.index).includes(': ')) return text;
  const systemError = text.slice(0, host.index);
  const said = text.indexOf(': ', host.index);
  return said < 0 ? systemError : text.slice(said + 2);
}

/** ERRNO_RRETRY to ERRNO_TRETRY (macros.h of Exim): the retry time has not come, so nothing was tried. */
function isRetryNotReached(errno: string | undefined): boolean {
  const number = Number(errno);
  return number <= -51 && number >= -55;
}

function senderOf(fields: string): string | null {
  const found = SENDER.exec(fields)?.[1];
  return found === undefined ? null : decodeUtf8(found);
}

const UNITS: Record<string, number> = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 };

/** `1d2h3m4s`, `0.014s` → seconds. */
function durationSeconds(text: string | undefined): number | null {
  if (text === undefined) return null;
  let total = 0;
  for (const [, value, unit] of text.matchAll(/([\d.]+)([wdhms])/g)) total += Number(value) * (UNITS[unit ?? 's'] ?? 1);
  return Number.isFinite(total) ? total : null;
}
