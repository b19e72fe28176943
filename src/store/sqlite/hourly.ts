import type { Database, Statement } from 'better-sqlite3';
import { isSame, type Prior, type WhereAndWhy } from './prior.js';

/** Something to count. */
export interface Counted {
  outcome: number;
  host: number;
  domain: number;
  where: WhereAndWhy;
  /** Earlier deferrals of the same delivery. */
  priors: readonly Prior[];
  attempts: number;
  deliveries: number;
  firstSeen: number;
  lastSeen: number;
}

interface Row {
  key: number[];
  attempts: number;
  deliveries: number;
  firstSeen: number;
  lastSeen: number;
}

/** Hours since 1970 of a time in UTC ms. */
export function hourOf(time: number): number {
  return Math.floor(time / 3_600_000);
}

/**
 * Totals by the hour. What is counted between two flushes is added up in memory first: one row of the database is
 * touched once a commit, not once an event.
 */
export class HourlyTotals {
  readonly #upsert: Statement;
  readonly #insertPrior: Statement;
  readonly #nextPrior: Statement;
  readonly #rows = new Map<string, Row>();

  constructor(db: Database) {
    this.#upsert = db.prepare(
      `INSERT INTO hourly (hour, outcome, host_id, domain_id, route_id, reply_id, listing_id, prior_hour, prior_id, attempts, deliveries, first_seen, last_seen)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts, deliveries = deliveries + excluded.deliveries,
         first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)`,
    );
    this.#insertPrior = db.prepare('INSERT INTO prior (id, reply_id, route_id, listing_id, hour) VALUES (?, ?, ?, ?, ?)');
    this.#nextPrior = db.prepare('SELECT ifnull(max(id), 0) + 1 AS id FROM prior');
  }

  add(counted: Counted): void {
    const { outcome, host, domain, where } = counted;
    const priorHour = counted.priors.reduce((latest, prior) => Math.max(latest, prior.hour), 0);
    const key = [hourOf(counted.firstSeen), outcome, host, domain, where.route, where.reply, where.listing, priorHour, this.#priorId(counted)];
    const text = key.join(' ');
    const row = this.#rows.get(text);
    if (row === undefined) {
      const { attempts, deliveries, firstSeen, lastSeen } = counted;
      this.#rows.set(text, { key, attempts, deliveries, firstSeen, lastSeen });
      return;
    }
    row.attempts += counted.attempts;
    row.deliveries += counted.deliveries;
    row.firstSeen = Math.min(row.firstSeen, counted.firstSeen);
    row.lastSeen = Math.max(row.lastSeen, counted.lastSeen);
  }

  flush(): void {
    for (const row of this.#rows.values()) this.#upsert.run(...row.key, row.attempts, row.deliveries, row.firstSeen, row.lastSeen);
    this.#rows.clear();
  }

  /** 0 when all earlier deferrals were like this one (nearly always): the hour alone then tells all. */
  #priorId(counted: Counted): number {
    if (counted.priors.every((prior) => isSame(prior, counted.where))) return 0;
    const id = (this.#nextPrior.get() as { id: number }).id;
    for (const prior of counted.priors) this.#insertPrior.run(id, prior.reply, prior.route, prior.listing, prior.hour);
    return id;
  }
}
