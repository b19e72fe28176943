import { HARD, OUTCOME_IDS } from '../outcomes.js';
import type { PlainSummary } from './summary-kinds.js';

const { deferred: DEFERRED } = OUTCOME_IDS;

/** The value that stands for a key. */
const VALUE_OF: Record<PlainSummary, string> = {
  all: 'e.outcome',
  cause: 'e.key',
  code: 'nullif(e.key, 0)',
  reply: 'e.key',
  enhanced: "nullif(e.key, '')",
  stage: 'e.key',
  host: '(SELECT name FROM host WHERE id = e.key)',
  listing: "nullif(e.key, '')",
  template: '(SELECT template FROM reply WHERE id = e.key)',
};

/**
 * SQL for what rows of a plain summary (`e`) are of, and their figures.
 * @param since SQL for the hour that the range begins with: what was deferred in it before is no other delivery
 * @param outcomes that are counted
 */
export function plainFigures(summary: PlainSummary, since: string, outcomes: readonly number[]): string {
  const isFresh = !outcomes.includes(DEFERRED)
    ? '1'
    : summary === 'all'
      ? `(e.prior_hour < ${since} OR e.outcome <> ${DEFERRED})`
      : `e.prior_hour < ${since}`;
  return `${VALUE_OF[summary]} AS g0, sum(CASE WHEN ${HARD} THEN e.deliveries ELSE 0 END) AS hard,
    sum(CASE WHEN e.outcome = ${DEFERRED} AND e.prior_hour < ${since} THEN e.deliveries ELSE 0 END) AS soft, sum(e.attempts) AS attempts,
    sum(CASE WHEN ${isFresh} THEN e.deliveries ELSE 0 END) AS deliveries, min(e.first_seen) AS first_seen, max(e.last_seen) AS last_seen`;
}
