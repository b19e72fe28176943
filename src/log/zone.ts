import { tzOffset } from '@date-fns/tz';

/** Local wall-clock time → UTC for one time zone; DST's double hour is left to the caller to decide. */
export interface Zone {
  readonly name: string;
  /**
   * UTC milliseconds for a local time given as if it were UTC. In the hour that a clock change repeats
   * there are two answers (`earlier < later`); in the hour that it skips, the time as the old offset reads it.
   */
  toUtc(localMs: number): { earlier: number; later: number };
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY = 24 * 60 * MINUTE;

/**
 * @param name IANA name (`Europe/Berlin`), `UTC`, or an offset (`+05:30`).
 * @throws RangeError when the name is not known.
 */
export function zoneOf(name: string): Zone {
  if (Number.isNaN(tzOffset(name, new Date(0)))) throw new RangeError(`unknown time zone "${name}"`);
  let cachedFrom = Number.NaN;
  let earlierOffset = 0;
  let laterOffset = 0;
  return {
    name,
    toUtc(localMs) {
      // Offsets change on quarter hours only, so one look-up serves all lines of a quarter hour.
      const from = localMs - (localMs % QUARTER);
      if (from !== cachedFrom) {
        cachedFrom = from;
        const before = tzOffset(name, new Date(from - DAY)) * MINUTE;
        const after = tzOffset(name, new Date(from + DAY)) * MINUTE;
        const beforeHolds = tzOffset(name, new Date(from - before)) * MINUTE === before;
        const afterHolds = tzOffset(name, new Date(from - after)) * MINUTE === after;
        earlierOffset = beforeHolds || !afterHolds ? before : after;
        laterOffset = afterHolds ? after : before;
      }
      const a = localMs - earlierOffset;
      const b = localMs - laterOffset;
      return a <= b ? { earlier: a, later: b } : { earlier: b, later: a };
    },
  };
}
