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

/**
 * Calls back with mail to receivers of incidents in one hour (since 1970): one object, filled anew. Asked for a few hours only: those behind
 * the last hit of an incident.
 */
export type FlowsIn = (hour: number, take: (flow: Flow) => void) => void;

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
  /** How many hits there were in which hour, by its first one (UTC ms). */
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

/** Incidents that had a hit in the range, the newest last hit first, open ones before cleared ones. */
export function incidentsIn({ since, until }: Range, incidents: readonly Incident[]): Incident[] {
  return incidents
    .filter(({ first, last }) => (since === null || last >= since) && (until === null || first < until))
    .sort((a, b) => Number(a.cleared !== null) - Number(b.cleared !== null) || b.last - a.last || (a.list < b.list ? -1 : 1));
}

/**
 * UTC ms from which on nothing that happens changes an incident any more; `null` while it is open. A hit soon after the last one would
 * make it go on, whoever had accepted mail meanwhile.
 */
export function settledAt({ cleared, last }: Incident): number | null {
  return cleared === null ? null : Math.max(cleared, last + SAME_INCIDENT);
}

/** How an incident stands at some hour, so that what comes later is enough to tell how it goes on. */
export interface Standing extends Omit<Incident, 'state' | 'cleared'> {
  /** How far its end was looked for, from its last hit on. */
  look: Look;
}

/** What the mail behind the last hit of an incident told. */
export interface Look {
  /** The first hour (since 1970) that was not looked at. */
  hour: number;
  /** Receivers that used the list and have accepted nothing since. */
  waiting: string[];
  /** UTC ms at which the last of the others did; the last hit where none has. */
  accepted: number;
  /** UTC ms of the first mail to any of them; `null` = there was none. */
  flowed: number | null;
}

/** The mail of a time. */
export interface Mail {
  /** In any order: of all time, or of all that came after incidents that are settled and those that stand. */
  hits: readonly ListingHits[];
  flowsIn: FlowsIn;
  /** The last hour (since 1970) with any: nothing flows after it. */
  lastHour: number;
}

/**
 * Incidents from hits and the mail around them.
 * @param standing from earlier mail: all that may go on
 */
export function incidentsOf(
  mail: Mail,
  { now, clearAfter }: Pick<IncidentQuestion, 'now' | 'clearAfter'>,
  standing: readonly Standing[] = [],
): Incident[] {
  return grow(mail, clearAfter, standing).map((incident) => {
    const { hitsOf, look, next, ...rest } = incident;
    const cleared = clearedAt(incident, mail, next ?? now, clearAfter);
    return { ...rest, receivers: receiversOf(hitsOf), state: cleared === null ? 'open' : 'cleared', cleared };
  });
}

/** What may go on after mail of which `lastHour` is over. */
export function standingAfter(mail: Mail, clearAfter: number, standing: readonly Standing[]): Standing[] {
  return grow(mail, clearAfter, standing)
    .filter(({ next }) => next === null)
    .map((incident) => {
      const { hitsOf, look, next, ...rest } = incident;
      const { waiting, ...looked } = lookFrom(incident, mail, (mail.lastHour + 1) * HOUR, clearAfter);
      return { ...rest, receivers: receiversOf(hitsOf), look: { ...looked, waiting: [...waiting] } };
    });
}

/** An incident whose hits are still added. */
interface Growing extends Omit<Incident, 'state' | 'cleared' | 'receivers'> {
  /** By receiver. */
  hitsOf: Map<string, number>;
  /** As far as it was looked for its end; `null` = not since its last hit. */
  look: Look | null;
  /** UTC ms of the first hit of the next one of the same list and subject; `null` = there is none. */
  next: number | null;
}

const HOUR = 3_600_000;

function grow(mail: Mail, clearAfter: number, standing: readonly Standing[]): Growing[] {
  const incidents: Growing[] = standing.map(({ receivers, ...rest }) => ({
    ...rest,
    times: [...rest.times],
    hitsOf: new Map(receivers.map(({ name, hits }) => [name, hits])),
    next: null,
  }));
  const latest = new Map(incidents.map((incident) => [nameOf(incident), incident]));
  for (const [name, ofOne] of groupBy(mail.hits, nameOf)) {
    let current = latest.get(name);
    for (const hit of [...ofOne].sort((a, b) => a.first - b.first)) {
      const isOver = current !== undefined && hit.first > current.last + SAME_INCIDENT && clearedAt(current, mail, hit.first, clearAfter) !== null;
      if (current !== undefined && !isOver) add(current, hit);
      else {
        if (current !== undefined) current.next = hit.first;
        current = begin(hit);
        incidents.push(current);
      }
    }
  }
  return incidents;
}

function nameOf({ list, subject, kind }: Pick<Incident, 'list' | 'subject' | 'kind'>): string {
  return `${list}\n${subject}\n${kind}`;
}

function receiversOf(hitsOf: ReadonlyMap<string, number>): Receiver[] {
  return [...hitsOf].map(([name, hits]) => ({ name, hits })).sort((a, b) => b.hits - a.hits || (a.name < b.name ? -1 : 1));
}

/** When it was known that an incident is over, before `until`; `null` when it is not. */
function clearedAt(incident: Growing, mail: Mail, until: number, clearAfter: number): number | null {
  const { last } = incident;
  const { waiting, accepted, flowed } = lookFrom(incident, mail, until, clearAfter);
  const silent = flowed !== null && until - last >= clearAfter ? Math.max(last + clearAfter, flowed) : null;
  const moments = [waiting.size === 0 ? accepted : null, silent].filter((time) => time !== null && time < until) as number[];
  return moments.length === 0 ? null : Math.min(...moments);
}

/** Looks at the mail behind the last hit of an incident, from where it was looked at before. */
function lookFrom(
  { hitsOf, last, look }: Growing,
  { flowsIn, lastHour }: Mail,
  until: number,
  clearAfter: number,
): Omit<Look, 'waiting'> & { waiting: Set<string> } {
  const waiting = new Set(look?.waiting ?? hitsOf.keys());
  let accepted = look?.accepted ?? last;
  let flowed = look?.flowed ?? null;
  let hour = look?.hour ?? Math.floor(last / HOUR);
  for (; hour <= Math.min(Math.floor(until / HOUR), lastHour) && waiting.size > 0; hour++) {
    // It was silent long enough, and mail flowed: whoever accepts later changes nothing.
    if (flowed !== null && hour * HOUR > last + clearAfter) break;
    const moments = new Map<string, number>();
    flowsIn(hour, (flow) => {
      const time = hitsOf.has(flow.receiver) ? momentBetween(flow, last, until) : null;
      if (time === null) return;
      if (flowed === null || time < flowed) flowed = time;
      if (flow.delivered) moments.set(flow.receiver, Math.min(time, moments.get(flow.receiver) ?? time));
    });
    for (const [name, time] of moments) if (waiting.delete(name)) accepted = Math.max(accepted, time);
  }
  return { hour, waiting, accepted, flowed };
}

/** A moment of an hour's mail that surely lies between two times; of an hour only the first and the last moment are known. */
function momentBetween({ first, last }: Flow, after: number, before: number): number | null {
  if (first > after && first < before) return first;
  return last > after && last < before ? last : null;
}

function begin(hit: ListingHits): Growing {
  const { list, subject, kind, first, last } = hit;
  const incident: Growing = { list, subject, kind, first, last, hits: 0, hitsOf: new Map(), look: null, next: null, times: [] };
  add(incident, hit);
  return incident;
}

function add(incident: Growing, { receiver, hits, first, last }: ListingHits): void {
  incident.last = Math.max(incident.last, last);
  incident.look = null;
  incident.hits += hits;
  incident.hitsOf.set(receiver, (incident.hitsOf.get(receiver) ?? 0) + hits);
  const latest = incident.times.at(-1);
  if (latest !== undefined && Math.floor(latest.time / HOUR) === Math.floor(first / HOUR))
    incident.times[incident.times.length - 1] = { time: latest.time, hits: latest.hits + hits };
  else incident.times.push({ time: first, hits });
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
