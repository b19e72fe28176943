import type { Database } from 'better-sqlite3';
import type { Filters, Group } from '../../../report/question.js';
import { OUTCOME_IDS } from '../outcomes.js';
import type { Prior } from '../prior.js';
import { FailureSums } from '../summary/failure-sums.js';
import { outcomesOf } from '../where.js';
import { type Dimension, dimensionOf, type Name } from './dimensions.js';
import { type IdsAskedFor, idsAskedFor } from './ids-asked-for.js';
import type { TotalsReader } from './packed-totals.js';
import { type Hours, totalsIn } from './read.js';

const { deferred: DEFERRED } = OUTCOME_IDS;

export interface CountQuestion {
  by: readonly Group[];
  filters: Filters;
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
  deliveries: number[];
}

/**
 * Counts what the totals have of some hours, in one pass: any groups, any filters but for the recipient. A delivery counts where it was not deferred
 * before in the range and group, as far as the filters see.
 */
export function countTotals(db: Database, { by, filters, since, hours }: CountQuestion): Counted {
  const dimensions = by.map((group) => dimensionOf(db, group));
  const count = new Count({ dimensions, ids: idsAskedFor(db, filters), outcomes: outcomesOf(filters), isByOutcome: by.includes('outcome'), since });
  for (const totals of totalsIn(db, hours)) count.add(totals);
  return { groups: count.groups, namesOf: (groups) => count.namesOf(groups), deliveries: count.deliveries };
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
  readonly #outcomes: readonly number[];
  readonly #isByOutcome: boolean;
  readonly #countsDeferred: boolean;
  readonly #since: number;
  /** The dimensions that have one value in a section, the others, and what the number of each is multiplied with in that of a group. */
  readonly #ofSection: Scaled[];
  readonly #ofRow: Scaled[];
  readonly #ofAttempt: Dimension[];
  readonly #numbers: GroupNumbers;

  constructor({ dimensions, ids, outcomes, isByOutcome, since }: CountOptions) {
    this.#dimensions = dimensions;
    this.#ids = ids;
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
    this.#ofRow = scaled.filter(({ dimension }) => !dimension.isOfSection);
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
    const sectionPlace = this.#ofRow.length === 0 ? this.#numbers.of(ofSection) : 0;
    let deliveries = 0;
    while (totals.nextRow()) {
      if (domain !== null && !domain.has(totals.domain)) continue;
      if (route !== null && !route.has(totals.route)) continue;
      if (sender !== null && !sender.has(totals.sender)) continue;
      const isFirst = totals.priorHour < since;
      deliveries += outcome !== DEFERRED || isFirst || !this.#hasPrior(totals, NO_DIMENSIONS) ? totals.deliveries : 0;
      if (!isFailure) continue;
      let place = sectionPlace;
      if (this.#ofRow.length > 0) {
        let number = ofSection;
        for (const { dimension, scale } of this.#ofRow) number += dimension.numberOf(totals) * scale;
        place = this.#numbers.of(number);
      }
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

interface Scaled {
  dimension: Dimension;
  scale: number;
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
