import { twice } from '../numbers.js';
import type { Prior } from '../prior.js';
import { RowSorter } from './in-order.js';
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
const NO_PRIORS: readonly Prior[] = [];

/** Gathers what is counted of an hour, in any order, and adds it up when it is packed. */
export class HourTotals {
  #hour = 0;
  #begin = 0;
  #rows = new Int32Array(64 * WIDTH);
  #size = 0;
  /** By number, from 1 on. */
  #priors: (readonly Prior[])[] = [];
  readonly #sorter = new RowSorter();
  readonly #packer = new TotalsPacker();
  readonly #section: Section = { outcome: 0, reply: 0, listing: 0, host: 0 };
  readonly #row: TotalsRow = { domain: 0, route: 0, sender: 0, priorHour: 0, priors: [], attempts: 0, deliveries: 0, firstSeen: 0, lastSeen: 0 };

  /** @param hour since 1970 */
  constructor(hour: number) {
    this.begin(hour);
  }

  /** Begins anew with another hour, in the same memory. */
  begin(hour: number): void {
    this.#hour = hour;
    this.#begin = hour * HOUR;
    this.#size = 0;
    this.#priors = [];
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

  /** What was added, until the next call. */
  packed(): Buffer {
    const rows = this.#rows;
    const packer = this.#packer;
    packer.begin(this.#hour, this.#isInSeconds());
    const withSenders = this.#outcomesWithSenders();
    let before = -1;
    for (const at of this.#sorter.inOrder(rows, this.#size, WIDTH, PRIORS)) {
      if (before >= 0 && this.#isSame(before, at, PRIORS) && rows[at + PRIORS] === 0 && rows[before + PRIORS] === 0) {
        this.#addTo(at, before);
      } else if (before >= 0) packer.put(this.#rowAt(before));
      if (before < 0 || !this.#isSame(before, at, SECTION_END)) {
        packer.beginSection(this.#sectionAt(at), withSenders.has(rows[at + OUTCOME] as number));
      }
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

  /** Delivered mail has none. */
  #outcomesWithSenders(): ReadonlySet<number> {
    const outcomes = new Set<number>();
    for (let at = 0; at < this.#size * WIDTH; at += WIDTH) if (this.#rows[at + SENDER] !== 0) outcomes.add(this.#rows[at + OUTCOME] as number);
    return outcomes;
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
    const rows = this.#rows;
    const section = this.#section;
    section.outcome = rows[at + OUTCOME] as number;
    section.reply = rows[at + REPLY] as number;
    section.listing = rows[at + LISTING] as number;
    section.host = rows[at + HOST] as number;
    return section;
  }

  #rowAt(at: number): TotalsRow {
    const rows = this.#rows;
    const row = this.#row;
    row.domain = rows[at + DOMAIN] as number;
    row.route = rows[at + ROUTE] as number;
    row.sender = rows[at + SENDER] as number;
    row.priorHour = rows[at + PRIOR_HOUR] as number;
    const priors = rows[at + PRIORS] as number;
    row.priors = priors === 0 ? NO_PRIORS : (this.#priors[priors - 1] as readonly Prior[]);
    row.attempts = rows[at + ATTEMPTS] as number;
    row.deliveries = rows[at + DELIVERIES] as number;
    row.firstSeen = this.#begin + (rows[at + FIRST] as number);
    row.lastSeen = this.#begin + (rows[at + LAST] as number);
    return row;
  }
}
