import type { Database } from 'better-sqlite3';
import type { Filters, Group } from '../../../report/question.js';
import { OUTCOME_IDS } from '../outcomes.js';
import { FailureSums } from '../summary/failure-sums.js';
import type { Section, TotalsReader, TotalsRow } from '../totals/packed-totals.js';
import { outcomesOf } from '../where.js';
import { AskedFor } from './asked-for.js';
import type { AddedSection } from './cut-hours.js';
import { type Dimension, dimensionOf, type Keys, type Name } from './dimensions.js';
import { idsAskedFor } from './ids-asked-for.js';

const { deferred: DEFERRED } = OUTCOME_IDS;

export interface CountQuestion {
  by: readonly Group[];
  filters: Filters;
}

/** What is counted by itself. */
export interface CountRange {
  /** First hour of the range, since 1970. */
  since: number;
  /** Those of the hours that are to be counted, or of longer times in the range. */
  totals: Iterable<TotalsReader>;
  /** What is to be added to them; asked for when this range is counted. */
  added?: (() => readonly AddedSection[]) | undefined;
}

/** What was counted: the failures by group, and all deliveries by outcome (as the database numbers them). */
export interface Counted {
  /** By the number of a group. */
  groups: FailureSums;
  /** The names of groups, by their numbers: of each, one for each level. */
  namesOf: (groups: readonly number[]) => Name[][];
  /** Groups with these names, of one level. */
  groupsNamed: (names: readonly Name[]) => number[];
  /** What groups with the same names on the outer levels have in common, and no others: of one level, the value's number in its dimension. */
  prefixOf: (group: number, levels: number) => number;
  deliveries: number[];
}

/**
 * Counts what some totals have, in one pass: any groups, any filters but for the recipient. A delivery counts where it was not deferred
 * before in the range and group, as far as the filters see.
 */
export function countTotals(db: Database, { by, filters }: CountQuestion, range: CountRange): Counted {
  return countEach(db, { bys: [by], filters }, [range])[0]?.[0] as Counted;
}

/** The same of each of some ranges, by each of some groups. */
export function countEach(
  db: Database,
  { bys, filters }: { bys: readonly (readonly Group[])[]; filters: Filters },
  ranges: readonly CountRange[],
): Counted[][] {
  const dimensions = bys.map((by) => by.map((group) => dimensionOf(db, group)));
  const ids = idsAskedFor(db, filters);
  const outcomes = outcomesOf(filters);
  return ranges.map(({ since, totals, added = () => [] }) => {
    const asked = new AskedFor(ids, since);
    const counts = bys.map((by, index) => new Count({ dimensions: dimensions[index] ?? [], asked, outcomes, isByOutcome: by.includes('outcome') }));
    const deliveries = [0, 0, 0, 0, 0, 0, 0, 0];
    for (const rows of totals) addAll(rows, asked, counts, deliveries);
    for (const section of added()) addSection(section, asked, counts, deliveries);
    return counts.map((count) => ({
      groups: count.groups,
      namesOf: (groups) => count.namesOf(groups),
      groupsNamed: (names) => count.groupsNamed(names),
      prefixOf: (group, levels) => count.prefixOf(group, levels),
      deliveries,
    }));
  });
}

function addAll(totals: TotalsReader, asked: AskedFor, counts: readonly Count[], deliveries: number[]): void {
  const { since, lastDomain } = asked;
  while (totals.nextSection()) {
    if (!asked.hasSection(totals)) continue;
    const { outcome } = totals;
    for (const count of counts) count.beginSection(totals);
    let ofOutcome = 0;
    while (totals.nextRow()) {
      // Rows stand in the order of their domains.
      if (totals.domain > lastDomain) break;
      if (!asked.hasRow(totals)) continue;
      const isFirst = totals.priorHour < since;
      if (outcome !== DEFERRED || isFirst || !asked.hasPrior(totals, NO_DIMENSIONS)) ofOutcome += totals.deliveries;
      for (const count of counts) count.add(totals, isFirst);
    }
    (deliveries[outcome] as number) += ofOutcome;
  }
}

function addSection(rows: AddedSection, asked: AskedFor, counts: readonly Count[], deliveries: number[]): void {
  const [first] = rows;
  if (!asked.hasSection(first)) return;
  for (const count of counts) count.beginSection(first);
  for (const row of rows) {
    if (!asked.hasRow(row)) continue;
    const isFirst = row.priorHour < asked.since;
    if (row.outcome !== DEFERRED || isFirst || !asked.hasPrior(row, NO_DIMENSIONS)) (deliveries[row.outcome] as number) += row.deliveries;
    for (const count of counts) count.add(row, isFirst);
  }
}

interface CountOptions {
  dimensions: readonly Dimension[];
  asked: AskedFor;
  outcomes: readonly number[];
  isByOutcome: boolean;
}

/** Adds up by the groups of some dimensions. */
class Count {
  readonly groups = new FailureSums();
  readonly #dimensions: readonly Dimension[];
  readonly #asked: AskedFor;
  readonly #outcomes: readonly number[];
  readonly #isByOutcome: boolean;
  readonly #countsDeferred: boolean;
  /** The dimensions that have one value in a section; the part that others have in the number of a group, `null` = none. */
  readonly #ofSection: Scaled[];
  readonly #ofRow: ((row: Keys) => number) | null;
  readonly #ofAttempt: Dimension[];
  readonly #numbers: GroupNumbers;
  /** Of the section: whether its rows are failures that are asked for, whether each is counted, and what it has in the number of a group. */
  #isFailure = false;
  #isEachFresh = false;
  #sectionNumber = 0;
  /** The group of all rows of the section, where that is one. */
  #sectionPlace = 0;

  constructor({ dimensions, asked, outcomes, isByOutcome }: CountOptions) {
    this.#dimensions = dimensions;
    this.#asked = asked;
    this.#outcomes = outcomes;
    this.#isByOutcome = isByOutcome;
    this.#countsDeferred = outcomes.includes(DEFERRED);
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

  beginSection(totals: Keys): void {
    this.#isFailure = this.#outcomes.includes(totals.outcome);
    if (!this.#isFailure) return;
    this.#isEachFresh = !this.#countsDeferred || (this.#isByOutcome && totals.outcome !== DEFERRED);
    this.#sectionNumber = this.#ofSection.reduce((number, { dimension, scale }) => number + dimension.numberOf(totals) * scale, 0);
    if (this.#ofRow === null) this.#sectionPlace = this.#numbers.of(this.#sectionNumber);
  }

  /** @param isFirst the range has no earlier deferral of it */
  add(totals: Section & TotalsRow, isFirst: boolean): void {
    if (!this.#isFailure) return;
    const ofRow = this.#ofRow;
    const place = ofRow === null ? this.#sectionPlace : this.#numbers.of(this.#sectionNumber + ofRow(totals));
    const isFresh = isFirst || this.#isEachFresh || !this.#asked.hasPrior(totals, this.#ofAttempt);
    this.groups.addDeliveries(place, totals, isFresh ? totals.deliveries : 0);
  }

  prefixOf(group: number, levels: number): number {
    return this.#numbers.behind(group) % this.#dimensions.slice(0, levels).reduce((scale, { size }) => scale * size, 1);
  }

  groupsNamed(names: readonly Name[]): number[] {
    const [dimension] = this.#dimensions;
    return (dimension?.numbersOf(names) ?? []).map((number) => this.#numbers.find(number)).filter((group) => group !== undefined);
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
  /** The same of a number that may not have come. */
  find: (number: number) => number | undefined;
  behind: (place: number) => number;
}

const SAME: GroupNumbers = { of: (number) => number, find: (number) => number, behind: (place) => place };

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

  find(number: number): number | undefined {
    return this.#places.get(number);
  }

  behind(place: number): number {
    return this.#numbers[place] as number;
  }
}
