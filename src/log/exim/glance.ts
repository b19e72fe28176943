import {
  ASTERISK,
  BEYOND_ASCII,
  CLOSE_BRACKET,
  COLON,
  DASH,
  EQUALS,
  GREATER,
  LESS,
  LOWER_D,
  LOWER_I,
  OPEN_BRACKET,
  OPEN_PARENTHESIS,
  PIPE,
  QUOTE,
  SLASH,
  SPACE,
  UPPER_C,
  UPPER_H,
  UPPER_T,
} from '../ascii.js';
import { isUpperCase } from '../ascii-classes.js';
import { type Glance, type Glanced, glanceAtRecipient, HASH_START, hashStep, isAt, NO_HASH } from '../glance.js';
import { isLoopback, mayBeLoopback } from '../loopback.js';

/*
 * Lines of Exim's main log at a glance (see log/glance.ts), in the order of readExim, readArrival and readSent. Addresses with spaces,
 * quotes or parents, subjects before the message id, deliveries to pipes and files, filters on this host are `read`.
 */
const COMPLETED = Buffer.from('Completed');

/** @param at where the text begins */
export function glanceAtExim(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  const idEnd = glanceAtMessage(bytes, at, end, glance);
  if (idEnd < 0) return 'read';
  const flag = idEnd + 1;
  const second = bytes[flag + 1];
  const isSpaced = bytes[flag + 2] === SPACE;
  switch (bytes[flag]) {
    case LESS: // <=
      return second === EQUALS && isSpaced ? glanceAtArrival(bytes, flag + 3, end, glance) : 'read';
    case EQUALS: // =>
    case DASH: // ->
      return second === GREATER && isSpaced ? glanceAtDelivery(bytes, flag + 3, end, glance) : 'read';
    case UPPER_C:
      return isAt(bytes, flag, COMPLETED) ? 'done' : 'read';
    default:
      return 'read';
  }
}

/** `xxxxxx-xxxxxx-xx` or `xxxxxx-xxxxxxxxxxx-xxxx` and a space behind it. @returns where it ends, -1 when there is none */
function glanceAtMessage(bytes: Buffer, at: number, end: number, glance: Glance): number {
  if (bytes[at + 6] !== DASH) return -1;
  const idEnd = bytes[at + 13] === DASH ? at + 16 : bytes[at + 18] === DASH ? at + 23 : -1;
  if (idEnd < 0 || idEnd >= end || bytes[idEnd] !== SPACE) return -1;
  let hash = HASH_START;
  for (let i = at; i < idEnd; i++) {
    const byte = bytes[i] as number;
    if (byte >= BEYOND_ASCII) return -1;
    hash = hashStep(hash, byte);
  }
  glance.id = at;
  glance.idEnd = idEnd;
  glance.idHash = hash;
  return idEnd;
}

/** `sender H=… id=message-id …`: what stands before the first field must be one word. */
function glanceAtArrival(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  let i = at;
  while (i < end && bytes[i] !== SPACE) i++;
  if (!isField(bytes, i)) return 'read';
  glance.messageIdHash = NO_HASH;
  for (; i < end; i++) {
    if (bytes[i] !== SPACE) continue;
    const letter = bytes[i + 1];
    if (letter === UPPER_T && bytes[i + 2] === EQUALS && bytes[i + 3] === QUOTE) return 'read';
    if (letter !== LOWER_I || bytes[i + 2] !== LOWER_D) continue;
    const equals = bytes[i + 3] === ASTERISK ? i + 4 : i + 3;
    if (bytes[equals] !== EQUALS) continue;
    return glanceAtMessageId(bytes, equals + 1, end, glance);
  }
  return 'opens';
}

function glanceAtMessageId(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  let hash = HASH_START;
  let i = at;
  for (; i < end && bytes[i] !== SPACE; i++) {
    const byte = bytes[i] as number;
    if (byte >= BEYOND_ASCII || byte < SPACE) return 'read';
    hash = hashStep(hash, byte);
  }
  if (i === at) return 'read';
  if (hash === NO_HASH) return 'read';
  glance.messageIdHash = hash;
  return 'opens';
}

/** ` H=`, ` R=`, ` XX=`. */
function isField(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== SPACE || !isUpperCase(bytes[at + 1] as number)) return false;
  return bytes[at + 2] === EQUALS || (bytes[at + 3] === EQUALS && isUpperCase(bytes[at + 2] as number));
}

/** `address [F=<…>] R=… T=… [H=host [ip]] … [C="confirmation"]`. */
function glanceAtDelivery(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  const addressEnd = glanceAtRecipient(bytes, at, end, SPACE, glance);
  if (addressEnd < 0 || glance.domain > addressEnd || !isField(bytes, addressEnd) || isSpecial(bytes, at, addressEnd)) return 'read';
  glance.mx = glance.mxEnd = addressEnd;
  glance.mxHash = HASH_START;
  for (let i = addressEnd; i < end; i++) {
    const byte = bytes[i];
    // A quote opens the confirmation (`C="`), or something that may hold anything.
    if (byte === QUOTE) return bytes[i - 1] === EQUALS && bytes[i - 2] === UPPER_C && bytes[i - 3] === SPACE ? 'sent' : 'read';
    if (byte === SPACE && bytes[i + 1] === UPPER_H && bytes[i + 2] === EQUALS) return glanceAtReceiver(bytes, i + 3, end, glance);
  }
  return 'sent';
}

/** An address that begins like a command, a file or `:blackhole:`, ends with a colon, or is bracketed, is looked at twice. */
function isSpecial(bytes: Buffer, at: number, end: number): boolean {
  const first = bytes[at];
  if (first === PIPE || first === SLASH || first === COLON || first === GREATER || first === LESS) return true;
  return bytes[end - 1] === COLON || bytes[end - 1] === GREATER;
}

/** `host [ip]`; what has a HELO name or a mark between the two is looked at twice. */
function glanceAtReceiver(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  let hash = HASH_START;
  let i = at;
  for (; i < end && bytes[i] !== SPACE; i++) {
    const byte = bytes[i] as number;
    if (byte >= BEYOND_ASCII || byte <= OPEN_PARENTHESIS || byte === OPEN_BRACKET) return 'read';
    hash = hashStep(hash, byte);
  }
  if (i === at || !isAddressLiteral(bytes, i + 1, end)) return 'read';
  glance.mx = at;
  glance.mxEnd = i;
  glance.mxHash = hash;
  // A filter on this host.
  return mayBeLoopback(bytes[at] as number) && isLoopback(bytes.toString('latin1', at, i)) ? 'read' : 'sent';
}

function isAddressLiteral(bytes: Buffer, at: number, end: number): boolean {
  if (bytes[at] !== OPEN_BRACKET) return false;
  let i = at + 1;
  while (i < end && bytes[i] !== CLOSE_BRACKET && bytes[i] !== SPACE) i++;
  return i > at + 1 && i < end && bytes[i] === CLOSE_BRACKET;
}
