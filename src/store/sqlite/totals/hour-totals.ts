import { twice } from '../numbers.js';
import type { Prior } from '../prior.js';
import { type Section, TotalsPacker, type TotalsReader, type TotalsRow } from './packed-totals.js';

const HOUR = 3_600_000;
const SECOND = 1000;

/** Columns of a row, as numbers in one array: as objects they took four times the memory. Those up to PRIORS say where it belongs, in the order of what is packed. */
const [OUTCOME, REPLY, LISTING, HOST, DOMAIN, ROUTE, SENDER, PRIOR_HOUR, PRIORS, ATTEMPTS, DELIVERIES, FIRST, LAST] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
] as const;
const WIDTH = 13;
/** Rows in different sections differ in one of those before it. */
const SECTION_END = DOMAIN;

/** Gathers what is counted of an hour, in any order, and adds it up when it is packed. */
export class HourTotals {
  readonly #hour: number;
  readonly #begin: number;
  #rows = new Int32Array(64 * WIDTH);
  #size = 0;
  /** By number, from 1 on. */
  readonly #priors: (readonly Prior[])[] = [];

  /** @param hour since 1970 */
  constructor(hour: number) {
    this.#hour = hour;
    this.#begin = hour * HOUR;
  }

  /** Rows that were added. */
  get size(): number {
    return this.#size;
  }

  add({ outcome, reply, listing, host }: Section, row: TotalsRow): void {
    if ((this.#size + 1) * WIDTH > this.#rows.length) this.#rows = twice(this.#rows);
    const rows = this.#rows;
    const at = this.#size++ * WIDTH;
    rows[at + OUTCOME] = outcome;
    rows[at + REPLY] = reply;
    rows[at + LISTING] = listing;
    rows[at + HOST] = host;
    rows[at + DOMAIN] = row.domain;
    rows[at + ROUTE] = row.route;
    rows[at + SENDER] = row.sender;
    rows[at + PRIOR_HOUR] = row.priorHour;
    rows[at + PRIORS] = row.priors.length === 0 ? 0 : this.#priors.push(row.priors);
    rows[at + ATTEMPTS] = row.attempts;
    rows[at + DELIVERIES] = row.deliveries;
    rows[at + FIRST] = row.firstSeen - this.#begin;
    rows[at + LAST] = row.lastSeen - this.#begin;
  }

  /** Adds what was packed of the hour before. */
  addPacked(packed: TotalsReader): void {
    while (packed.nextSection()) while (packed.nextRow()) this.add(packed, packed);
  }

  packed(): Buffer {
    const rows = this.#rows;
    const packer = new TotalsPacker(this.#hour, this.#isInSeconds());
    let before = -1;
    for (const at of this.#inOrder()) {
      if (before >= 0 && this.#isSame(before, at, PRIORS) && rows[at + PRIORS] === 0 && rows[before + PRIORS] === 0) {
        this.#addTo(at, before);
      } else if (before >= 0) packer.put(this.#rowAt(before));
      if (before < 0 || !this.#isSame(before, at, SECTION_END)) packer.begin(this.#sectionAt(at));
      before = at;
    }
    if (before >= 0) packer.put(this.#rowAt(before));
    return packer.packed();
  }

  #isInSeconds(): boolean {
    for (let at = 0; at < this.#size * WIDTH; at += WIDTH) {
      if ((this.#rows[at + FIRST] as number) % SECOND !== 0 || (this.#rows[at + LAST] as number) % SECOND !== 0) return false;
    }
    return true;
  }

  /** Where rows begin, in the order in which they are packed; of those that are alike the first one first. */
  #inOrder(): Int32Array {
    const rows = this.#rows;
    const order = Int32Array.from({ length: this.#size }, (_, index) => index * WIDTH);
    return order.sort((a, b) => {
      for (let column = 0; column < PRIORS; column++) {
        const difference = (rows[a + column] as number) - (rows[b + column] as number);
        if (difference !== 0) return difference;
      }
      return (rows[a + FIRST] as number) - (rows[b + FIRST] as number) || a - b;
    });
  }

  #isSame(a: number, b: number, columns: number): boolean {
    for (let column = 0; column < columns; column++) if (this.#rows[a + column] !== this.#rows[b + column]) return false;
    return true;
  }

  /** Adds the figures of a row to those of another one. */
  #addTo(at: number, from: number): void {
    const rows = this.#rows;
    (rows[at + ATTEMPTS] as number) += rows[from + ATTEMPTS] as number;
    (rows[at + DELIVERIES] as number) += rows[from + DELIVERIES] as number;
    rows[at + FIRST] = Math.min(rows[at + FIRST] as number, rows[from + FIRST] as number);
    rows[at + LAST] = Math.max(rows[at + LAST] as number, rows[from + LAST] as number);
  }

  #sectionAt(at: number): Section {
    const column = (index: number) => this.#rows[at + index] as number;
    return { outcome: column(OUTCOME), reply: column(REPLY), listing: column(LISTING), host: column(HOST) };
  }

  #rowAt(at: number): TotalsRow {
    const column = (index: number) => this.#rows[at + index] as number;
    return {
      domain: column(DOMAIN),
      route: column(ROUTE),
      sender: column(SENDER),
      priorHour: column(PRIOR_HOUR),
      priors: this.#priors[column(PRIORS) - 1] ?? [],
      attempts: column(ATTEMPTS),
      deliveries: column(DELIVERIES),
      firstSeen: this.#begin + column(FIRST),
      lastSeen: this.#begin + column(LAST),
    };
  }
}
