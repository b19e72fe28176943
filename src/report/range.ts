/** Half-open [since, until) in UTC ms; `null` = open on that side. */
export interface Range {
  since: number | null;
  until: number | null;
}
