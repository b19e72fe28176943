import type { Database } from 'better-sqlite3';
import type { Filters, Group } from '../../../report/question.js';
import { OUTCOME_IDS } from '../outcomes.js';
import type { Prior } from '../prior.js';
import { FailureSums } from '../summary/failure-sums.js';
import type { TotalsReader } from '../totals/packed-totals.js';
import { type Hours, totalsIn } from '../totals/read.js';
import { outcomesOf } from '../where.js';
import { type Dimension, dimensionOf, type Keys, type Name } from './dimensions.js';
import { type IdsAskedFor, idsAskedFor } from './ids-asked-for.js';

const { deferred: DEFERRED } = OUTCOME_IDS;

export interface CountQuestion {
  by: readonly Group[];
  filters: Filters;
}

/** What is counted by itself. */
export interface CountRange {
  /** First hour of the range, since 1970. */
  since: number;
  /** Those of the range that are to be counted. */
  hours: Hours;
}

/** What was counted: the failures by group, and all deliveries by outcome (as the database numbers them). */
export interface Counted {
  /** By the number of a group. */
  groups: FailureSums;
  /** The names of groups, by their numbers: of each, one for each level. */
  namesOf: (groups: readonly number[]) => Name[][];
  /** What groups with the same names on the outer levels have in common, and no others. */
  prefixOf: (group: number, levels: number) => number;
  deliveries: number[];
}

/**
 * Counts what the totals have of some hours, in one pass: any groups, any filters but for the recipient. A delivery counts where it was not deferred
 * before in the range and group, as far as the filters see.
 */
export function countTotals(db: Database, question: CountQuestion, range: CountRange): Counted {
  return countEach(db, question, [range])[0] as Counted;
}

/** The same of each of some ranges. */
export function countEach(db: Database, { by, filters }: CountQuestion, ranges: readonly CountRange[]): Counted[] {
  const dimensions = by.map((group) => dimensionOf(db, group));
  const asked = { dimensions, ids: idsAskedFor(db, filters), outcomes: outcomesOf(filters), isByOutcome: by.includes('outcome') };
  return ranges.map(({ since, hours }) => {
    const count = new Count({ ...asked, since });
    for (const totals of totalsIn(db, hours)) count.add(totals);
    return {
      groups: count.groups,
      namesOf: (groups) => count.namesOf(groups),
      prefixOf: (group, levels) => count.prefixOf(group, levels),
      deliveries: count.deliveries,
    };
  });
}

interface CountOptions {
  dimensions: readonly Dimension[];
  ids: IdsAskedFor;
  outcomes: readonly number[];
  isByOutcome: boolean;
  since: number;
}

class Count {
  readonly groups = new FailureSums();
  readonly deliveries = [0, 0, 0, 0, 0, 0, 0, 0];
  readonly #dimensions: readonly Dimension[];
  readonly #ids: IdsAskedFor;
  readonly #lastDomain: number;
  readonly #outcomes: readonly number[];
  readonly #isByOutcome: boolean;
  readonly #countsDeferred: boolean;
  readonly #since: number;
  /** The dimensions that have one value in a section; the part that others have in the number of a group, `null` = none. */
  readonly #ofSection: Scaled[];
  readonly #ofRow: ((row: Keys) => number) | null;
  readonly #ofAttempt: Dimension[];
  readonly #numbers: GroupNumbers;

  constructor({ dimensions, ids, outcomes, isByOutcome, since }: CountOptions) {
    this.#dimensions = dimensions;
    this.#ids = ids;
    this.#lastDomain = ids.domain === null ? Number.POSITIVE_INFINITY : [...ids.domain].reduce((last, one) => Math.max(last, one), -1);
    this.#outcomes = outcomes;
    this.#isByOutcome = isByOutcome;
    this.#countsDeferred = outcomes.includes(DEFERRED);
    this.#since = since;
    let scale = 1;
    const scaled = dimensions.map((dimension): Scaled => {
      const one = { dimension, scale };
      scale *= dimension.size;
      return one;
    });
    this.#ofSection = scaled.filter(({ dimension }) => dimension.isOfSection);
    this.#ofRow = numberOfRow(scaled.filter(({ dimension }) => !dimension.isOfSection));
    this.#ofAttempt = dimensions.filter(({ ofAttempt }) => ofAttempt !== null);
    this.#numbers = scale <= DIRECT ? SAME : new Numbering();
  }

  add(totals: TotalsReader): void {
    const { reply, listing, host } = this.#ids;
    while (totals.nextSection()) {
      if (reply !== null && !reply.has(totals.reply)) continue;
      if (listing !== null && !listing.has(totals.listing)) continue;
      if (host !== null && !host.has(totals.host)) continue;
      this.#addSection(totals);
    }
  }

  #addSection(totals: TotalsReader): void {
    const { domain, route, sender } = this.#ids;
    const { outcome } = totals;
    const isFailure = this.#outcomes.includes(outcome);
    const since = this.#since;
    let ofSection = 0;
    for (const { dimension, scale } of this.#ofSection) ofSection += dimension.numberOf(totals) * scale;
    const numbers = this.#numbers;
    const ofRow = this.#ofRow;
    const sectionPlace = ofRow === null ? numbers.of(ofSection) : 0;
    let deliveries = 0;
    while (totals.nextRow()) {
      // Rows stand in the order of their domains.
      if (totals.domain > this.#lastDomain) break;
      if (domain !== null && !domain.has(totals.domain)) continue;
      if (route !== null && !route.has(totals.route)) continue;
      if (sender !== null && !sender.has(totals.sender)) continue;
      const isFirst = totals.priorHour < since;
      deliveries += outcome !== DEFERRED || isFirst || !this.#hasPrior(totals, NO_DIMENSIONS) ? totals.deliveries : 0;
      if (!isFailure) continue;
      const place = ofRow === null ? sectionPlace : numbers.of(ofSection + ofRow(totals));
      const isFresh = isFirst || !this.#countsDeferred || (this.#isByOutcome && outcome !== DEFERRED) || !this.#hasPrior(totals, this.#ofAttempt);
      this.groups.addDeliveries(place, totals, isFresh ? totals.deliveries : 0);
    }
    (this.deliveries[outcome] as number) += deliveries;
  }

  /** Whether the filters see that a delivery was deferred before in the range, in the same values of these dimensions. */
  #hasPrior(totals: TotalsReader, dimensions: readonly Dimension[]): boolean {
    if (totals.priors.length === 0) return true;
    return totals.priors.some(
      (prior) =>
        prior.hour >= this.#since &&
        this.#isAskedFor(prior) &&
        dimensions.every(({ ofAttempt, numberOf }) => ofAttempt?.(prior) === numberOf(totals)),
    );
  }

  #isAskedFor(prior: Prior): boolean {
    const { reply, route, listing } = this.#ids;
    return (
      (reply === null || reply.has(prior.reply)) && (route === null || route.has(prior.route)) && (listing === null || listing.has(prior.listing))
    );
  }

  prefixOf(group: number, levels: number): number {
    return this.#numbers.behind(group) % this.#dimensions.slice(0, levels).reduce((scale, { size }) => scale * size, 1);
  }

  namesOf(groups: readonly number[]): Name[][] {
    const numbers = groups.map((group) => this.#numbers.behind(group));
    let scale = 1;
    const byLevel = this.#dimensions.map((dimension) => {
      const names = dimension.namesOf(numbers.map((number) => Math.floor(number / scale) % dimension.size));
      scale *= dimension.size;
      return names;
    });
    return groups.map((_, index) => byLevel.map((names) => names[index] ?? null));
  }
}

/** A dimension, and what its number is multiplied with in that of a group. */
interface Scaled {
  dimension: Dimension;
  scale: number;
}

/** Nearly always it is one: without the loop, a tenth less of the whole. */
function numberOfRow([first, ...others]: Scaled[]): ((row: Keys) => number) | null {
  if (first === undefined) return null;
  const { dimension, scale } = first;
  if (others.length === 0) return scale === 1 ? dimension.numberOf : (row) => dimension.numberOf(row) * scale;
  return (row) => others.reduce((number, other) => number + other.dimension.numberOf(row) * other.scale, dimension.numberOf(row) * scale);
}

const NO_DIMENSIONS: readonly Dimension[] = [];
/** Numbers of groups up to which each has a place of its own; of more, those that there are are numbered. */
const DIRECT = 2 ** 22;

interface GroupNumbers {
  of: (number: number) => number;
  behind: (place: number) => number;
}

const SAME: GroupNumbers = { of: (number) => number, behind: (place) => place };

/** Numbers what there is, in the order in which it comes. */
class Numbering implements GroupNumbers {
  readonly #places = new Map<number, number>();
  readonly #numbers: number[] = [];

  of(number: number): number {
    let place = this.#places.get(number);
    if (place === undefined) {
      place = this.#numbers.push(number) - 1;
      this.#places.set(number, place);
    }
    return place;
  }

  behind(place: number): number {
    return this.#numbers[place] as number;
  }
}
