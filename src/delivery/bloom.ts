/**
 * Bloom filters of names (addresses, queue ids): a few bits for each name tell for sure that a name is not there, and nearly for
 * sure that it is. The case of ASCII letters does not matter.
 */

/** Bits set for a name. With ten bits of filter for each name one in a hundred others seems to be there. */
const PROBES = 6;

/** Adds a name to a filter. @returns how many bits were set for it that were not set before */
export function addName(filter: Uint8Array, name: string): number {
  const bits = filter.length * 8;
  const hash = hashOf(name);
  const step = stepOf(hash, bits);
  let added = 0;
  for (let i = 0, bit = hash % bits; i < PROBES; i++, bit = (bit + step) % bits) {
    const byte = filter[bit >> 3] ?? 0;
    const mask = 1 << (bit & 7);
    if ((byte & mask) !== 0) continue;
    filter[bit >> 3] = byte | mask;
    added++;
  }
  return added;
}

/** Bits that are set. */
export function bitsSet(filter: Uint8Array): number {
  let count = 0;
  for (const byte of filter) for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The bits (of a byte the lowest first) that stand for a name in a filter of so many bytes: a name may be in it where all are set. */
export function bitsOf(name: string, bytes: number): number[] {
  const bits = bytes * 8;
  const hash = hashOf(name);
  const step = stepOf(hash, bits);
  return Array.from({ length: PROBES }, (_, i) => (hash + i * step) % bits);
}

/** Whether a name may be in a filter; `false` is certain. */
export function mayHaveName(filter: Uint8Array, name: string): boolean {
  return mayHaveHash(filter, hashOf(name));
}

/** The same, of a name whose letters in lower case have this FNV-1a hash. */
export function mayHaveLowerCase(filter: Uint8Array, fnv: number): boolean {
  return mayHaveHash(filter, mixed(fnv));
}

function mayHaveHash(filter: Uint8Array, hash: number): boolean {
  const bits = filter.length * 8;
  const step = stepOf(hash, bits);
  for (let i = 0, bit = hash % bits; i < PROBES; i++, bit = (bit + step) % bits) {
    if (((filter[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** FNV-1a, with murmur3's finalizer so that all of its bits are good. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    hash = Math.imul(hash ^ (c >= 65 && c <= 90 ? c + 32 : c), 0x01000193);
  }
  return mixed(hash);
}

/** A second hash made of the first: two are as good as six (Kirsch and Mitzenmacher 2006). */
function stepOf(hash: number, bits: number): number {
  return (mixed(hash ^ 0x9e3779b9) % (bits - 1)) + 1;
}

function mixed(hash: number): number {
  let a = hash ^ (hash >>> 16);
  a = Math.imul(a, 0x85ebca6b);
  a ^= a >>> 13;
  a = Math.imul(a, 0xc2b2ae35);
  return (a ^ (a >>> 16)) >>> 0;
}
