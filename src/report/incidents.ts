import type { Range } from './range.js';

/*
 * An incident is one (list, subject) from its first hit on. It is open while hits come, and cleared when all receivers that used the
 * list accepted mail from us after the last hit, or when there was none for some time while mail to them flowed. A hit after that is
 * another incident, unless it comes soon: then the first was not over.
 */

/** Tries that one list refused at one receiver in one hour. */
export interface ListingHits {
  list: string;
  subject: string;
  kind: string;
  receiver: string;
  hits: number;
  /** UTC ms. */
  first: number;
  last: number;
}

/** Mail to one receiver in one hour, delivered or not. */
export interface Flow {
  receiver: string;
  delivered: boolean;
  /** UTC ms. */
  first: number;
  last: number;
}

/** A receiver of an incident: a provider, or the domain where nobody knows who operates its MX. */
export interface Receiver {
  name: string;
  hits: number;
}

export interface Incident {
  list: string;
  subject: string;
  kind: string;
  /** UTC ms of the very first and the last hit. */
  first: number;
  last: number;
  hits: number;
  /** Most hits first. */
  receivers: Receiver[];
  state: 'open' | 'cleared';
  /** UTC ms when it was known to be over; `null` while it is open. */
  cleared: number | null;
  /** When there were how many hits, for a picture of them. */
  times: { time: number; hits: number }[];
}

export interface IncidentQuestion {
  /** Incidents that had a hit in it. */
  range: Range;
  /** UTC ms. */
  now: number;
  /** Without a hit for so long (ms) it is over, if mail flows. */
  clearAfter: number;
}

/** 48 hours: block lists that expire by themselves mostly do so within a day or two. */
export const CLEAR_AFTER = 48 * 3_600_000;

/** A receiver that refuses one mail and takes the next is still at it: hits closer than 6 hours are one incident. */
const SAME_INCIDENT = 6 * 3_600_000;

/**
 * Incidents from hits and the mail around them, the newest last hit first, open ones before cleared ones.
 * @param hits of all time: an incident may have begun before any range
 * @param flows since the first hit
 */
export function incidentsOf(hits: readonly ListingHits[], flows: readonly Flow[], { range, now, clearAfter }: IncidentQuestion): Incident[] {
  const byReceiver = new Map([...groupBy(flows, ({ receiver }) => receiver)].map(([name, own]) => [name, inOrder(own)]));
  const incidents: Incident[] = [];
  for (const ofOne of groupBy(hits, ({ list, subject, kind }) => `${list}\n${subject}\n${kind}`).values()) {
    let current: Incident | null = null;
    for (const hit of [...ofOne].sort((a, b) => a.first - b.first)) {
      if (current !== null) current.cleared = hit.first > current.last + SAME_INCIDENT ? clearedAt(current, byReceiver, hit.first, clearAfter) : null;
      if (current === null || current.cleared !== null) {
        current = begin(hit);
        incidents.push(current);
      } else add(current, hit);
    }
    if (current !== null) current.cleared = clearedAt(current, byReceiver, now, clearAfter);
  }
  for (const incident of incidents) {
    incident.state = incident.cleared === null ? 'open' : 'cleared';
    incident.receivers.sort((a, b) => b.hits - a.hits || (a.name < b.name ? -1 : 1));
  }
  return incidents
    .filter(({ first, last }) => (range.since === null || last >= range.since) && (range.until === null || first < range.until))
    .sort((a, b) => Number(a.cleared !== null) - Number(b.cleared !== null) || b.last - a.last || (a.list < b.list ? -1 : 1));
}

/** When it was known that an incident is over, before `until`; `null` when it is not. */
function clearedAt({ receivers, last }: Incident, flows: ReadonlyMap<string, Flows>, until: number, clearAfter: number): number | null {
  let accepted: number | null = last;
  let flowed: number | null = null;
  for (const { name } of receivers) {
    const own = flows.get(name);
    const firstAccept = own === undefined ? null : firstMoment(own.delivered, last, until);
    const firstFlow = own === undefined ? null : firstMoment(own.all, last, until);
    accepted = accepted === null || firstAccept === null ? null : Math.max(accepted, firstAccept);
    if (firstFlow !== null && (flowed === null || firstFlow < flowed)) flowed = firstFlow;
  }
  const silent = flowed !== null && until - last >= clearAfter ? Math.max(last + clearAfter, flowed) : null;
  const moments = [accepted, silent].filter((time) => time !== null && time < until) as number[];
  return moments.length === 0 ? null : Math.min(...moments);
}

/** The mail to one receiver, in the order of time. */
interface Flows {
  all: Flow[];
  delivered: Flow[];
}

function inOrder(flows: readonly Flow[]): Flows {
  const all = [...flows].sort((a, b) => a.last - b.last);
  return { all, delivered: all.filter(({ delivered }) => delivered) };
}

/** The first moment of mail that surely lies between two times: looked up, not looked through, for there are many hits and hours. */
function firstMoment(flows: readonly Flow[], after: number, before: number): number | null {
  let low = 0;
  let high = flows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((flows[middle] as Flow).last > after) high = middle;
    else low = middle + 1;
  }
  // Hours overlap a little where several hosts log; the earliest moment is in one of the next.
  let first: number | null = null;
  for (const flow of flows.slice(low, low + 3)) {
    const time = momentBetween(flow, after, before);
    if (time !== null && (first === null || time < first)) first = time;
  }
  return first;
}

/** A moment of an hour's mail that surely lies between two times; of an hour only the first and the last moment are known. */
function momentBetween({ first, last }: Flow, after: number, before: number): number | null {
  if (first > after && first < before) return first;
  return last > after && last < before ? last : null;
}

function begin(hit: ListingHits): Incident {
  const { list, subject, kind, first, last } = hit;
  const incident: Incident = { list, subject, kind, first, last, hits: 0, receivers: [], state: 'open', cleared: null, times: [] };
  add(incident, hit);
  return incident;
}

function add(incident: Incident, { receiver, hits, first, last }: ListingHits): void {
  incident.last = Math.max(incident.last, last);
  incident.hits += hits;
  incident.times.push({ time: first, hits });
  const known = incident.receivers.find(({ name }) => name === receiver);
  if (known === undefined) incident.receivers.push({ name: receiver, hits });
  else known.hits += hits;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
