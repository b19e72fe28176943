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
  const isSpaced = bytes[flag + 2] === 32;
  switch (bytes[flag]) {
    case 60: // <=
      return second === 61 && isSpaced ? glanceAtArrival(bytes, flag + 3, end, glance) : 'read';
    case 61: // =>
    case 45: // ->
      return second === 62 && isSpaced ? glanceAtDelivery(bytes, flag + 3, end, glance) : 'read';
    case 67: // C
      return isAt(bytes, flag, COMPLETED) ? 'done' : 'read';
    default:
      return 'read';
  }
}

/** `xxxxxx-xxxxxx-xx` or `xxxxxx-xxxxxxxxxxx-xxxx` and a space behind it. @returns where it ends, -1 when there is none */
function glanceAtMessage(bytes: Buffer, at: number, end: number, glance: Glance): number {
  if (bytes[at + 6] !== 45) return -1;
  const idEnd = bytes[at + 13] === 45 ? at + 16 : bytes[at + 18] === 45 ? at + 23 : -1;
  if (idEnd < 0 || idEnd >= end || bytes[idEnd] !== 32) return -1;
  let hash = HASH_START;
  for (let i = at; i < idEnd; i++) {
    const byte = bytes[i] as number;
    if (byte >= 128) return -1;
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
  while (i < end && bytes[i] !== 32) i++;
  if (!isField(bytes, i)) return 'read';
  glance.messageIdHash = NO_HASH;
  for (; i < end; i++) {
    if (bytes[i] !== 32) continue;
    const letter = bytes[i + 1];
    if (letter === 84 /* T="subject */ && bytes[i + 2] === 61 && bytes[i + 3] === 34) return 'read';
    if (letter !== 105 || bytes[i + 2] !== 100) continue;
    const equals = bytes[i + 3] === 42 ? i + 4 : i + 3;
    if (bytes[equals] !== 61) continue;
    return glanceAtMessageId(bytes, equals + 1, end, glance);
  }
  return 'opens';
}

function glanceAtMessageId(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  let hash = HASH_START;
  let i = at;
  for (; i < end && bytes[i] !== 32; i++) {
    const byte = bytes[i] as number;
    if (byte >= 128 || byte < 32) return 'read';
    hash = hashStep(hash, byte);
  }
  if (i === at) return 'read';
  if (hash === NO_HASH) return 'read';
  glance.messageIdHash = hash;
  return 'opens';
}

/** ` H=`, ` R=`, ` XX=`. */
function isField(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== 32 || !isUpperCase(bytes[at + 1] as number)) return false;
  return bytes[at + 2] === 61 || (bytes[at + 3] === 61 && isUpperCase(bytes[at + 2] as number));
}

function isUpperCase(byte: number): boolean {
  return byte >= 65 && byte <= 90;
}

/** `address [F=<…>] R=… T=… [H=host [ip]] … [C="confirmation"]`. */
function glanceAtDelivery(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  const addressEnd = glanceAtRecipient(bytes, at, end, 32, glance);
  if (addressEnd < 0 || glance.domain > addressEnd || !isField(bytes, addressEnd) || isSpecial(bytes, at, addressEnd)) return 'read';
  glance.mx = glance.mxEnd = addressEnd;
  glance.mxHash = HASH_START;
  for (let i = addressEnd; i < end; i++) {
    const byte = bytes[i];
    // A quote opens the confirmation (`C="`), or something that may hold anything.
    if (byte === 34) return bytes[i - 1] === 61 && bytes[i - 2] === 67 && bytes[i - 3] === 32 ? 'sent' : 'read';
    if (byte === 32 && bytes[i + 1] === 72 && bytes[i + 2] === 61) return glanceAtReceiver(bytes, i + 3, end, glance);
  }
  return 'sent';
}

/** An address that begins like a command, a file or `:blackhole:`, ends with a colon, or is bracketed, is looked at twice. */
function isSpecial(bytes: Buffer, at: number, end: number): boolean {
  const first = bytes[at];
  if (first === 124 || first === 47 || first === 58 || first === 62 || first === 60) return true;
  return bytes[end - 1] === 58 || bytes[end - 1] === 62;
}

/** `host [ip]`; what has a HELO name or a mark between the two is looked at twice. */
function glanceAtReceiver(bytes: Buffer, at: number, end: number, glance: Glance): Glanced {
  let hash = HASH_START;
  let i = at;
  for (; i < end && bytes[i] !== 32; i++) {
    const byte = bytes[i] as number;
    if (byte >= 128 || byte <= 40 || byte === 91) return 'read';
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
  if (bytes[at] !== 91) return false;
  let i = at + 1;
  while (i < end && bytes[i] !== 93 && bytes[i] !== 32) i++;
  return i > at + 1 && i < end && bytes[i] === 93;
}
