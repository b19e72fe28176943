import { AT_SIGN, BEYOND_ASCII, QUOTE } from './ascii.js';
import { isUpperCase } from './ascii-classes.js';
/**
 * What a look at the bytes of a line tells, without making an object of it. Most mail is delivered at the first try, and of its lines
 * no more has to be known; any line that is not quite of these forms is `read`: the parsers, which know all forms, decide.
 */
export type Glanced =
  /** A message begins. */
  | 'opens'
  /** Its message id. */
  | 'names'
  /** The queue manager takes it up. */
  | 'queues'
  /** A recipient was reached, to the world. */
  | 'sent'
  /** It has left the queue. */
  | 'done'
  /** About no delivery. */
  | 'other'
  | 'read';

/** Places in the bytes, filled by a glance; one object, used again for each line. Hashes are of `hashOf`. */
export interface Glance {
  id: number;
  idEnd: number;
  idHash: number;
  /** `opens`, `names`: of the message id; `NO_HASH` where the line has none. */
  messageIdHash: number;
  /** `sent`: the recipient, its domain (`domain > recipientEnd`: it has none), and the receiving host (`mx === mxEnd`: none). */
  recipient: number;
  recipientEnd: number;
  recipientHash: number;
  domain: number;
  domainHash: number;
  mx: number;
  mxEnd: number;
  mxHash: number;
}

export const NO_HASH = 0x7fffffff;

export function newGlance(): Glance {
  return {
    id: 0,
    idEnd: 0,
    idHash: 0,
    messageIdHash: NO_HASH,
    recipient: 0,
    recipientEnd: 0,
    recipientHash: 0,
    domain: 0,
    domainHash: 0,
    mx: 0,
    mxEnd: 0,
    mxHash: 0,
  };
}

/** FNV-1a, step by step, so that a hash is made while the bytes are looked at anyway. */
export const HASH_START = 0x811c9dc5 | 0;

export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** The hash of a text whose characters are bytes: the same as of these bytes. */
export function hashOf(text: string): number {
  let hash = HASH_START;
  for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i));
  return hash;
}

/** ASCII letters in lower case. */
export function lowerCase(byte: number): number {
  return isUpperCase(byte) ? byte + 32 : byte;
}

export function isAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/**
 * Looks through an address that ends with the byte `stop` and fills in recipient and domain.
 * @returns where `stop` stands; -1 when the address is not plain ASCII, is quoted, or does not end
 */
export function glanceAtRecipient(bytes: Uint8Array, at: number, end: number, stop: number, glance: Glance): number {
  let hash = HASH_START;
  let domainHash = HASH_START;
  let domain = -1;
  for (let i = at; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === stop) {
      glance.recipient = at;
      glance.recipientEnd = i;
      glance.recipientHash = hash;
      glance.domain = domain < 0 ? i + 1 : domain;
      glance.domainHash = domainHash;
      return i;
    }
    if (byte >= BEYOND_ASCII || byte === QUOTE) return -1;
    const lower = lowerCase(byte);
    hash = hashStep(hash, lower);
    if (byte === AT_SIGN) {
      domain = i + 1;
      domainHash = HASH_START;
    } else {
      domainHash = hashStep(domainHash, lower);
    }
  }
  return -1;
}
