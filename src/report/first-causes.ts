import type { SummedGroup, TopRow } from './question.js';
import type { Span } from './range.js';
import type { ReportStore } from './report-store.js';

/** A cause that more deliveries failed for than for any other. */
export interface FirstCause {
  cause: string;
  /** Of all failed deliveries, 0-1; at least. */
  share: number;
}

/** The first cause of each row; `null` where there is none, or it cannot be told for sure. */
export function firstCauses(
  store: ReportStore,
  by: SummedGroup,
  rows: readonly Pick<TopRow, 'keys' | 'deliveries'>[],
  range: Span,
): (FirstCause | null)[] {
  const causes = store.mainCauses(
    by,
    rows.map(({ keys }) => keys[0] ?? null),
    range,
  );
  return rows.map(({ keys, deliveries }) => {
    const main = causes.get(keys[0] ?? null);
    // Were all that are not known of the next cause, this one would still be the first.
    const isFirst = main !== undefined && main.deliveries - main.next > deliveries - main.known;
    return isFirst ? { cause: main.cause, share: main.deliveries / deliveries } : null;
  });
}
