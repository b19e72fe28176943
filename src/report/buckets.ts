import { addDays } from 'date-fns/addDays';
import { addWeeks } from 'date-fns/addWeeks';
import { startOfDay } from 'date-fns/startOfDay';
import { startOfISOWeek } from 'date-fns/startOfISOWeek';
import { zonedTime } from '../zoned-time.js';

export const BUCKETS = ['hour', 'day', 'week'] as const;
export type Bucket = (typeof BUCKETS)[number];

const HOUR = 3_600_000;

/** The steps of a chart, half-open, in UTC ms. */
export interface Step {
  since: number;
  until: number;
}

/**
 * The hours, days or weeks (from Monday) of a zone that a span touches, whole ones; a day of a clock change has 23 or 25 hours.
 * @param since UTC ms
 * @param until UTC ms, not included
 */
export function steps(since: number, until: number, bucket: Bucket, zone: string): Step[] {
  const result: Step[] = [];
  let start = startOf(since, bucket, zone);
  while (start < until) {
    const end = next(start, bucket, zone);
    result.push({ since: start, until: end });
    start = end;
  }
  return result;
}

function startOf(time: number, bucket: Bucket, zone: string): number {
  if (bucket === 'hour') return Math.floor(time / HOUR) * HOUR;
  const local = zonedTime(time, zone);
  return (bucket === 'day' ? startOfDay(local) : startOfISOWeek(local)).getTime();
}

function next(start: number, bucket: Bucket, zone: string): number {
  if (bucket === 'hour') return start + HOUR;
  const local = zonedTime(start, zone);
  return startOfDay(bucket === 'day' ? addDays(local, 1) : addWeeks(local, 1)).getTime();
}

/** Index of the step that a time lies in, -1 when in none. The steps follow each other without a gap. */
export function stepOf(all: readonly Step[], time: number): number {
  let low = 0;
  let high = all.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const step = all[middle] as Step;
    if (time < step.since) high = middle - 1;
    else if (time >= step.until) low = middle + 1;
    else return middle;
  }
  return -1;
}
