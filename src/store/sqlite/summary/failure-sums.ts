import type { Sort } from '../../../report/question.js';
import { OUTCOME_IDS } from '../outcomes.js';
import type { RowReader } from './packed-rows.js';

const { bounced: BOUNCED, expired: EXPIRED } = OUTCOME_IDS;

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

/** What is counted of each value. */
const COLUMNS = ['hard', 'soft', 'attempts', 'deliveries', 'first_seen', 'last_seen'] as const satisfies readonly (keyof Figures)[];
type Columns = Record<keyof Figures, Float64Array>;

/**
 * Failures by value (its id), in columns: a month has a million rows of a hundred thousand values, and adding them up in objects of a
 * Map took eight times as long. A delivery counts where it was not deferred before in the range.
 */
export class FailureSums {
  /** The place of each key, one more; 0 = none yet. */
  #places = new Int32Array(1024);
  readonly #keys: number[] = [];
  #columns = newColumns(1024);

  get size(): number {
    return this.#keys.length;
  }

  /**
   * Adds packed rows.
   * @param keys of these alone; `null` = all
   * @param since of the range, hours since 1970
   */
  addRows(rows: RowReader, keys: readonly number[] | null, since: number): void {
    rows.each(keys, () => {
      const place = this.#placeOf(rows.key);
      const { hard, soft, attempts, deliveries, first_seen, last_seen } = this.#columns;
      const fresh = rows.priorHour < since ? rows.deliveries : 0;
      if (rows.outcome === BOUNCED || rows.outcome === EXPIRED) (hard[place] as number) += rows.deliveries;
      else (soft[place] as number) += fresh;
      (attempts[place] as number) += rows.attempts;
      (deliveries[place] as number) += fresh;
      if (rows.firstSeen < (first_seen[place] as number)) first_seen[place] = rows.firstSeen;
      if (rows.lastSeen > (last_seen[place] as number)) last_seen[place] = rows.lastSeen;
    });
  }

  add(key: number, figures: Figures): void {
    const place = this.#placeOf(key);
    for (const name of ['hard', 'soft', 'attempts', 'deliveries'] as const) (this.#columns[name][place] as number) += figures[name];
    this.#columns.first_seen[place] = Math.min(this.#columns.first_seen[place] as number, figures.first_seen);
    this.#columns.last_seen[place] = Math.max(this.#columns.last_seen[place] as number, figures.last_seen);
  }

  /** Of all values together. */
  total(column: 'hard' | 'soft' | 'deliveries'): number {
    return this.#columns[column].reduce((sum, value) => sum + value, 0);
  }

  /** Those of these values that there are. */
  of(keys: Iterable<number>): [number, Figures][] {
    return [...keys].flatMap((key): [number, Figures][] => {
      const place = (this.#places[key] ?? 0) - 1;
      return place < 0 ? [] : [[key, this.#at(place)]];
    });
  }

  /** The values that are among the first `limit` by the figure that they are sorted by, and all that are equal to the last of these; all for 0, or by name. */
  mayBeShown(sort: Sort, limit: number): [number, Figures][] {
    const places = [...this.#keys.keys()];
    const shown = sort === 'name' || limit === 0 || this.size <= limit ? places : this.#best(places, sort, limit);
    return shown.map((place) => [this.#keys[place] as number, this.#at(place)]);
  }

  #best(places: readonly number[], sort: Exclude<Sort, 'name'>, limit: number): number[] {
    const column = this.#columns[sort === 'first' ? 'first_seen' : sort === 'last' ? 'last_seen' : sort];
    const values = column.slice(0, this.size).sort();
    if (sort === 'first') return places.filter((place) => (column[place] as number) <= (values[limit - 1] as number));
    return places.filter((place) => (column[place] as number) >= (values[values.length - limit] as number));
  }

  #at(place: number): Figures {
    return Object.fromEntries(COLUMNS.map((name) => [name, this.#columns[name][place]])) as unknown as Figures;
  }

  #placeOf(key: number): number {
    if (key >= this.#places.length) {
      const places = new Int32Array(2 ** Math.ceil(Math.log2(key + 1)));
      places.set(this.#places);
      this.#places = places;
    }
    const known = this.#places[key] as number;
    if (known > 0) return known - 1;
    this.#places[key] = this.#keys.push(key);
    if (this.size > this.#columns.hard.length) {
      const columns = newColumns(this.#columns.hard.length * 2);
      for (const name of COLUMNS) columns[name].set(this.#columns[name]);
      this.#columns = columns;
    }
    return this.size - 1;
  }
}

function newColumns(length: number): Columns {
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, new Float64Array(length)])) as Columns;
  columns.first_seen.fill(Number.POSITIVE_INFINITY);
  return columns;
}
