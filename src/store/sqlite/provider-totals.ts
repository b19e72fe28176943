import type { Database } from 'better-sqlite3';
import type { Filters, Totals } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { type Border, covers, isUnfiltered } from './choose-way.js';
import { DELIVERED, OUTCOME_IDS } from './outcomes.js';
import { eachCount } from './summary/packed-summaries.js';
import { NOT_FAILED, PACKED_SUMMARIES } from './summary/summary-kinds.js';
import { keysOf, providersNamed } from './summary/summary-names.js';

/** The one provider that is asked for, as it stands in the database, and nothing else; `null` = another question. */
export function providerAskedFor(db: Database, filters: Filters): string | null {
  const [asked, ...others] = filters.provider;
  if (asked === undefined || asked === '' || asked.includes('*') || others.length > 0 || !isUnfiltered({ ...filters, provider: [] })) return null;
  const [name, ...alike] = providersNamed(db, [asked]);
  return name === undefined || alike.length > 0 ? null : name;
}

/**
 * What became of all deliveries to one provider in the days of a range that are summed up.
 * @returns the totals, and what of the range they know nothing of; `null` = that is not the question
 */
export function providerTotals(db: Database, range: Range, filters: Filters): (Border & { totals: Totals; rest: number[] }) | null {
  const provider = providerAskedFor(db, filters);
  const key = provider === null ? undefined : keysOf(db, 'provider', [provider]).get(provider);
  const parts = key === undefined ? null : covers(db, range);
  if (key === undefined || parts === null) return null;
  // What did not fail is not packed by the hour.
  const days = parts.times.filter(({ hours }) => hours > 1);
  const hours = parts.times.filter((time) => time.hours === 1).map(({ start }) => start);
  const { deferred, bounced, expired, recovered, rejected } = OUTCOME_IDS;
  const sums = new Map<number, number>();
  for (const by of [PACKED_SUMMARIES.provider, NOT_FAILED]) {
    eachCount(db, by, days, [key], ({ outcome, priorHour, deliveries }) => {
      if (outcome !== deferred || priorHour < parts.first) sums.set(outcome, (sums.get(outcome) ?? 0) + deliveries);
    });
  }
  const sum = (outcome: number) => sums.get(outcome) ?? 0;
  const totals = {
    delivered: sum(DELIVERED),
    deferred: sum(deferred),
    bounced: sum(bounced),
    expired: sum(expired),
    recovered: sum(recovered),
    rejected: sum(rejected),
    hard: sum(bounced) + sum(expired),
    soft: sum(deferred),
  };
  return { totals, first: parts.first, cut: parts.cut, rest: [...hours, ...parts.rest] };
}
