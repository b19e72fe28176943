import { NumberReader, NumberWriter } from '../numbers.js';
import { OUTCOME_IDS } from '../outcomes.js';
import { nthGreatest } from './nth-greatest.js';
import type { RowReader } from './packed-rows.js';

/*
 * Of a day or a longer time how many deliveries of each value failed, and no more: a third of what is packed of them. It tells which few
 * values may be the first ones of a range; of these alone all figures are read.
 *
 * First there are the sums of all values: how many, then of each outcome and earlier deferral the outcome, how many hours before the time began
 * that deferral was, one more (0 = there was none), and deliveries. Then of each value: what its key is greater than that of the one before;
 * deliveries without an earlier deferral in the time itself, times two, one more where some have one from before; then how many of them.
 */

const { bounced: BOUNCED, expired: EXPIRED } = OUTCOME_IDS;

/** @param rows of the values of a time that begins at `start` (hours since 1970), with all their counts */
export function packedRanks(rows: RowReader, start: number): Buffer {
  const sums = new Map<number, Map<number, number>>();
  const values = new NumberWriter();
  let last = 0;
  while (rows.next()) {
    let all = 0;
    let deferredBefore = 0;
    do {
      const { outcome, priorHour, deliveries } = rows;
      const ofOutcome = sums.get(outcome) ?? new Map<number, number>();
      sums.set(outcome, ofOutcome.set(priorHour, (ofOutcome.get(priorHour) ?? 0) + deliveries));
      if (priorHour < start) all += deliveries;
      if (priorHour < start && priorHour > 0) deferredBefore += deliveries;
    } while (rows.nextCount());
    values.put(rows.key - last);
    values.put(all * 2 + (deferredBefore > 0 ? 1 : 0));
    if (deferredBefore > 0) values.put(deferredBefore);
    last = rows.key;
  }
  const head = new NumberWriter();
  const counts = [...sums].flatMap(([outcome, ofOutcome]) => [...ofOutcome].map(([priorHour, deliveries]) => ({ outcome, priorHour, deliveries })));
  head.put(counts.length);
  for (const { outcome, priorHour, deliveries } of counts) {
    head.put(outcome);
    head.put(priorHour === 0 ? 0 : start - priorHour + 1);
    head.put(deliveries);
  }
  return Buffer.concat([head.written(), values.written()]);
}

/** Adds up how many deliveries of each value failed in a range: as far as ranks tell, at least and at most. */
export class Ranks {
  readonly #since: number;
  #least = new Int32Array(1024);
  #most = new Int32Array(1024);
  #isKnown = new Uint8Array(1024);
  /** Values. */
  size = 0;
  /** Deliveries of all values together. */
  readonly all = { hard: 0, soft: 0, deliveries: 0 };

  /** @param since of the range, hours since 1970 */
  constructor(since: number) {
    this.#since = since;
  }

  /** @param packed ranks of a time that begins at `start`, hours since 1970 */
  add(packed: Buffer, start: number): void {
    const numbers = new NumberReader(packed);
    for (let rest = numbers.next(); rest > 0; rest--) {
      const outcome = numbers.next();
      const hours = numbers.next();
      this.#addToAll(outcome, hours === 0 ? 0 : start - hours + 1, numbers.next());
    }
    for (let key = 0; !numbers.isAtEnd; ) {
      key += numbers.next();
      const number = numbers.next();
      const most = number >>> 1;
      this.#addValue(key, (number & 1) === 0 ? most : most - numbers.next(), most);
    }
  }

  /** Adds values of which all is known. */
  addRows(rows: RowReader): void {
    while (rows.next()) {
      let deliveries = 0;
      do {
        this.#addToAll(rows.outcome, rows.priorHour, rows.deliveries);
        if (rows.priorHour < this.#since) deliveries += rows.deliveries;
      } while (rows.nextCount());
      this.#addValue(rows.key, deliveries, deliveries);
    }
  }

  /** The same, of one value. */
  addFigures(key: number, { hard, soft, deliveries }: { hard: number; soft: number; deliveries: number }): void {
    this.all.hard += hard;
    this.all.soft += soft;
    this.all.deliveries += deliveries;
    this.#addValue(key, deliveries, deliveries);
  }

  /** All values that may be among the `limit` with the most deliveries, or be their equals. */
  leaders(limit: number): number[] {
    const least = nthGreatest(this.#least, limit);
    const leaders: number[] = [];
    for (let key = 0; key < this.#most.length; key++) if (this.#isKnown[key] === 1 && (this.#most[key] as number) >= least) leaders.push(key);
    return leaders;
  }

  #addToAll(outcome: number, priorHour: number, deliveries: number): void {
    const fresh = priorHour < this.#since ? deliveries : 0;
    if (outcome === BOUNCED || outcome === EXPIRED) this.all.hard += deliveries;
    else this.all.soft += fresh;
    this.all.deliveries += fresh;
  }

  #addValue(key: number, least: number, most: number): void {
    if (key >= this.#most.length) this.#grow(key);
    (this.#least[key] as number) += least;
    (this.#most[key] as number) += most;
    if (this.#isKnown[key] === 1) return;
    this.#isKnown[key] = 1;
    this.size++;
  }

  #grow(key: number): void {
    const length = 2 ** Math.ceil(Math.log2(key + 1));
    const [least, most, isKnown] = [new Int32Array(length), new Int32Array(length), new Uint8Array(length)];
    least.set(this.#least);
    most.set(this.#most);
    isKnown.set(this.#isKnown);
    this.#least = least;
    this.#most = most;
    this.#isKnown = isKnown;
  }
}
