import { addressEnd } from '../address.js';
import { SLASH } from '../ascii.js';
import { decodeUtf8, detach } from '../encoding.js';
import { isLoopback } from '../loopback.js';
import { type Attempt, type Destination, type LogRecord, NOT_UNDERSTOOD, type Result, type Sent } from '../record.js';
import { splitRelay } from './address.js';

/**
 * `queueid: to=<addr>, [orig_to=<addr>,] relay=…, [conn_use=N,] delay=…, delays=…, dsn=x.y.z, status=word (text)`
 * as smtp(8), lmtp(8), local(8), virtual(8), pipe(8), error(8), retry and discard(8) write it.
 */
export function readAttempt(line: string, id: number, daemon: string | null): LogRecord | null {
  const to = id + 6;
  const toEnd = recipientEnd(line, to);
  if (toEnd < 0) return NOT_UNDERSTOOD;
  let origEnd = -1;
  let at = toEnd + 1;
  if (line.startsWith(', orig_to=<', at)) {
    origEnd = recipientEnd(line, at + 11);
    if (origEnd < 0) return NOT_UNDERSTOOD;
    at = origEnd + 1;
  }
  const relay = at + 8;
  const relayEnd = line.indexOf(', ', relay);
  const status = relayEnd < 0 ? -1 : line.indexOf(', status=', relayEnd);
  if (status < 0) return NOT_UNDERSTOOD;
  if (line.startsWith('sent', status + 9)) return sent(line, { to, toEnd, origEnd, relay, relayEnd, status }, id, daemon);
  return failed(detach(line), { to, toEnd, origEnd, relay, relayEnd, status }, id, daemon);
}

/** Where the fields of a delivery line stand; `origEnd` is -1 where there is no `orig_to=`. */
interface Fields {
  to: number;
  toEnd: number;
  origEnd: number;
  relay: number;
  relayEnd: number;
  status: number;
}

/**
 * The `>` that ends an address in a delivery line: what follows decides, because a local part may be printed without its
 * quotes (`info_log_addr_form = internal`) and then hold anything.
 */
function recipientEnd(line: string, at: number): number {
  const quoted = addressEnd(line, at);
  if (quoted >= 0 && isFollowed(line, quoted)) return quoted;
  for (let end = line.indexOf('>, ', at); end >= 0; end = line.indexOf('>, ', end + 1)) if (isFollowed(line, end)) return end;
  return -1;
}

function isFollowed(line: string, end: number): boolean {
  return line.startsWith(', relay=', end + 1) || line.startsWith(', orig_to=<', end + 1);
}

function failed(line: string, at: Fields, id: number, daemon: string | null): LogRecord | null {
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
    origRecipient: at.origEnd < 0 ? null : decodeUtf8(line.slice(at.toEnd + 12, at.origEnd)),
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
function sent(line: string, at: Fields, id: number, daemon: string | null): Sent {
  const bracket = line.indexOf('[', at.relay);
  const hasHost = bracket > at.relay && bracket < at.relayEnd && line.charCodeAt(bracket + 1) !== SLASH && !line.startsWith('private/', bracket + 1);
  const mx = hasHost ? decodeUtf8(line.slice(at.relay, bracket)) : null;
  const reply = line.slice(at.status + 13);
  return {
    kind: 'sent',
    queueId: line.slice(0, id),
    recipient: decodeUtf8(line.slice(at.to, at.toEnd)),
    mx,
    to: destinationOf(line, at, mx, reply, daemon),
    reply,
  };
}

/** `discard(8)` and nobody else delivers without a relay; a mail store behind LMTP on loopback is the end of the way, a filter is not. */
function destinationOf(line: string, at: Fields, mx: string | null, reply: string, daemon: string | null): Destination {
  if (daemon === 'discard' || line.startsWith('none, ', at.relay)) return 'discarded';
  if (reply.startsWith(' (forwarded as ')) return 'hop';
  if (!isLoopback(mx)) return 'world';
  const isMailStore = daemon === 'lmtp' || daemon === null ? !PASSED_ON.test(reply) && (daemon === 'lmtp' || / Saved\)?$/.test(reply)) : false;
  return isMailStore ? 'world' : 'hop';
}

/** What a content filter answers: it has handed the message on. */
const PASSED_ON = /queued as|from MTA\(|OK id=|Ok: queued/i;

const RESULTS = new Map<string, Result>([
  ['deferred', 'deferred'],
  ['SOFTBOUNCE', 'deferred'],
  ['bounced', 'bounced'],
  ['expired', 'expired'],
]);

/** Address probes (`sendmail -bv`, verify(8)) are not mail. */
const PROBES = new Set(['deliverable', 'undeliverable']);

/** The text stands in one pair of parentheses; syslog may have cut the closing one off, and who copied the line may have left blanks. */
function unparenthesize(text: string): string {
  const end = text.trimEnd();
  return end.endsWith(')') ? end.slice(0, -1) : end;
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
  if (relay.includes('[')) return relay.includes('[private/') || relay.includes('[/') ? 'lmtp' : 'smtp';
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
