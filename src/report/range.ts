/** Half-open [since, until) in UTC ms; `null` = open on that side. */
export interface Range {
  since: number | null;
  until: number | null;
}

/** A range with both ends. */
export interface Span {
  since: number;
  until: number;
}

/** The span of the same length that ends where this one begins. */
export function spanBefore({ since, until }: Span): Span {
  return { since: since - (until - since), until: since };
}

/**
 * The end of the hour of `now`: a span that ends there is counted from the totals by the hour, and what is to come is not there yet.
 * All in UTC ms.
 */
export function endOfHour(now: number): number {
  const hour = 3_600_000;
  return Math.ceil(now / hour) * hour;
}
