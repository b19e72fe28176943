/** What one run did, kept for `status`. */
export interface RunSummary {
  /** UTC ms. */
  started: number;
  ended: number;
  sources: number;
  lines: number;
  bytes: number;
  failed: boolean;
}
