/** Summaries of each hour; the numbers are those of the table. */
export const HOUR_SUMMARIES = { all: 1, cause: 2, code: 3, reply: 4 } as const;
export type HourSummary = keyof typeof HOUR_SUMMARIES;

/** Summaries of each day: failures by what has too many values to keep them for every hour. */
export const DAY_SUMMARIES = { domain: 5, provider: 6, sender: 7 } as const;
export type DaySummary = keyof typeof DAY_SUMMARIES;

/** Of the same days, by provider: what did not fail. It is counted, never ranked. */
export const NOT_FAILED = 11;

/** Of the same days, by what the values with the most failures failed for. */
export const REPLY_SUMMARIES = { domain: 8, provider: 9, sender: 10 } as const satisfies Record<DaySummary, number>;

export type Summary = HourSummary | DaySummary;

export function isOfDays(summary: Summary): summary is DaySummary {
  return summary in DAY_SUMMARIES;
}
