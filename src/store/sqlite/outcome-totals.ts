import type { Database } from 'better-sqlite3';
import type { Filters, TopQuestion, Totals } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { type Border, type CountedOnce, countRest, covers, isOfOutcomes, type Parts } from './choose-way.js';
import { type Counted, countTotals } from './counting/count.js';
import { countEventTotals } from './counting/count-events.js';
import { endOfMail } from './hours.js';
import { DELIVERED, OUTCOME_IDS } from './outcomes.js';
import { providerTotals } from './provider-totals.js';
import { summariesOf, timesParameter } from './summary/covered.js';
import { oneByOne } from './summary/times.js';
import { totalsIn } from './totals/read.js';

const HOUR = 3_600_000;
const { deferred: DEFERRED, bounced: BOUNCED, expired: EXPIRED } = OUTCOME_IDS;

/** Delivered mail, where the filters tell of it. */
export function deliveredOf({ deliveries }: Counted, filters: Filters): number | null {
  return tellsOfDelivered(filters) ? (deliveries[DELIVERED] ?? 0) : null;
}

/** What became of all deliveries of a range. */
export function totals(db: Database, question: Pick<TopQuestion, 'range' | 'filters'>, counted: CountedOnce): Totals {
  const { range, filters } = question;
  const parts = isOfOutcomes(filters) ? covers(db, range) : null;
  if (parts !== null) return withRest(db, filters, parts, summedTotals(db, parts));
  const ofProvider = providerTotals(db, range, filters);
  if (ofProvider !== null) return withRest(db, filters, ofProvider, ofProvider.totals);
  const fromTotals = counted();
  if (fromTotals === null) return fromEvents(db, range, filters);
  return { ...fromCounted(fromTotals), delivered: deliveredOf(fromTotals, filters) };
}

/** With those of what is not summed up. */
function withRest(db: Database, filters: Filters, parts: Border & Pick<Parts, 'rest'>, summed: Totals): Totals {
  const counted = countRest(db, { by: [], filters }, parts, oneByOne(parts.rest));
  if (counted === null) return summed;
  const rest = fromCounted(counted);
  return Object.fromEntries(Object.entries(summed).map(([name, count]) => [name, count + (rest[name as keyof Totals] ?? 0)])) as unknown as Totals;
}

function summedTotals(db: Database, { times, first }: Parts): Totals & { delivered: number } {
  const rows = db
    .prepare<[number, string], { outcome: number; all: number; fresh: number }>(
      `SELECT outcome, sum(deliveries) AS "all", sum(CASE WHEN prior_hour < ? THEN deliveries ELSE 0 END) AS fresh
       FROM ${summariesOf('all')} GROUP BY outcome`,
    )
    .all(first, timesParameter(times));
  const all = (outcome: number) => rows.find((row) => row.outcome === outcome)?.all ?? 0;
  const deferred = rows.find((row) => row.outcome === DEFERRED)?.fresh ?? 0;
  const [bounced, expired] = [all(BOUNCED), all(EXPIRED)];
  const { recovered, rejected } = OUTCOME_IDS;
  return {
    delivered: all(DELIVERED),
    deferred,
    bounced,
    expired,
    recovered: all(recovered),
    rejected: all(rejected),
    hard: bounced + expired,
    soft: deferred,
  };
}

function fromCounted({ deliveries }: Counted): Totals & { delivered: number } {
  const of = (outcome: number) => deliveries[outcome] ?? 0;
  const [bounced, expired] = [of(BOUNCED), of(EXPIRED)];
  return {
    delivered: of(DELIVERED),
    deferred: of(DEFERRED),
    bounced,
    expired,
    recovered: of(OUTCOME_IDS.recovered),
    rejected: of(OUTCOME_IDS.rejected),
    hard: bounced + expired,
    soft: of(DEFERRED),
  };
}

function fromEvents(db: Database, range: Range, filters: Filters): Totals {
  const row = countEventTotals(db, range, filters);
  // Delivered mail stands in the totals only; a range that cuts an hour counts the hours that begin in it.
  const [since, until] = [Math.ceil((range.since ?? 0) / HOUR), range.until === null ? endOfMail(db) : Math.ceil(range.until / HOUR)];
  const delivered = tellsOfDelivered(filters)
    ? deliveredOf(countTotals(db, { by: [], filters }, { since, totals: totalsIn(db, { since, until }) }), filters)
    : null;
  return { delivered, ...row, hard: row.bounced + row.expired, soft: row.deferred };
}

/** Delivered mail has no sender or recipient in the totals. */
function tellsOfDelivered({ sender, recipient }: Filters): boolean {
  return sender.length === 0 && recipient.length === 0;
}
