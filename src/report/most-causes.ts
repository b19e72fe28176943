import type { SummedGroup, TopRow } from './question.js';
import type { Span } from './range.js';
import type { ReportStore } from './report-store.js';

/** What more than half of the deliveries of each row failed for; `null` where that is not known, or there is no such cause. */
export function mostCauses(
  store: ReportStore,
  by: SummedGroup,
  rows: readonly Pick<TopRow, 'keys' | 'deliveries'>[],
  range: Span,
): (string | null)[] {
  const causes = store.mainCauses(
    by,
    rows.map(({ keys }) => keys[0] ?? null),
    range,
  );
  return rows.map(({ keys, deliveries }) => {
    const main = causes.get(keys[0] ?? null);
    return main !== undefined && main.deliveries * 2 > deliveries ? main.cause : null;
  });
}
