import type { Database, Statement } from 'better-sqlite3';
import { DELIVERED } from './outcomes.js';
import { isSame, type Prior, type WhereAndWhy } from './prior.js';

/** An event to count. */
export interface Counted {
  outcome: number;
  /** UTC ms. */
  time: number;
  host: number;
  domain: number;
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

/** Hours since 1970 of a time in UTC ms. */
export function hourOf(time: number): number {
  return Math.floor(time / 3_600_000);
}

/** Totals by the hour, written as they come: gathering them in memory first was no faster and kept more memory. */
export class HourlyTotals {
  readonly #upsert: Statement;
  readonly #insertPrior: Statement;
  #nextPrior: number;

  constructor(db: Database) {
    this.#upsert = db.prepare(
      `INSERT INTO hourly (hour, outcome, host_id, domain_id, route_id, reply_id, listing_id, prior_hour, prior_id, attempts, deliveries, first_seen, last_seen)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts, deliveries = deliveries + excluded.deliveries,
         first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)`,
    );
    this.#insertPrior = db.prepare('INSERT INTO prior (id, reply_id, route_id, listing_id, hour) VALUES (?, ?, ?, ?, ?)');
    this.#nextPrior = (db.prepare('SELECT ifnull(max(id), 0) + 1 AS id FROM prior').get() as { id: number }).id;
  }

  /** Counts one event. */
  add({ outcome, time, host, domain, where, priors, attempts }: Counted): void {
    let priorHour = 0;
    for (const prior of priors) if (prior.hour > priorHour) priorHour = prior.hour;
    const priorId = priors.length === 0 ? 0 : this.#priorId(where, priors);
    this.#upsert.run(hourOf(time), outcome, host, domain, where.route, where.reply, where.listing, priorHour, priorId, attempts, 1, time, time);
  }

  /** Delivered mail comes added up already. */
  addDelivered(ids: DeliveredIds, count: number, firstSeen: number, lastSeen: number): void {
    this.#upsert.run(hourOf(firstSeen), DELIVERED, ids.host, ids.domain, ids.route, 0, 0, 0, 0, count, count, firstSeen, lastSeen);
  }

  /** 0 when all earlier deferrals were like this one (nearly always): the hour alone then tells all. */
  #priorId(where: WhereAndWhy, priors: readonly Prior[]): number {
    if (priors.every((prior) => isSame(prior, where))) return 0;
    const id = this.#nextPrior++;
    for (const prior of priors) this.#insertPrior.run(id, prior.reply, prior.route, prior.listing, prior.hour);
    return id;
  }
}
