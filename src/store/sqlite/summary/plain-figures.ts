import { HARD, OUTCOME_IDS } from '../outcomes.js';
import type { PlainSummary } from './summary-kinds.js';

const { deferred: DEFERRED } = OUTCOME_IDS;

/**
 * SQL for what rows of a plain summary (`e`) are of, and their figures.
 * @param since SQL for the hour that the range begins with: what was deferred in it before is no other delivery
 */
export function plainFigures(summary: PlainSummary, since: string): string {
  const isByOutcome = summary === 'all';
  const value = isByOutcome ? 'e.outcome' : summary === 'code' ? 'nullif(e.key, 0)' : 'e.key';
  const isFresh = isByOutcome ? `(e.prior_hour < ${since} OR e.outcome <> ${DEFERRED})` : `e.prior_hour < ${since}`;
  return `${value} AS g0, sum(CASE WHEN ${HARD} THEN e.deliveries ELSE 0 END) AS hard,
    sum(CASE WHEN e.outcome = ${DEFERRED} AND e.prior_hour < ${since} THEN e.deliveries ELSE 0 END) AS soft, sum(e.attempts) AS attempts,
    sum(CASE WHEN ${isFresh} THEN e.deliveries ELSE 0 END) AS deliveries, min(e.first_seen) AS first_seen, max(e.last_seen) AS last_seen`;
}
