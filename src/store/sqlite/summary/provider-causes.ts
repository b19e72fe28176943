import type { Database, Statement } from 'better-sqlite3';
import { FAILURE_IDS, OUTCOME_IDS } from '../outcomes.js';
import { HOURS_OF_A_TIME, START_OF_A_TIME, timesParameter } from './covered.js';
import type { Figures } from './failure-sums.js';
import { totalsOfTimes } from './longer-totals.js';
import { eachCount } from './packed-summaries.js';
import { ProviderKeys } from './provider-keys.js';
import { PACKED_SUMMARIES, PROVIDER_CAUSES } from './summary-kinds.js';
import { keysOf, namesOf } from './summary-names.js';
import type { Time } from './times.js';

/*
 * What the providers with the most failures of a day failed for, exactly: from the totals, a month of it takes most of a second.
 */

/** Providers of a day whose causes are kept. */
const KEPT = 50;
const { deferred, bounced, expired } = OUTCOME_IDS;

/** Stores them in the transaction of the day's other summaries, which are there. */
export class ProviderCausesWriter {
  readonly #db: Database;
  readonly #providers: ProviderKeys;
  readonly #put: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#providers = new ProviderKeys(db);
    this.#put = db.prepare(
      `INSERT INTO summary (by, hours, start, key, outcome, prior_hour, attempts, deliveries, first_seen, last_seen)
       VALUES (${PROVIDER_CAUSES}, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  put(day: Time): void {
    const failures = new Map<number, number>();
    eachCount(this.#db, PACKED_SUMMARIES.provider, [day], null, ({ key, deliveries }) => failures.set(key, (failures.get(key) ?? 0) + deliveries));
    const most = [...failures].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, KEPT);
    const keys = most.map(([key]) => key);
    const names = namesOf(this.#db, 'provider', keys);
    for (const { provider, cause, outcome, priorHour, attempts, deliveries, firstSeen, lastSeen } of this.#sums(day, new Set(keys))) {
      // A line break stands between the names: it cannot be in one of them. No provider is an empty name.
      const key = `${names.get(provider) ?? ''}\n${cause}`;
      this.#put.run(day.hours, day.start, key, outcome, priorHour, attempts, deliveries, firstSeen, lastSeen);
    }
  }

  /** Failures of a day of these providers. */
  #sums(day: Time, providers: ReadonlySet<number>): Iterable<CauseSum> {
    const { start } = day;
    const causeOf = new Map(this.#db.prepare<[], [number, string]>('SELECT id, cause FROM reply').raw().all());
    const sums = new Map<string, CauseSum>();
    for (const totals of totalsOfTimes(this.#db, [day])) {
      while (totals.nextSection()) {
        const { outcome } = totals;
        if (!FAILURE_IDS.includes(outcome)) continue;
        const cause = causeOf.get(totals.reply) ?? '';
        while (totals.nextRow()) {
          const provider = this.#providers.of(totals.route);
          if (!providers.has(provider)) continue;
          const alike = totals.priors.filter((prior) => causeOf.get(prior.reply) === cause && this.#providers.of(prior.route) === provider);
          const last = totals.priors.length === 0 ? totals.priorHour : Math.max(0, ...alike.map(({ hour }) => hour));
          const priorHour = Math.min(start, last);
          const key = `${provider} ${outcome} ${priorHour} ${cause}`;
          let sum = sums.get(key);
          if (sum === undefined) {
            sum = { provider, cause, outcome, priorHour, attempts: 0, deliveries: 0, firstSeen: Number.POSITIVE_INFINITY, lastSeen: 0 };
            sums.set(key, sum);
          }
          sum.attempts += totals.attempts;
          sum.deliveries += totals.deliveries;
          sum.firstSeen = Math.min(sum.firstSeen, totals.firstSeen);
          sum.lastSeen = Math.max(sum.lastSeen, totals.lastSeen);
        }
      }
    }
    return sums.values();
  }
}

/** What is added up of a provider (its key) and cause. */
interface CauseSum {
  provider: number;
  cause: string;
  outcome: number;
  priorHour: number;
  attempts: number;
  deliveries: number;
  firstSeen: number;
  lastSeen: number;
}

/** Failures of a provider with a cause. */
export interface ProviderCause extends Figures {
  /** `null` = nobody knows who operates the MX. */
  provider: string | null;
  cause: string;
}

/**
 * Failures of these providers by cause.
 * @param since of the range, hours since 1970
 * @returns those of the days that hold all of them, and the others
 */
export function providerCauses(
  db: Database,
  providers: readonly (string | null)[],
  days: readonly Time[],
  since: number,
): { rows: ProviderCause[]; others: Time[] } {
  const keys = keysOf(db, 'provider', providers);
  const names = JSON.stringify([...keys.keys()].map((name) => name ?? ''));
  const others = new Set<Time>();
  for (const { day, name } of db.prepare<[string, string], { day: number; name: string }>(NOT_KEPT).all(timesParameter(days), names)) {
    const time = days[day] as Time;
    if (!others.has(time) && hasFailures(db, keys.get(name === '' ? null : name) ?? 0, time)) others.add(time);
  }
  const rows = db.prepare<unknown[], ProviderCause>(KEPT_ROWS).all(since, since, timesParameter(days.filter((day) => !others.has(day))), names);
  return { rows, others: [...others] };
}

/** The rows of a provider (`n.value`) in a time (`t.value`). */
const ROWS_OF_A_PROVIDER = `e.by = ${PROVIDER_CAUSES} AND e.hours = ${HOURS_OF_A_TIME} AND e.start = ${START_OF_A_TIME}
  AND e.key > n.value || char(10) AND e.key < n.value || char(11)`;

/** Days, by their place, that have no causes of some of the providers. */
const NOT_KEPT = `SELECT t.key AS day, n.value AS name FROM json_each(?) t CROSS JOIN json_each(?) n
  WHERE NOT EXISTS (SELECT 1 FROM summary e WHERE ${ROWS_OF_A_PROVIDER})`;

const KEPT_ROWS = `SELECT nullif(n.value, '') AS provider, substr(e.key, length(n.value) + 2) AS cause,
    sum(CASE WHEN outcome IN (${bounced}, ${expired}) THEN deliveries ELSE 0 END) AS hard,
    sum(CASE WHEN outcome = ${deferred} AND prior_hour < ? THEN deliveries ELSE 0 END) AS soft, sum(attempts) AS attempts,
    sum(CASE WHEN prior_hour < ? THEN deliveries ELSE 0 END) AS deliveries, min(first_seen) AS first_seen, max(last_seen) AS last_seen
  FROM json_each(?) t CROSS JOIN json_each(?) n CROSS JOIN summary e ON ${ROWS_OF_A_PROVIDER} GROUP BY 1, 2`;

function hasFailures(db: Database, key: number, day: Time): boolean {
  let has = false;
  eachCount(db, PACKED_SUMMARIES.provider, [day], [key], () => {
    has = true;
  });
  return has;
}
