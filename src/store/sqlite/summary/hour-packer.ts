import type { Database, Statement } from 'better-sqlite3';
import { FAILURES, OUTCOME_IDS } from '../outcomes.js';
import { HourSums, type Packed } from './hour-sums.js';
import type { PackedRow, RowSums } from './packed-rows.js';
import { priorOf } from './prior-of.js';
import type { ProviderKeys } from './provider-keys.js';

const HOUR = 3_600_000;

/** As arrays: as objects, rows take 1.6 times as long, and they are the most of what is read to sum up an hour. */
type TotalsRow = [
  outcome: number,
  domain: number,
  route: number,
  reply: number,
  priorHour: number,
  providersPriorHour: number,
  attempts: number,
  deliveries: number,
  firstSeen: number,
  lastSeen: number,
];
type EventRow = [sender: number, outcome: number, priorHour: number, reply: number, tried: number, time: number];

/** Packs what an hour was by domain, provider and sender. */
export class HourPacker {
  readonly #totals: Statement<[number], TotalsRow>;
  readonly #events: Statement<[number, number], EventRow>;
  readonly #notFailed: Statement<[string], [route: number, outcome: number, deliveries: number]>;
  readonly #providers: ProviderKeys;

  constructor(db: Database, providers: ProviderKeys) {
    this.#providers = providers;
    const prior = priorOf('JOIN route pro ON pro.id = p.route_id', 'pro.provider IS (SELECT provider FROM route WHERE id = e.route_id)');
    this.#totals = db
      .prepare<[number], TotalsRow>(
        `SELECT e.outcome, e.domain_id, e.route_id, e.reply_id, e.prior_hour, ${prior}, e.attempts, e.deliveries, e.first_seen, e.last_seen
         FROM hourly e WHERE e.hour = ? AND ${FAILURES}`,
      )
      .raw();
    // The totals know no senders.
    this.#events = db
      .prepare<[number, number], EventRow>(
        `SELECT ifnull(d.sender_id, 0), e.outcome,
           ifnull((SELECT max(p.time) / ${HOUR} FROM event p WHERE p.delivery_id = e.delivery_id AND p.id < e.id AND p.outcome = ${OUTCOME_IDS.deferred}), 0),
           ifnull(e.basis_id, e.reply_id), e.tried, e.time
         FROM event e JOIN delivery d ON d.id = e.delivery_id WHERE e.time >= ? AND e.time < ? AND ${FAILURES}`,
      )
      .raw();
    this.#notFailed = db
      .prepare<[string], [number, number, number]>(
        `SELECT e.route_id, e.outcome, sum(e.deliveries) FROM hourly e WHERE e.hour IN (SELECT value FROM json_each(?)) AND NOT (${FAILURES}) GROUP BY 1, 2`,
      )
      .raw();
  }

  /** @param hour since 1970 */
  pack(hour: number): Packed {
    const sums = new HourSums(hour);
    for (const [outcome, domain, route, reply, priorHour, providersPriorHour, attempts, deliveries, firstSeen, lastSeen] of this.#totals.iterate(
      hour,
    )) {
      const row = { key: this.#providers.of(route), outcome, priorHour: providersPriorHour, attempts, deliveries, firstSeen, lastSeen };
      sums.add('provider', row, reply);
      row.key = domain;
      row.priorHour = priorHour;
      sums.add('domain', row, reply);
    }
    for (const [key, outcome, priorHour, reply, tried, time] of this.#events.iterate(hour * HOUR, (hour + 1) * HOUR)) {
      sums.add('sender', { key, outcome, priorHour, attempts: tried, deliveries: 1, firstSeen: time, lastSeen: time }, reply);
    }
    return sums.packed();
  }

  /** Adds what did not fail in some hours: no more than how many. */
  addNotFailed(hours: readonly number[], sums: RowSums): void {
    for (const [route, outcome, deliveries] of this.#notFailed.iterate(JSON.stringify(hours))) {
      sums.add(notFailed(this.#providers.of(route), outcome, deliveries, hours[0] ?? 0));
    }
  }
}

/** It has no more figures. */
export function notFailed(key: number, outcome: number, deliveries: number, start: number): PackedRow {
  return { key, outcome, priorHour: 0, attempts: 0, deliveries, firstSeen: start * HOUR, lastSeen: start * HOUR };
}
