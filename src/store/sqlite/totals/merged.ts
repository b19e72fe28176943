import type { Prior } from '../prior.js';
import { type Section, TotalsPacker, type TotalsReader, type TotalsRow } from './packed-totals.js';

/*
 * Totals of a longer time, from those of its parts, in the form of an hour's, but without senders: nearly all rows of the hours differ in
 * these. Eight days have a fifth of the rows of their hours.
 */

/**
 * Merges parts that stand in order, so that of each one row at a time is looked at.
 * @param start of the time, hours since 1970. An earlier deferral in the time itself is one in any range that has it: when it was does not matter
 * @param totals of the parts, none of them read yet
 */
export function mergedTotals(start: number, totals: readonly TotalsReader[]): Buffer {
  const packer = new TotalsPacker();
  packer.begin(
    start,
    totals.every(({ isInSeconds }) => isInSeconds),
  );
  const place = new Place(start);
  let parts = totals.filter((part) => part.nextSection());
  while (parts.length > 0) {
    const { outcome, reply, listing, host } = parts.reduce((least, part) => (compareSections(part, least) < 0 ? part : least));
    const section = { outcome, reply, listing, host };
    const ofSection = parts.filter((part) => compareSections(part, section) === 0);
    mergeSection(
      section,
      ofSection.filter((part) => part.nextRow()),
      place,
      packer,
    );
    parts = parts.filter((part) => !ofSection.includes(part) || part.nextSection());
  }
  return packer.packed();
}

/** @param parts that stand at their first row of the section; they are taken out as they end */
function mergeSection(section: Section, parts: TotalsReader[], place: Place, packer: TotalsPacker): void {
  if (parts.length > 0) packer.beginSection(section, false);
  while (parts.length > 0) {
    let { domain, route } = parts[0] as TotalsReader;
    for (const part of parts) {
      if (part.domain > domain || (part.domain === domain && part.route >= route)) continue;
      domain = part.domain;
      route = part.route;
    }
    place.begin(domain, route);
    for (let index = parts.length - 1; index >= 0; index--) {
      const part = parts[index] as TotalsReader;
      while (part.domain === domain && part.route === route) {
        place.add(part);
        if (part.nextRow()) continue;
        parts.splice(index, 1);
        break;
      }
    }
    place.put(packer);
  }
}

function compareSections(a: Section, b: Section): number {
  return a.outcome - b.outcome || a.reply - b.reply || a.listing - b.listing || a.host - b.host;
}

/** What is added up of one domain and route of a section, by earlier deferrals. */
class Place {
  readonly #start: number;
  readonly #rows: TotalsRow[] = [];
  #domain = 0;
  #route = 0;

  /** @param start of the time, hours since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  begin(domain: number, route: number): void {
    this.#domain = domain;
    this.#route = route;
    this.#rows.length = 0;
  }

  add({ priorHour, priors, attempts, deliveries, firstSeen, lastSeen }: TotalsRow): void {
    const hour = Math.min(priorHour, this.#start);
    const same = this.#rows.find((row) => row.priorHour === hour && areSame(row.priors, priors, this.#start));
    if (same === undefined) {
      this.#rows.push({ domain: this.#domain, route: this.#route, sender: 0, priorHour: hour, priors, attempts, deliveries, firstSeen, lastSeen });
      return;
    }
    same.attempts += attempts;
    same.deliveries += deliveries;
    if (firstSeen < same.firstSeen) same.firstSeen = firstSeen;
    if (lastSeen > same.lastSeen) same.lastSeen = lastSeen;
  }

  put(packer: TotalsPacker): void {
    for (const row of this.#rows) packer.put(row);
  }
}

function areSame(a: readonly Prior[], b: readonly Prior[], start: number): boolean {
  if (a.length !== b.length) return false;
  return a.every(({ reply, route, listing, hour }, index) => {
    const other = b[index] as Prior;
    return reply === other.reply && route === other.route && listing === other.listing && Math.min(hour, start) === Math.min(other.hour, start);
  });
}
