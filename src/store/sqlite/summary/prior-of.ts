/** SQL for the last hour of an earlier deferral of a row of the totals (`e`) for which `condition` holds, too: `p` is one that was of another kind. */
export function priorOf(joins: string, condition: string): string {
  return `CASE e.prior_id WHEN 0 THEN e.prior_hour ELSE ifnull((SELECT max(p.hour) FROM prior p ${joins} WHERE p.id = e.prior_id AND ${condition}), 0) END`;
}
