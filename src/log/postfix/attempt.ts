import { decodeUtf8, detach } from '../encoding.js';
import { isLoopback } from '../loopback.js';
import { type Attempt, type LogRecord, NOT_UNDERSTOOD, type Result, type Sent } from '../record.js';
import { addressEnd, splitRelay } from './address.js';

/**
 * `queueid: to=<addr>, [orig_to=<addr>,] relay=…, [conn_use=N,] delay=…, delays=…, dsn=x.y.z, status=word (text)`
 * as smtp(8), lmtp(8), local(8), virtual(8), pipe(8), error(8), retry and discard(8) write it.
 */
export function readAttempt(line: string, id: number, daemon: string | null): LogRecord | null {
  const to = id + 6;
  const toEnd = addressEnd(line, to);
  if (toEnd < 0) return looksLikeResult(line);
  let origEnd = -1;
  let at = toEnd + 1;
  if (line.startsWith(', orig_to=<', at)) {
    origEnd = addressEnd(line, at + 11);
    if (origEnd < 0) return looksLikeResult(line);
    at = origEnd + 1;
  }
  if (!line.startsWith(', relay=', at)) return looksLikeResult(line);
  const relayEnd = line.indexOf(', ', at + 8);
  const status = relayEnd < 0 ? -1 : line.indexOf(', status=', relayEnd);
  if (status < 0) return looksLikeResult(line);
  if (line.startsWith('sent', status + 9)) return sent(line, id, toEnd, at + 8, relayEnd, status + 13);
  const origRecipient = origEnd < 0 ? null : line.slice(toEnd + 12, origEnd);
  return failed(detach(line), id, daemon, { to, toEnd, origRecipient, relay: at + 8, relayEnd, status });
}

/** Where the fields of a delivery line stand. */
interface Fields {
  to: number;
  toEnd: number;
  origRecipient: string | null;
  relay: number;
  relayEnd: number;
  status: number;
}

function failed(line: string, id: number, daemon: string | null, at: Fields): LogRecord | null {
  const open = line.indexOf(' (', at.status + 9);
  const word = open < 0 ? line.slice(at.status + 9) : line.slice(at.status + 9, open);
  const result = RESULTS.get(word);
  if (result === undefined) return PROBES.has(word) ? null : NOT_UNDERSTOOD;
  const relay = line.slice(at.relay, at.relayEnd);
  const remote = splitRelay(relay);
  const text = open < 0 ? '' : decodeUtf8(unparenthesize(line.slice(open + 2)));
  const attempt: Attempt = {
    kind: 'attempt',
    queueId: line.slice(0, id),
    recipient: decodeUtf8(line.slice(at.to, at.toEnd)),
    origRecipient: at.origRecipient === null ? null : decodeUtf8(detach(at.origRecipient)),
    sender: null,
    result,
    tried: !text.startsWith('delivery temporarily suspended'),
    mx: remote.host,
    mxIp: remote.ip,
    transport: daemon ?? transportOf(relay),
    text,
    dsn: field(line, ', dsn=', at.relayEnd, at.status),
    delay: seconds(field(line, ', delay=', at.relayEnd, at.status)),
  };
  if (attempt.mx === null) takeHostFromText(attempt);
  return attempt;
}

/** Delivered: kept only as far as it is counted, so its strings stay views of the block. */
function sent(line: string, id: number, toEnd: number, relay: number, relayEnd: number, wordEnd: number): Sent {
  const bracket = line.indexOf('[', relay);
  const mx = bracket > relay && bracket < relayEnd ? decodeUtf8(line.slice(relay, bracket)) : null;
  const hop = isLoopback(mx) || line.startsWith(' (forwarded as ', wordEnd);
  return { kind: 'sent', queueId: line.slice(0, id), recipient: decodeUtf8(line.slice(id + 6, toEnd)), mx, hop };
}

const RESULTS = new Map<string, Result>([
  ['deferred', 'deferred'],
  ['SOFTBOUNCE', 'deferred'],
  ['bounced', 'bounced'],
  ['expired', 'expired'],
]);

/** Address probes (`sendmail -bv`, verify(8)) are not mail. */
const PROBES = new Set(['deliverable', 'undeliverable']);

function looksLikeResult(line: string): LogRecord | null {
  return line.includes('status=') ? NOT_UNDERSTOOD : null;
}

/** The text stands in one pair of parentheses; syslog may have cut the closing one off. */
function unparenthesize(text: string): string {
  return text.endsWith(')') ? text.slice(0, -1) : text;
}

function field(line: string, name: string, from: number, to: number): string | null {
  const at = line.indexOf(name, from);
  if (at < 0 || at >= to) return null;
  const start = at + name.length;
  const comma = line.indexOf(',', start);
  return line.slice(start, comma < 0 || comma > to ? to : comma);
}

function seconds(text: string | null): number | null {
  if (text === null) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** What the relay tells of the transport when the daemon's name is cut off. */
function transportOf(relay: string): string | null {
  if (relay.includes('[')) return relay.includes('[private/') ? 'lmtp' : 'smtp';
  return relay === 'none' ? null : decodeUtf8(relay);
}

/** With `relay=none` the host that failed is named in the text only. */
const HOST_IN_TEXT = /^(?:delivery temporarily suspended: )?(?:connect to|host|lost connection with|conversation with) ([^\s[]+)\[([0-9a-f.:]+)\]/i;

function takeHostFromText(attempt: Attempt): void {
  const found = HOST_IN_TEXT.exec(attempt.text);
  if (found === null) return;
  attempt.mx = found[1] ?? null;
  attempt.mxIp = found[2] ?? null;
}
