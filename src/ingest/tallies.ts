import { domainOf } from '../log/address.js';
import { type Glance, HASH_START, hashOf, lowerCase } from '../log/glance.js';
import type { Tally } from './writer.js';

interface Entry extends Tally {
  /** The next one with the same hash. */
  next: Entry | undefined;
}

/** Delivered mail, counted by hour, host, recipient domain and receiving host. */
export class Tallies {
  readonly #tables = new Map<string, Map<number, Entry>>();
  #hour = -1;
  #host = '';
  #table = new Map<number, Entry>();

  add(host: string, recipient: string, mx: string | null, time: number): void {
    const domain = domainOf(recipient);
    const key = keyOf(domain === null ? HASH_START : hashOf(domain), mx === null ? HASH_START : hashOf(mx));
    const table = this.#tableOf(host, time);
    let entry = table.get(key);
    while (entry !== undefined && (entry.domain !== domain || entry.mx !== mx)) entry = entry.next;
    count(entry ?? newEntry(table, key, host, domain, mx, time), time);
  }

  /** The same, of a delivery as a glance has found it. */
  addAt(host: string, bytes: Buffer, glance: Glance, time: number): void {
    const hasDomain = glance.domain < glance.recipientEnd;
    const key = keyOf(hasDomain ? glance.domainHash : HASH_START, glance.mxHash);
    const table = this.#tableOf(host, time);
    let entry = table.get(key);
    while (entry !== undefined && !isAt(entry, bytes, glance)) entry = entry.next;
    if (entry === undefined) {
      const domain = hasDomain ? bytes.toString('latin1', glance.domain, glance.recipientEnd).toLowerCase() : null;
      const mx = glance.mx < glance.mxEnd ? bytes.toString('latin1', glance.mx, glance.mxEnd) : null;
      entry = newEntry(table, key, host, domain, mx, time);
    }
    count(entry, time);
  }

  /** What was counted since the last call. */
  take(): Tally[] {
    const taken: Tally[] = [];
    for (const table of this.#tables.values()) {
      for (let entry of table.values()) {
        for (; ; entry = entry.next) {
          const { host, domain, mx, count, firstSeen, lastSeen } = entry;
          taken.push({ host, domain, mx, count, firstSeen, lastSeen });
          if (entry.next === undefined) break;
        }
      }
    }
    this.#tables.clear();
    this.#hour = -1;
    return taken;
  }

  #tableOf(host: string, time: number): Map<number, Entry> {
    const hour = Math.floor(time / 3_600_000);
    if (hour !== this.#hour || host !== this.#host) {
      this.#hour = hour;
      this.#host = host;
      const key = `${hour} ${host}`;
      this.#table = this.#tables.get(key) ?? new Map();
      this.#tables.set(key, this.#table);
    }
    return this.#table;
  }
}

function keyOf(domainHash: number, mxHash: number): number {
  return (Math.imul(domainHash, 31) + mxHash) | 0;
}

function newEntry(table: Map<number, Entry>, key: number, host: string, domain: string | null, mx: string | null, time: number): Entry {
  const entry = { host, domain, mx, count: 0, firstSeen: time, lastSeen: time, next: table.get(key) };
  table.set(key, entry);
  return entry;
}

function count(entry: Entry, time: number): void {
  entry.count++;
  if (time < entry.firstSeen) entry.firstSeen = time;
  if (time > entry.lastSeen) entry.lastSeen = time;
}

function isAt({ domain, mx }: Entry, bytes: Buffer, glance: Glance): boolean {
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
