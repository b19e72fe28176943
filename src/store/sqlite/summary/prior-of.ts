import { PRIORS } from '../totals/as-table.js';

/** SQL for the last hour of an earlier deferral of a row of the totals (`e`) for which `condition` holds, too: `p` is one that was of another kind. */
export function priorOf(joins: string, condition: string): string {
  return `CASE WHEN e.priors IS NULL THEN e.prior_hour ELSE ifnull((SELECT max(p.hour) FROM ${PRIORS} p ${joins} WHERE ${condition}), 0) END`;
}
