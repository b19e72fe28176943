/** Summaries of each hour and day; the numbers are those of the table. A reply is one kind of it, a template all with the same text. */
export const PLAIN_SUMMARIES = { all: 1, cause: 2, code: 3, reply: 4, enhanced: 16, stage: 17, host: 18, listing: 19, template: 20 } as const;
export type PlainSummary = keyof typeof PLAIN_SUMMARIES;

/** Those that are packed: failures by what has too many values for a row of the table for each. */
export const PACKED_SUMMARIES = { domain: 5, provider: 6, sender: 7 } as const;
export type PackedSummary = keyof typeof PACKED_SUMMARIES;

/** Of days and longer times, by provider: how many deliveries did not fail. They are counted, never ranked. */
export const NOT_FAILED = 11;

/** Of the same times, by what the values with the most failures failed for. */
export const REPLY_SUMMARIES = { domain: 8, provider: 9, sender: 10 } as const satisfies Record<PackedSummary, number>;

/** Of the same times: how many deliveries of each value failed. */
export const RANKS = { domain: 13, provider: 14, sender: 15 } as const satisfies Record<PackedSummary, number>;

/** Of each day: causes of the providers with the most failures. */
export const PROVIDER_CAUSES = 12;

/** Of days and longer times: their totals, without senders. */
export const LONGER_TOTALS = 21;

export type Summary = PlainSummary | PackedSummary;

export function isPacked(summary: Summary): summary is PackedSummary {
  return summary in PACKED_SUMMARIES;
}
