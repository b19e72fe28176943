import type { Database, Statement } from 'better-sqlite3';
import { DELIVERED } from '../outcomes.js';
import { isSame, type Prior, type WhereAndWhy } from '../prior.js';
import { hourOf } from './hour.js';
import { HourTotals } from './hour-totals.js';
import { TotalsReader } from './packed-totals.js';

/** An event to count. */
export interface CountedEvent {
  outcome: number;
  /** UTC ms. */
  time: number;
  host: number;
  domain: number;
  /** 0 = not known. */
  sender: number;
  where: WhereAndWhy;
  /** Earlier deferrals of the same delivery. */
  priors: readonly Prior[];
  /** 1, or 0 where nothing was tried. */
  attempts: number;
}

/** Where a tally of delivered mail belongs. */
export interface DeliveredIds {
  host: number;
  domain: number;
  route: number;
}

/** Rows that are kept in memory, 52 bytes each. */
const MAX_ROWS = 50_000;
/** Parts of an hour that are put together when there are more of them. */
const MAX_PARTS = 64;
/** Hours whose memory is kept for others. */
const MAX_SPARE = 2;
const NO_PRIORS: readonly Prior[] = [];

/**
 * Writes the totals by the hour. What comes between two commits is a part of its hour; when the hour is summed up, or has many parts, they
 * become one: so nothing that is there has to be looked for and changed for each event.
 */
export class TotalsWriter {
  readonly #hours = new Map<number, HourTotals>();
  readonly #spare: HourTotals[] = [];
  #rows = 0;
  #last: HourTotals | null = null;
  #lastHour = 0;
  readonly #lastPart: Statement<[number], number | null>;
  readonly #insert: Statement<[number, number, Buffer]>;
  readonly #parts: Statement<[number], Buffer>;
  readonly #delete: Statement<[number]>;

  constructor(db: Database) {
    this.#lastPart = db.prepare<[number], number | null>('SELECT max(part) FROM totals WHERE hour = ?').pluck();
    this.#insert = db.prepare('INSERT INTO totals (hour, part, rows) VALUES (?, ?, ?)');
    this.#parts = db.prepare<[number], Buffer>('SELECT rows FROM totals WHERE hour = ? ORDER BY part').pluck();
    this.#delete = db.prepare('DELETE FROM totals WHERE hour = ?');
  }

  /** Counts one event. */
  add({ outcome, time, host, domain, sender, where, priors, attempts }: CountedEvent): void {
    let priorHour = 0;
    for (const prior of priors) if (prior.hour > priorHour) priorHour = prior.hour;
    const { reply, route, listing } = where;
    // Nearly always all earlier deferrals were like this one: the hour alone then tells all.
    const others = priors.every((prior) => isSame(prior, where)) ? NO_PRIORS : priors.map((prior) => ({ ...prior }));
    this.#of(hourOf(time)).add(
      { outcome, reply, listing, host },
      { domain, route, sender, priorHour, priors: others, attempts, deliveries: 1, firstSeen: time, lastSeen: time },
    );
    this.#added();
  }

  /** Delivered mail comes added up already. */
  addDelivered({ host, domain, route }: DeliveredIds, count: number, firstSeen: number, lastSeen: number): void {
    this.#of(hourOf(firstSeen)).add(
      { outcome: DELIVERED, reply: 0, listing: 0, host },
      { domain, route, sender: 0, priorHour: 0, priors: NO_PRIORS, attempts: count, deliveries: count, firstSeen, lastSeen },
    );
    this.#added();
  }

  /** Writes what was counted, in the transaction of the events. */
  flush(): void {
    for (const [hour, totals] of this.#hours) {
      const part = (this.#lastPart.get(hour) ?? -1) + 1;
      this.#insert.run(hour, part, totals.packed());
      this.#spare.push(totals);
      if (part >= MAX_PARTS) this.merge(hour);
    }
    this.#spare.splice(MAX_SPARE);
    this.#hours.clear();
    this.#last = null;
    this.#rows = 0;
  }

  /** Makes one of the parts of an hour. */
  merge(hour: number): void {
    const parts = this.#parts.all(hour);
    if (parts.length < 2) return;
    const totals = this.#new(hour);
    for (const part of parts) totals.addPacked(new TotalsReader(part, hour));
    this.#delete.run(hour);
    this.#insert.run(hour, 0, totals.packed());
    this.#spare.push(totals);
  }

  #of(hour: number): HourTotals {
    if (this.#last !== null && hour === this.#lastHour) return this.#last;
    let totals = this.#hours.get(hour);
    if (totals === undefined) {
      totals = this.#new(hour);
      this.#hours.set(hour, totals);
    }
    this.#last = totals;
    this.#lastHour = hour;
    return totals;
  }

  /** Memory is used again: where each hour had its own, the collector took a third longer. */
  #new(hour: number): HourTotals {
    const totals = this.#spare.pop();
    if (totals === undefined) return new HourTotals(hour);
    totals.begin(hour);
    return totals;
  }

  #added(): void {
    if (++this.#rows >= MAX_ROWS) this.flush();
  }
}
