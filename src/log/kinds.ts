/** Lines of a source by what they say. */
export interface LineKinds {
  lines: number;
  /** A message entered the queue, or more became known of it. */
  accepted: number;
  delivered: number;
  /** To a content filter or another queue of the same host, or discarded. */
  handed_on: number;
  deferred: number;
  bounced: number;
  expired: number;
  /** Refused by our own server. */
  rejected: number;
  removed: number;
  /** Of Postfix or Exim, about no delivery. */
  other: number;
  /** Of other programs, or no log line at all. */
  foreign: number;
  /** Look like a delivery result and could not be read. */
  not_understood: number;
}

export const NO_LINES: LineKinds = {
  lines: 0,
  accepted: 0,
  delivered: 0,
  handed_on: 0,
  deferred: 0,
  bounced: 0,
  expired: 0,
  rejected: 0,
  removed: 0,
  other: 0,
  foreign: 0,
  not_understood: 0,
};
