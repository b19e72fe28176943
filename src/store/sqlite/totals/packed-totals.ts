import { NumberReader, NumberWriter } from '../numbers.js';
import type { Prior } from '../prior.js';

/*
 * The totals of an hour, or of a longer time without senders, packed: as rows of a table they took 34 bytes an event and 1.5 µs each to read.
 *
 * First the form and the unit of times (see below), then sections. All rows of a section share outcome, reply, listing and host: these (the
 * outcome times two, one more where rows have senders), then how many bytes the rows of the section have, so that a reader passes over those
 * that nobody asked for.
 * A row has what its domain is greater than that of the row before; its route, as the difference to that of the row before; its sender, if any
 * (greater than that of the row before, where all in front of it is the same); a number for earlier deferrals and the shape of the row (see below);
 * and when it was first seen, since the hour began. A row that is more than one delivery also has attempts, where these are not as many,
 * deliveries, and how much later it was last seen.
 *
 * In the earlier form outcomes stand alone, every row has a sender, a route that follows another domain stands as it is, and attempts are never left out.
 */

const HOUR = 3_600_000;
const SECOND = 1000;

/** What totals begin with. */
const FORMS = { ms: 2, seconds: 3 };
const EARLIER_FORMS = { ms: 1, seconds: 1000 };

/** Below it: one delivery with so many tries. */
const MANY = 2;
/** More, each with one try. */
const MANY_AT_ONCE = 3;
const SHAPES = 4;
const EARLIER_SHAPES = 3;
/** Earlier deferrals: none; of other kinds (they follow: how many, then reply, route, listing and the hours since); above it, hours since the last one. */
const NO_PRIOR = 0;
const OTHER_PRIORS = 1;
const ALIKE = 2;

/** What rows of a section have in common. 0 = none. */
export interface Section {
  outcome: number;
  reply: number;
  listing: number;
  host: number;
}

/** Where a row belongs in its section, and its figures. */
export interface TotalsRow {
  domain: number;
  route: number;
  sender: number;
  /** The last hour (since 1970) in which its deliveries were deferred before, this one at most; 0 = they were not. */
  priorHour: number;
  /** Those deferrals, where they were not all like this row; else none. */
  priors: readonly Prior[];
  attempts: number;
  deliveries: number;
  /** UTC ms. */
  firstSeen: number;
  lastSeen: number;
}

const NO_PRIORS: readonly Prior[] = [];

/** Packs rows that come in order: by section, domain, route and sender. */
export class TotalsPacker {
  #hour = 0;
  #unit = 1;
  readonly #all = new NumberWriter();
  readonly #rows = new NumberWriter();
  #domain = 0;
  #route = 0;
  #sender = 0;
  #hasSenders = false;

  /**
   * @param hour since 1970
   * @param isInSeconds all times are whole seconds
   */
  begin(hour: number, isInSeconds: boolean): void {
    this.#hour = hour;
    this.#unit = isInSeconds ? SECOND : 1;
    this.#all.clear();
    this.#all.put(isInSeconds ? FORMS.seconds : FORMS.ms);
  }

  /** @param hasSenders whether any of its rows has one */
  beginSection({ outcome, reply, listing, host }: Section, hasSenders: boolean): void {
    this.#endSection();
    this.#hasSenders = hasSenders;
    this.#all.put(outcome * 2 + Number(hasSenders));
    this.#all.put(reply);
    this.#all.put(listing);
    this.#all.put(host);
    this.#domain = 0;
    this.#route = 0;
    this.#sender = 0;
  }

  put({ domain, route, sender, priorHour, priors, attempts, deliveries, firstSeen, lastSeen }: TotalsRow): void {
    const rows = this.#rows;
    const isSameDomain = domain === this.#domain;
    const isSameRoute = isSameDomain && route === this.#route;
    rows.put(domain - this.#domain);
    rows.put(isSameDomain ? route - this.#route : differenceOf(route, this.#route));
    if (this.#hasSenders) rows.put(isSameRoute ? sender - this.#sender : sender);
    this.#domain = domain;
    this.#route = route;
    this.#sender = sender;
    const isMany = deliveries !== 1 || attempts >= MANY || firstSeen !== lastSeen;
    const shape = isMany ? (attempts === deliveries ? MANY_AT_ONCE : MANY) : attempts;
    rows.put(this.#priorCode(priorHour, priors) * SHAPES + shape);
    if (priors.length > 0) this.#putPriors(priors);
    rows.put((firstSeen - this.#hour * HOUR) / this.#unit);
    if (!isMany) return;
    if (shape === MANY) rows.put(attempts);
    rows.put(deliveries);
    rows.put((lastSeen - firstSeen) / this.#unit);
  }

  /** What was put, until it begins anew. */
  packed(): Buffer {
    this.#endSection();
    return this.#all.written();
  }

  #priorCode(priorHour: number, priors: readonly Prior[]): number {
    if (priors.length > 0) return OTHER_PRIORS;
    return priorHour === 0 ? NO_PRIOR : ALIKE + this.#hoursSince(priorHour);
  }

  #putPriors(priors: readonly Prior[]): void {
    this.#rows.put(priors.length);
    for (const { reply, route, listing, hour } of priors) {
      this.#rows.put(reply);
      this.#rows.put(route);
      this.#rows.put(listing);
      this.#rows.put(this.#hoursSince(hour));
    }
  }

  /** A deferral that a log out of order tells of later is one of this hour: both lie in any range that has it. */
  #hoursSince(hour: number): number {
    return Math.max(0, this.#hour - hour);
  }

  #endSection(): void {
    // A section has a row at least.
    if (this.#rows.length === 0) return;
    this.#all.put(this.#rows.length);
    this.#all.putBytes(this.#rows.written());
    this.#rows.clear();
  }
}

/** Goes through packed totals; where it stands is in its fields. */
export class TotalsReader implements Section, TotalsRow {
  readonly hour: number;
  outcome = 0;
  reply = 0;
  listing = 0;
  host = 0;
  domain = 0;
  route = 0;
  sender = 0;
  priorHour = 0;
  priors = NO_PRIORS;
  attempts = 0;
  deliveries = 0;
  /** In units since the hour began, and since then. */
  #first = 0;
  #later = 0;
  readonly #numbers: NumberReader;
  readonly #begin: number;
  readonly #unit: number;
  readonly #isEarlier: boolean;
  #hasSenders = true;
  #end: number;

  /** @param hour since 1970 */
  constructor(packed: Buffer, hour: number) {
    this.hour = hour;
    this.#begin = hour * HOUR;
    this.#numbers = new NumberReader(packed);
    const form = this.#numbers.next();
    this.#isEarlier = form === EARLIER_FORMS.ms || form === EARLIER_FORMS.seconds;
    this.#unit = form === FORMS.seconds || form === EARLIER_FORMS.seconds ? SECOND : 1;
    this.#end = this.#numbers.at;
  }

  /** All times are whole seconds. */
  get isInSeconds(): boolean {
    return this.#unit === SECOND;
  }

  get firstSeen(): number {
    return this.#begin + this.#first * this.#unit;
  }

  get lastSeen(): number {
    return this.firstSeen + this.#later * this.#unit;
  }

  /** Goes to the next section, over what is left of this one. @returns whether there is one */
  nextSection(): boolean {
    const numbers = this.#numbers;
    numbers.at = this.#end;
    if (numbers.isAtEnd) return false;
    const outcome = numbers.next();
    this.outcome = this.#isEarlier ? outcome : outcome >>> 1;
    this.#hasSenders = this.#isEarlier || (outcome & 1) === 1;
    this.reply = numbers.next();
    this.listing = numbers.next();
    this.host = numbers.next();
    const length = numbers.next() >>> 0;
    // No further than what there is: a damaged database must not send a reader round and round.
    this.#end = Math.min(numbers.at + length, numbers.length);
    this.domain = 0;
    this.route = 0;
    this.sender = 0;
    return true;
  }

  /** Goes to the next row of the section. @returns whether there is one */
  nextRow(): boolean {
    const numbers = this.#numbers;
    if (numbers.at >= this.#end) return false;
    const domain = numbers.next();
    const route = numbers.next();
    const sender = this.#hasSenders ? numbers.next() : 0;
    if (domain > 0) {
      this.domain += domain;
      this.route = this.#isEarlier ? route : withDifference(this.route, route);
      this.sender = sender;
    } else {
      this.route += route;
      this.sender = route > 0 ? sender : this.sender + sender;
    }
    const code = numbers.next();
    const prior = this.#isEarlier ? (code / EARLIER_SHAPES) | 0 : (code / SHAPES) | 0;
    const shape = this.#isEarlier ? code % EARLIER_SHAPES : code % SHAPES;
    if (prior === OTHER_PRIORS) this.#readPriors();
    else {
      this.priors = NO_PRIORS;
      this.priorHour = prior === NO_PRIOR ? 0 : this.hour - prior + ALIKE;
    }
    this.#first = numbers.next();
    if (shape >= MANY) {
      const first = numbers.next();
      this.attempts = first;
      this.deliveries = shape === MANY ? numbers.next() : first;
      this.#later = numbers.next();
    } else {
      this.attempts = shape;
      this.deliveries = 1;
      this.#later = 0;
    }
    return true;
  }

  #readPriors(): void {
    const numbers = this.#numbers;
    const priors: Prior[] = [];
    this.priorHour = 0;
    for (let left = numbers.next(); left > 0 && !numbers.isAtEnd; left--) {
      const prior = { reply: numbers.next(), route: numbers.next(), listing: numbers.next(), hour: this.hour - numbers.next() };
      priors.push(prior);
      if (prior.hour > this.priorHour) this.priorHour = prior.hour;
    }
    this.priors = priors;
  }
}

/** From one number to another, up or down, as one from 0 on ("zigzag", as in Protocol Buffers): rows that follow each other have close routes. */
function differenceOf(to: number, from: number): number {
  return to >= from ? (to - from) * 2 : (from - to) * 2 - 1;
}

function withDifference(from: number, difference: number): number {
  return (difference & 1) === 0 ? from + (difference >>> 1) : from - (difference >>> 1) - 1;
}
