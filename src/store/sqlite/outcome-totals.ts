import type { Database } from 'better-sqlite3';
import type { Filters, TopQuestion, Totals } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { type CountedOnce, countHours, covers, hourOf, isOfOutcomes, isWholeHour } from './choose-way.js';
import type { Counted } from './counting/count.js';
import { countEventTotals } from './counting/count-events.js';
import { endOfMail } from './hours.js';
import { DELIVERED, OUTCOME_IDS } from './outcomes.js';
import { providerTotals } from './provider-totals.js';
import { type Covered, summariesOf, timesParameter } from './summary/covered.js';
import { totalsIn } from './totals/read.js';

const { deferred: DEFERRED, bounced: BOUNCED, expired: EXPIRED } = OUTCOME_IDS;

/** Delivered mail, where the filters tell of it. */
export function deliveredOf({ deliveries }: Counted, filters: Filters): number | null {
  return tellsOfDelivered(filters) ? (deliveries[DELIVERED] ?? 0) : null;
}

/** What became of all deliveries of a range. */
export function totals(db: Database, question: TopQuestion, counted: CountedOnce): Totals {
  const { range, filters } = question;
  const isSummed = isOfOutcomes(filters) && isWholeHour(range.since) && isWholeHour(range.until);
  const covered = isSummed ? covers(db, range) : null;
  if (covered !== null) return withHours(db, range, filters, { totals: summedTotals(db, range, covered), rest: covered.rest });
  const ofProvider = providerTotals(db, range, filters);
  if (ofProvider !== null) return withHours(db, range, filters, ofProvider);
  const fromTotals = counted();
  if (fromTotals === null) return fromEvents(db, range, filters);
  return { ...fromCounted(fromTotals), delivered: deliveredOf(fromTotals, filters) };
}

/** With those of hours that are counted one by one. */
function withHours(db: Database, range: Range, filters: Filters, { totals: summed, rest: hours }: { totals: Totals; rest: number[] }): Totals {
  if (hours.length === 0) return summed;
  const rest = fromCounted(countHours(db, { by: [], range, filters }, totalsIn(db, hours)));
  return Object.fromEntries(Object.entries(summed).map(([name, count]) => [name, count + (rest[name as keyof Totals] ?? 0)])) as unknown as Totals;
}

function summedTotals(db: Database, range: Range, { times }: Covered): Totals & { delivered: number } {
  const rows = db
    .prepare<[number, string], { outcome: number; all: number; fresh: number }>(
      `SELECT outcome, sum(deliveries) AS "all", sum(CASE WHEN prior_hour < ? THEN deliveries ELSE 0 END) AS fresh
       FROM ${summariesOf('all')} GROUP BY outcome`,
    )
    .all(hourOf(range.since, 1), timesParameter(times));
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
  const hours = { since: Math.ceil(hourOf(range.since, 0)), until: Math.ceil(hourOf(range.until, endOfMail(db))) };
  const delivered = tellsOfDelivered(filters) ? deliveredOf(countHours(db, { by: [], range, filters }, totalsIn(db, hours)), filters) : null;
  return { delivered, ...row, hard: row.bounced + row.expired, soft: row.deferred };
}

/** Delivered mail has no sender or recipient in the totals. */
function tellsOfDelivered({ sender, recipient }: Filters): boolean {
  return sender.length === 0 && recipient.length === 0;
}
