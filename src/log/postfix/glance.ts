import {
  BEYOND_ASCII,
  COLON,
  COMMA,
  EQUALS,
  GREATER,
  LESS,
  LOWER_C,
  LOWER_F,
  LOWER_M,
  LOWER_N,
  LOWER_O,
  LOWER_P,
  LOWER_R,
  LOWER_S,
  LOWER_T,
  LOWER_U,
  OPEN_BRACKET,
  QUOTE,
  SLASH,
  SPACE,
  UPPER_N,
} from '../ascii.js';
import { isAlphanumeric } from '../ascii-classes.js';
import { type Glance, type Glanced, glanceAtRecipient, HASH_START, hashStep, isAt, NO_HASH } from '../glance.js';
import { isLoopback, mayBeLoopback } from '../loopback.js';

/*
 * Lines of Postfix at a glance (see log/glance.ts). The order is that of readPostfix and readAttempt; whatever they look at twice is
 * `read`: quoted addresses, other texts than ASCII, filters on this host, recipients without a relay.
 */
const CLIENT = Buffer.from('client=');
const MESSAGE_ID = Buffer.from('message-id=');
const FROM = Buffer.from('from=<');
const SIZE = Buffer.from(', size=');
const TO = Buffer.from('to=<');
const RELAY = Buffer.from(', relay=');
const ORIG_TO = Buffer.from(', orig_to=<');
const STATUS = Buffer.from('status=sent');
const REMOVED = Buffer.from('removed');
const NOQUEUE = Buffer.from('NOQUEUE');
const PRIVATE = Buffer.from('private/');
const MAX_QUEUE_ID = 20;

/** @param at where the text begins */
export function glanceAtPostfix(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  const colon = glanceAtQueueId(bytes, at, end, glance);
  const text = colon + 2;
  if (colon < 0) {
    const first = bytes[at];
    // `NOQUEUE: reject:`, `message repeated N times:`
    return first === UPPER_N || first === LOWER_M ? 'read' : 'other';
  }
  switch (bytes[text]) {
    case LOWER_C:
      if (!isAt(bytes, text, CLIENT)) return 'other';
      glance.messageIdHash = NO_HASH;
      return isPassedOn(bytes, text, end) ? 'read' : 'opens';
    case LOWER_F:
      return isAt(bytes, text, FROM) ? glanceAtSender(bytes, text + FROM.length, end) : 'other';
    case LOWER_M:
      return isAt(bytes, text, MESSAGE_ID) ? glanceAtMessageId(bytes, text + MESSAGE_ID.length, end, glance) : 'read';
    case LOWER_P:
    case LOWER_U:
      return 'read';
    case LOWER_R:
      return end - text === REMOVED.length && isAt(bytes, text, REMOVED) ? 'done' : 'read';
    case LOWER_T:
      return isAt(bytes, text, TO) ? glanceAtDelivery(bytes, text + TO.length, end, glance) : 'other';
    default:
      return 'other';
  }
}

/** @returns where the colon behind it stands, -1 when the text begins with none */
function glanceAtQueueId(bytes: Buffer, at: number, end: number, glance: Glance): number {
  const limit = Math.min(at + MAX_QUEUE_ID + 1, end - 2);
  let hash = HASH_START;
  let i = at;
  for (; i < limit; i++) {
    const byte = bytes[i] as number;
    if (!isAlphanumeric(byte)) break;
    hash = hashStep(hash, byte);
  }
  if (i - at < 5 || bytes[i] !== COLON || bytes[i + 1] !== SPACE) return -1;
  if (i - at === NOQUEUE.length && isAt(bytes, at, NOQUEUE)) return -1;
  glance.id = at;
  glance.idEnd = i;
  glance.idHash = hash;
  return i;
}

/** `, orig_queue_id=`, `, orig_client=`: the message had another queue id on this host. */
function isPassedOn(bytes: Buffer, at: number, end: number): boolean {
  for (let i = at; i < end; i++) if (bytes[i] === COMMA && bytes[i + 1] === SPACE && bytes[i + 2] === LOWER_O) return true;
  return false;
}

function glanceAtSender(bytes: Buffer, at: number, end: number): Glanced {
  if (bytes[at] === QUOTE) return 'read';
  for (let i = at; i < end; i++) if (bytes[i] === GREATER) return isAt(bytes, i + 1, SIZE) ? 'queues' : 'read';
  return 'read';
}

function glanceAtMessageId(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  const isBracketed = bytes[at] === LESS && bytes[end - 1] === GREATER;
  const last = isBracketed ? end - 1 : end;
  let hash = HASH_START;
  for (let i = isBracketed ? at + 1 : at; i < last; i++) {
    const byte = bytes[i] as number;
    if (byte >= BEYOND_ASCII) return 'read';
    hash = hashStep(hash, byte);
  }
  if (hash === NO_HASH) return 'read';
  glance.messageIdHash = hash;
  return 'names';
}

function glanceAtDelivery(bytes: Buffer, to: number, end: number, glance: Glance): Glanced {
  let toEnd = glanceAtRecipient(bytes, to, end, GREATER, glance);
  if (toEnd < 0) return 'read';
  if (isAt(bytes, toEnd + 1, ORIG_TO)) {
    const original = toEnd + 1 + ORIG_TO.length;
    if (bytes[original] === QUOTE) return 'read';
    for (toEnd = original; toEnd < end && bytes[toEnd] !== GREATER; ) toEnd++;
  }
  if (!isAt(bytes, toEnd + 1, RELAY)) return 'read';
  const relay = toEnd + 1 + RELAY.length;
  const relayEnd = glanceAtRelay(bytes, relay, end, glance);
  if (relayEnd < 0) return 'read';
  for (let i = relayEnd; i < end; i++) {
    if (bytes[i] !== LOWER_S || bytes[i - 1] !== SPACE || bytes[i - 2] !== COMMA || bytes[i + 6] !== EQUALS) continue;
    // `sent (forwarded as …`: an alias, another queue id follows.
    return isAt(bytes, i, STATUS) && bytes[i + STATUS.length + 2] !== LOWER_F ? 'sent' : 'read';
  }
  return 'read';
}

/** @returns where the relay ends; -1 when it is none, or this host */
function glanceAtRelay(bytes: Buffer, relay: number, end: number, glance: Glance): number {
  let comma = relay;
  let bracket = -1;
  let hash = HASH_START;
  for (; comma < end && !(bytes[comma] === COMMA && bytes[comma + 1] === SPACE); comma++) {
    const byte = bytes[comma] as number;
    if (byte >= BEYOND_ASCII) return -1;
    if (bracket >= 0) continue;
    if (byte === OPEN_BRACKET) bracket = comma;
    else hash = hashStep(hash, byte);
  }
  if (comma >= end) return -1;
  const isHost = bracket > relay && bytes[bracket + 1] !== SLASH && !isAt(bytes, bracket + 1, PRIVATE);
  glance.mx = relay;
  glance.mxEnd = isHost ? bracket : relay;
  glance.mxHash = isHost ? hash : HASH_START;
  if (!isHost) return bracket < 0 && bytes[relay] === LOWER_N /* none */ ? -1 : comma;
  return mayBeLoopback(bytes[relay] as number) && isLoopback(bytes.toString('latin1', relay, bracket)) ? -1 : comma;
}
