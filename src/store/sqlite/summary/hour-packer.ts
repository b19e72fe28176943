import type { Database, Statement } from 'better-sqlite3';
import { FAILURE_IDS, FAILURES, OUTCOME_IDS } from '../outcomes.js';
import { FirstFailures } from './first-failures.js';
import { type PackedRow, RowSums } from './packed-rows.js';
import { priorOf } from './prior-of.js';
import { NOT_FAILED, PACKED_SUMMARIES, type PackedSummary, REPLY_SUMMARIES } from './summary-kinds.js';

const HOUR = 3_600_000;

/** As arrays: as objects, rows took twice as long, and they are the most of what is read to sum up an hour. */
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

/** What is stored of an hour, or a day, under the number of a summary. */
export type Packed = Map<number, Buffer>;

/** Packs what an hour was by domain, provider and sender. */
export class HourPacker {
  readonly #totals: Statement<[number], TotalsRow>;
  readonly #events: Statement<[number, number], EventRow>;
  readonly #routes: Statement<[], [id: number, key: number]>;
  /** The key of the provider of each route. */
  readonly #providers = new Map<number, number>();

  constructor(db: Database) {
    const prior = priorOf('JOIN route pro ON pro.id = p.route_id', 'pro.provider IS (SELECT provider FROM route WHERE id = e.route_id)');
    this.#totals = db
      .prepare<[number], TotalsRow>(
        `SELECT e.outcome, e.domain_id, e.route_id, e.reply_id, e.prior_hour, ${prior}, e.attempts, e.deliveries, e.first_seen, e.last_seen
         FROM hourly e WHERE e.hour = ?`,
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
    this.#routes = db
      .prepare<[], [number, number]>('SELECT ro.id, ifnull((SELECT min(id) FROM route WHERE provider = ro.provider), 0) FROM route ro')
      .raw();
  }

  /** @param hour since 1970 */
  pack(hour: number): Packed {
    const [domains, providers, senders] = [new Kind(hour), new Kind(hour), new Kind(hour)];
    const notFailed = new RowSums(hour);
    for (const [outcome, domain, route, reply, priorHour, providersPriorHour, attempts, deliveries, firstSeen, lastSeen] of this.#totals.all(hour)) {
      const row = { key: this.#providerOf(route), outcome, priorHour: providersPriorHour, attempts, deliveries, firstSeen, lastSeen };
      if (!FAILURE_IDS.includes(outcome)) {
        notFailed.add(row);
        continue;
      }
      providers.add(row, reply);
      row.key = domain;
      row.priorHour = priorHour;
      domains.add(row, reply);
    }
    for (const [key, outcome, priorHour, reply, tried, time] of this.#events.all(hour * HOUR, (hour + 1) * HOUR)) {
      senders.add({ key, outcome, priorHour, attempts: tried, deliveries: 1, firstSeen: time, lastSeen: time }, reply);
    }
    return new Map([
      ...domains.packedAs('domain'),
      ...providers.packedAs('provider'),
      ...senders.packedAs('sender'),
      [NOT_FAILED, notFailed.packed()],
    ]);
  }

  #providerOf(route: number): number {
    let key = this.#providers.get(route);
    if (key === undefined) {
      for (const [id, provider] of this.#routes.all()) this.#providers.set(id, provider);
      key = this.#providers.get(route) ?? 0;
    }
    return key;
  }
}

/** Failures by one kind of value. */
class Kind {
  readonly #rows: RowSums;
  readonly #firsts = new FirstFailures();

  constructor(hour: number) {
    this.#rows = new RowSums(hour);
  }

  add(row: PackedRow, reply: number): void {
    this.#rows.add(row);
    if (row.priorHour === 0) this.#firsts.add(row.key, reply, row.deliveries);
  }

  packedAs(summary: PackedSummary): [number, Buffer][] {
    return [
      [PACKED_SUMMARIES[summary], this.#rows.packed()],
      [REPLY_SUMMARIES[summary], this.#firsts.packed()],
    ];
  }
}
