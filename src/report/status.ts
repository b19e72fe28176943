import type { LineKinds } from '../log/kinds.js';
import type { RunSummary } from './run-summary.js';

/** One source and how far it has been read. */
export interface SourceStatus {
  name: string;
  /** Bytes of the uncompressed content that have been read. */
  position: number;
  /** The journal's own name for the place, `null` for files. */
  cursor: string | null;
  /** UTC ms of the last line's time stamp; `null` = none. */
  lastTime: number | null;
  /** UTC ms of the last read that brought something. */
  updated: number;
  kinds: LineKinds;
}

export interface StatusAnswer {
  database: string;
  schemaVersion: number;
  events: number;
  deliveries: number;
  replies: number;
  /** Kinds of reply that no rule knows. */
  unclassified: number;
  openMessages: number;
  /** Deferred deliveries that have not ended. */
  waiting: number;
  /** Open messages that were dropped because of the limits, ever. */
  forgotten: number;
  lastRun: RunSummary | null;
  /** Most recently read first. */
  sources: SourceStatus[];
  /** Lines that look like a delivery result and could not be read, with their source. */
  samples: { source: string; line: string }[];
}

/** All sources together. */
export function sumOfKinds(sources: readonly SourceStatus[]): Partial<LineKinds> {
  const sum: Partial<Record<keyof LineKinds, number>> = {};
  for (const { kinds } of sources) {
    for (const [kind, count] of Object.entries(kinds) as [keyof LineKinds, number][]) sum[kind] = (sum[kind] ?? 0) + count;
  }
  return sum;
}
