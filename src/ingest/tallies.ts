import { domainOf } from '../log/address.js';
import { detach } from '../log/encoding.js';
import { type Glance, HASH_START, hashOf, lowerCase } from '../log/glance.js';
import type { DeliveredCounts, Destination } from '../store/store.js';

/** Destinations that are remembered; then numbers begin anew. */
const MAX_DESTINATIONS = 100_000;

/** What was counted of a destination in one hour. */
interface Counted extends Destination {
  number: number;
  hour: number;
  count: number;
  firstSeen: number;
  lastSeen: number;
  /** The next one with the same hash. */
  next: Counted | undefined;
}

/**
 * Delivered mail, counted by hour, host, recipient domain and receiving host. Most mail goes where mail went before: its names are
 * handed on once, then a number stands for them. With the names in every count an ingest took a sixth longer.
 */
export class Tallies {
  readonly #tables = new Map<string, Map<number, Counted>>();
  #host = '';
  #table = new Map<number, Counted>();
  #first = 0;
  #fresh: Destination[] = [];
  #counting: Counted[] = [];
  #rows: number[] = [];

  add(host: string, recipient: string, mx: string | null, time: number): void {
    const domain = domainOf(recipient);
    const key = keyOf(domain === null ? HASH_START : hashOf(domain), mx === null ? HASH_START : hashOf(mx));
    let counted = this.#tableOf(host).get(key);
    while (counted !== undefined && (counted.domain !== domain || counted.mx !== mx)) counted = counted.next;
    // The names are pieces of the line, which must not stay with them.
    this.#count(counted ?? this.#newDestination(key, host, domain && detach(domain), mx && detach(mx)), time);
  }

  /** The same, of a delivery as a glance has found it. */
  addAt(host: string, bytes: Buffer, glance: Glance, time: number): void {
    const hasDomain = glance.domain < glance.recipientEnd;
    const key = keyOf(hasDomain ? glance.domainHash : HASH_START, glance.mxHash);
    let counted = this.#tableOf(host).get(key);
    while (counted !== undefined && !isAt(counted, bytes, glance)) counted = counted.next;
    if (counted === undefined) {
      const domain = hasDomain ? bytes.toString('latin1', glance.domain, glance.recipientEnd).toLowerCase() : null;
      const mx = glance.mx < glance.mxEnd ? bytes.toString('latin1', glance.mx, glance.mxEnd) : null;
      counted = this.#newDestination(key, host, domain, mx);
    }
    this.#count(counted, time);
  }

  /** What was counted since the last call. */
  take(): DeliveredCounts {
    for (const counted of this.#counting) this.#close(counted);
    const taken = { first: this.#first, fresh: this.#fresh, rows: Float64Array.from(this.#rows) };
    this.#first += this.#fresh.length;
    this.#fresh = [];
    this.#counting = [];
    this.#rows = [];
    if (this.#first > MAX_DESTINATIONS) this.#forget();
    return taken;
  }

  #forget(): void {
    this.#first = 0;
    this.#tables.clear();
    this.#table = new Map();
    this.#host = '';
  }

  #tableOf(host: string): Map<number, Counted> {
    if (host !== this.#host || this.#tables.size === 0) {
      this.#host = host;
      this.#table = this.#tables.get(host) ?? new Map();
      this.#tables.set(host, this.#table);
    }
    return this.#table;
  }

  #newDestination(key: number, host: string, domain: string | null, mx: string | null): Counted {
    const number = this.#first + this.#fresh.push({ host, domain, mx }) - 1;
    const counted = { number, host, domain, mx, hour: -1, count: 0, firstSeen: 0, lastSeen: 0, next: this.#table.get(key) };
    this.#table.set(key, counted);
    return counted;
  }

  #count(counted: Counted, time: number): void {
    const hour = Math.floor(time / 3_600_000);
    if (counted.hour !== hour || counted.count === 0) {
      if (counted.count === 0) this.#counting.push(counted);
      else this.#close(counted);
      counted.hour = hour;
      counted.firstSeen = time;
      counted.lastSeen = time;
    }
    counted.count++;
    if (time < counted.firstSeen) counted.firstSeen = time;
    if (time > counted.lastSeen) counted.lastSeen = time;
  }

  #close(counted: Counted): void {
    this.#rows.push(counted.number, counted.count, counted.firstSeen, counted.lastSeen);
    counted.count = 0;
  }
}

function keyOf(domainHash: number, mxHash: number): number {
  return (Math.imul(domainHash, 31) + mxHash) | 0;
}

function isAt({ domain, mx }: Counted, bytes: Buffer, glance: Glance): boolean {
  return isDomain(domain, bytes, glance.domain, glance.recipientEnd) && isHost(mx, bytes, glance.mx, glance.mxEnd);
}

/** @param domain in lower case; `null` is none */
function isDomain(domain: string | null, bytes: Buffer, start: number, end: number): boolean {
  if (domain === null) return start >= end;
  if (domain.length !== end - start) return false;
  for (let i = 0; i < domain.length; i++) if (domain.charCodeAt(i) !== lowerCase(bytes[start + i] as number)) return false;
  return true;
}

function isHost(host: string | null, bytes: Buffer, start: number, end: number): boolean {
  if (host === null) return start === end;
  if (host.length !== end - start) return false;
  for (let i = 0; i < host.length; i++) if (host.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
