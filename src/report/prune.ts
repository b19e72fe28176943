export interface PruneAnswer {
  /** UTC ms: older events were taken out. */
  before: number;
  events: number;
  deliveries: number;
  freedBytes: number;
}
