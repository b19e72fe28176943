import type { Database } from 'better-sqlite3';
import { FAILURE_IDS } from '../outcomes.js';
import type { TotalsReader } from '../totals/packed-totals.js';
import { totalsIn } from '../totals/read.js';
import { HourSums, type Packed } from './hour-sums.js';
import { totalsOfTimes } from './longer-totals.js';
import { type PackedRow, type Piece, RowSums } from './packed-rows.js';
import type { ProviderKeys } from './provider-keys.js';
import type { Time } from './times.js';

const HOUR = 3_600_000;

/** Packs what hours were by domain, provider and sender, from their totals. */
export class HourPacker {
  readonly #db: Database;
  readonly #providers: ProviderKeys;

  constructor(db: Database, providers: ProviderKeys) {
    this.#db = db;
    this.#providers = providers;
  }

  /** @param hour since 1970 */
  pack(hour: number): Packed {
    const sums = new HourSums(hour);
    for (const totals of totalsIn(this.#db, [hour])) {
      while (totals.nextSection()) {
        if (!FAILURE_IDS.includes(totals.outcome)) continue;
        while (totals.nextRow()) this.#add(sums, totals);
      }
    }
    return sums.packed();
  }

  #add(sums: HourSums, { outcome, reply, domain, sender, route, priorHour, priors, attempts, deliveries, firstSeen, lastSeen }: TotalsReader): void {
    const row = { key: domain, outcome, priorHour, attempts, deliveries, firstSeen, lastSeen };
    sums.add('domain', row, reply);
    row.key = sender;
    sums.add('sender', row, reply);
    row.key = this.#providers.of(route);
    if (priors.length > 0) {
      const hours = priors.filter((prior) => this.#providers.of(prior.route) === row.key).map(({ hour }) => hour);
      row.priorHour = Math.max(0, ...hours);
    }
    sums.add('provider', row, reply);
  }

  /** What did not fail in a longer time, from its totals: by provider, no more than how many. */
  notFailed(time: Time): Piece[] {
    // By outcome.
    const counts = new Map<number, Map<number, number>>();
    for (const totals of totalsOfTimes(this.#db, [time])) {
      while (totals.nextSection()) {
        if (FAILURE_IDS.includes(totals.outcome)) continue;
        const byProvider = counts.get(totals.outcome) ?? new Map<number, number>();
        counts.set(totals.outcome, byProvider);
        while (totals.nextRow()) {
          const provider = this.#providers.of(totals.route);
          byProvider.set(provider, (byProvider.get(provider) ?? 0) + totals.deliveries);
        }
      }
    }
    const sums = new RowSums(time.start);
    for (const [outcome, byProvider] of counts) {
      for (const [provider, deliveries] of byProvider) sums.add(notFailed(provider, outcome, deliveries, time.start));
    }
    return sums.packed();
  }
}

/** It has no more figures. */
function notFailed(key: number, outcome: number, deliveries: number, start: number): PackedRow {
  return { key, outcome, priorHour: 0, attempts: 0, deliveries, firstSeen: start * HOUR, lastSeen: start * HOUR };
}
