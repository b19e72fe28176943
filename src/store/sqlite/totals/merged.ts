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
  let parts = totals.map((rows) => new Part(rows)).filter((part) => part.next());
  while (parts.length > 0) {
    const least = parts.reduce((first, part) => (compare(part.rows, first.rows) < 0 ? part : first));
    if (place.begin(least.rows)) packer.beginSection(place);
    for (const part of parts) {
      while (!part.isOver && compare(part.rows, place) === 0) {
        place.add(part.rows);
        part.next();
      }
    }
    place.put(packer);
    if (parts.some(({ isOver }) => isOver)) parts = parts.filter(({ isOver }) => !isOver);
  }
  return packer.packed();
}

/** A part, and the row that it stands at. */
class Part {
  readonly rows: TotalsReader;
  isOver = false;
  #isInSection = false;

  constructor(rows: TotalsReader) {
    this.rows = rows;
  }

  /** @returns whether there is another row */
  next(): boolean {
    while (!(this.#isInSection && this.rows.nextRow())) {
      this.#isInSection = this.rows.nextSection();
      this.isOver = !this.#isInSection;
      if (this.isOver) return false;
    }
    return true;
  }
}

type Where = Section & Pick<TotalsRow, 'domain' | 'route'>;

function compare(a: Where, b: Where): number {
  return compareSections(a, b) || a.domain - b.domain || a.route - b.route;
}

function compareSections(a: Section, b: Section): number {
  return a.outcome - b.outcome || a.reply - b.reply || a.listing - b.listing || a.host - b.host;
}

/** What is added up of one domain and route of a section, by earlier deferrals. */
class Place implements Where {
  outcome = -1;
  reply = 0;
  listing = 0;
  host = 0;
  domain = 0;
  route = 0;
  readonly #start: number;
  readonly #rows: TotalsRow[] = [];

  /** @param start of the time, hours since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  /** @returns whether it is the first one of its section */
  begin({ outcome, reply, listing, host, domain, route }: Where): boolean {
    const isFirst = compareSections(this, { outcome, reply, listing, host }) !== 0;
    this.outcome = outcome;
    this.reply = reply;
    this.listing = listing;
    this.host = host;
    this.domain = domain;
    this.route = route;
    this.#rows.length = 0;
    return isFirst;
  }

  add({ priorHour, priors, attempts, deliveries, firstSeen, lastSeen }: TotalsRow): void {
    const hour = Math.min(priorHour, this.#start);
    const same = this.#rows.find((row) => row.priorHour === hour && areSame(row.priors, priors, this.#start));
    if (same === undefined) {
      const { domain, route } = this;
      this.#rows.push({ domain, route, sender: 0, priorHour: hour, priors, attempts, deliveries, firstSeen, lastSeen });
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
