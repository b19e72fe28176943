import type { Sort } from '../../../report/question.js';
import { twice } from '../numbers.js';
import { OUTCOME_IDS } from '../outcomes.js';
import type { Section, TotalsRow } from '../totals/packed-totals.js';
import { nthGreatest } from './nth-greatest.js';
import type { RowReader } from './packed-rows.js';

const { deferred: DEFERRED, bounced: BOUNCED, expired: EXPIRED } = OUTCOME_IDS;

/** Deliveries that are alike in outcome. */
export type Deliveries = Pick<TotalsRow, 'attempts' | 'deliveries' | 'firstSeen' | 'lastSeen'> & Pick<Section, 'outcome'>;

/** Figures of one value. */
export interface Figures {
  hard: number;
  soft: number;
  attempts: number;
  deliveries: number;
  /** UTC ms. */
  first_seen: number;
  last_seen: number;
}

/** What is counted of each value, in the order in which it stands. */
const COLUMNS = ['hard', 'soft', 'attempts', 'deliveries', 'first_seen', 'last_seen'] as const satisfies readonly (keyof Figures)[];
const WIDTH = COLUMNS.length;
/** The figure that values are sorted by. */
export const FIGURE_OF = {
  hard: 'hard',
  soft: 'soft',
  attempts: 'attempts',
  deliveries: 'deliveries',
  first: 'first_seen',
  last: 'last_seen',
} as const satisfies Record<Exclude<Sort, 'name'>, keyof Figures>;
const [HARD, SOFT, ATTEMPTS, DELIVERIES, FIRST, LAST] = [0, 1, 2, 3, 4, 5] as const;

/**
 * Failures by value (its id), as numbers in one row for each: a month has a million rows of a hundred thousand values, and adding them up in
 * objects of a Map took four times as long. A delivery counts where it was not deferred before in the range.
 */
export class FailureSums {
  /** The place of each key, one more; 0 = none yet. */
  #places = new Int32Array(1024);
  readonly #keys: number[] = [];
  #figures = new Float64Array(1024 * WIDTH);

  get size(): number {
    return this.#keys.length;
  }

  /**
   * Adds packed rows.
   * @param keys of these alone; `null` = all
   * @param since of the range, hours since 1970
   */
  addRows(rows: RowReader, keys: ReadonlySet<number> | null, since: number): void {
    while (rows.next()) {
      const isWanted = keys === null || keys.has(rows.key);
      if (isWanted) this.#addValue(rows, rows.key, since);
      else while (rows.nextCount());
    }
  }

  /** The same of all, by something that values have in common, and that each has one of. */
  addRowsBy(of: (key: number) => number, rows: RowReader, since: number): void {
    while (rows.next()) this.#addValue(rows, of(rows.key), since);
  }

  add(key: number, figures: Figures): void {
    const at = this.#placeOf(key) * WIDTH;
    for (const [index, name] of COLUMNS.entries()) if (index < FIRST) (this.#figures[at + index] as number) += figures[name];
    this.#figures[at + FIRST] = Math.min(this.#figures[at + FIRST] as number, figures.first_seen);
    this.#figures[at + LAST] = Math.max(this.#figures[at + LAST] as number, figures.last_seen);
  }

  /**
   * Adds deliveries that are alike.
   * @param fresh those that were not counted before
   */
  addDeliveries(key: number, { outcome, attempts, deliveries, firstSeen, lastSeen }: Deliveries, fresh: number): void {
    const at = this.#placeOf(key) * WIDTH;
    const figures = this.#figures;
    if (outcome === BOUNCED || outcome === EXPIRED) (figures[at + HARD] as number) += deliveries;
    else if (outcome === DEFERRED) (figures[at + SOFT] as number) += fresh;
    (figures[at + ATTEMPTS] as number) += attempts;
    (figures[at + DELIVERIES] as number) += fresh;
    if (firstSeen < (figures[at + FIRST] as number)) figures[at + FIRST] = firstSeen;
    if (lastSeen > (figures[at + LAST] as number)) figures[at + LAST] = lastSeen;
  }

  /** Of all values together. */
  total(column: 'hard' | 'soft' | 'deliveries'): number {
    let sum = 0;
    for (let at = COLUMNS.indexOf(column); at < this.size * WIDTH; at += WIDTH) sum += this.#figures[at] as number;
    return sum;
  }

  /** Those of these values that there are. */
  of(keys: Iterable<number>): [number, Figures][] {
    return [...keys].flatMap((key): [number, Figures][] => {
      const place = (this.#places[key] ?? 0) - 1;
      return place < 0 ? [] : [[key, this.#at(place)]];
    });
  }

  /** The same by something that values have in common. */
  by(of: (key: number) => number): FailureSums {
    const sums = new FailureSums();
    for (let place = 0; place < this.size; place++) {
      const at = sums.#placeOf(of(this.#keys[place] as number)) * WIDTH;
      const from = place * WIDTH;
      for (let column = 0; column < FIRST; column++) (sums.#figures[at + column] as number) += this.#figures[from + column] as number;
      sums.#figures[at + FIRST] = Math.min(sums.#figures[at + FIRST] as number, this.#figures[from + FIRST] as number);
      sums.#figures[at + LAST] = Math.max(sums.#figures[at + LAST] as number, this.#figures[from + LAST] as number);
    }
    return sums;
  }

  /** Those that are wanted. */
  where(isWanted: (key: number) => boolean): [number, Figures][] {
    const found: [number, Figures][] = [];
    for (const [place, key] of this.#keys.entries()) if (isWanted(key)) found.push([key, this.#at(place)]);
    return found;
  }

  /** All that there are. */
  all(): [number, Figures][] {
    return this.#keys.map((key, place) => [key, this.#at(place)]);
  }

  /** The values that are among the first `limit` by the figure that they are sorted by, and all that are equal to the last of these; all for 0, or by name. */
  mayBeShown(sort: Sort, limit: number): [number, Figures][] {
    const isAll = sort === 'name' || limit === 0 || this.size <= limit;
    const places = isAll ? this.#keys.keys() : this.#best(sort, limit);
    return Array.from(places, (place): [number, Figures] => [this.#keys[place] as number, this.#at(place)]);
  }

  #best(sort: Exclude<Sort, 'name'>, limit: number): number[] {
    const column = this.#column(FIGURE_OF[sort]);
    // The first is the least.
    if (sort === 'first') for (const [place, time] of column.entries()) column[place] = -time;
    const worst = nthGreatest(column, limit);
    const places: number[] = [];
    for (let place = 0; place < column.length; place++) if ((column[place] as number) >= worst) places.push(place);
    return places;
  }

  #column(name: keyof Figures): Float64Array {
    const column = new Float64Array(this.size);
    for (let place = 0, at = COLUMNS.indexOf(name); place < column.length; place++, at += WIDTH) column[place] = this.#figures[at] as number;
    return column;
  }

  #at(place: number): Figures {
    const figure = (column: number) => this.#figures[place * WIDTH + column] as number;
    return {
      hard: figure(HARD),
      soft: figure(SOFT),
      attempts: figure(ATTEMPTS),
      deliveries: figure(DELIVERIES),
      first_seen: figure(FIRST),
      last_seen: figure(LAST),
    };
  }

  #addValue(rows: RowReader, key: number, since: number): void {
    const at = this.#placeOf(key) * WIDTH;
    const figures = this.#figures;
    (figures[at + ATTEMPTS] as number) += rows.attempts;
    if (rows.firstSeen < (figures[at + FIRST] as number)) figures[at + FIRST] = rows.firstSeen;
    if (rows.lastSeen > (figures[at + LAST] as number)) figures[at + LAST] = rows.lastSeen;
    do {
      const fresh = rows.priorHour < since ? rows.deliveries : 0;
      if (rows.outcome === BOUNCED || rows.outcome === EXPIRED) (figures[at + HARD] as number) += rows.deliveries;
      else (figures[at + SOFT] as number) += fresh;
      (figures[at + DELIVERIES] as number) += fresh;
    } while (rows.nextCount());
  }

  #placeOf(key: number): number {
    if (key >= this.#places.length) {
      const places = new Int32Array(2 ** Math.ceil(Math.log2(key + 1)));
      places.set(this.#places);
      this.#places = places;
    }
    const known = this.#places[key] as number;
    return known > 0 ? known - 1 : this.#newPlace(key);
  }

  #newPlace(key: number): number {
    const place = this.size;
    this.#places[key] = this.#keys.push(key);
    if (this.size * WIDTH > this.#figures.length) this.#figures = twice(this.#figures);
    this.#figures[place * WIDTH + FIRST] = Number.POSITIVE_INFINITY;
    return place;
  }
}
