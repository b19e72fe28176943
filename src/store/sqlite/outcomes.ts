import type { Outcome } from '../../delivery/event.js';

/** Outcomes as the database numbers them; 0 is delivered mail, in the totals only. */
export const OUTCOME_IDS: Record<Outcome, number> = { deferred: 1, bounced: 2, expired: 3, recovered: 4, rejected: 5 };
export const DELIVERED = 0;
/** A failure for good, as a condition on a row `e`. */
export const HARD = `e.outcome IN (${OUTCOME_IDS.bounced}, ${OUTCOME_IDS.expired})`;

/** Outcomes that are failures: rejected mail is none of ours, recovered mail has arrived. */
export const FAILURE_IDS: readonly number[] = [OUTCOME_IDS.deferred, OUTCOME_IDS.bounced, OUTCOME_IDS.expired];
/** The same as a condition on a row `e`. */
export const FAILURES = `e.outcome IN (${FAILURE_IDS.join(', ')})`;

const NAMES = Object.fromEntries(Object.entries(OUTCOME_IDS).map(([name, id]) => [id, name])) as Record<number, Outcome>;

export function outcomeName(id: number): Outcome {
  const name = NAMES[id];
  if (name === undefined) throw new Error(`no outcome has the number ${id}`);
  return name;
}
