import { NumberReader, NumberWriter } from '../numbers.js';

/*
 * Which events each delivery has, of events that follow each other: sorted by delivery, in runs, each number as the difference to the one
 * before it. A head tells where the runs begin, so that looking one delivery up takes a run and not all.
 */

export const BLOCK_SHIFT = 12;
/** Events of a block: `id >> BLOCK_SHIFT` is its number. */
export const BLOCK_EVENTS = 2 ** BLOCK_SHIFT;
const RUN = 128;

/** Called back with an event and the delivery that it is of. */
export type TakeEvent = (delivery: number, event: number) => void;

/** @param keys `delivery * BLOCK_EVENTS + place of the event in its block`, sorted */
export function packedBlock(keys: Float64Array): Buffer {
  const [head, runs] = [new NumberWriter(), new NumberWriter()];
  head.put(Math.ceil(keys.length / RUN));
  let before = 0;
  for (let start = 0; start < keys.length; start += RUN) {
    const begin = runs.length;
    const first = deliveryOf(keys[start] as number);
    putRun(runs, keys.subarray(start, start + RUN), first);
    head.put(first - before);
    head.put(runs.length - begin);
    before = first;
  }
  return Buffer.concat([head.written(), runs.written()]);
}

function putRun(runs: NumberWriter, keys: Float64Array, first: number): void {
  let [delivery, place] = [first, 0];
  for (const key of keys) {
    const [nextDelivery, nextPlace] = [deliveryOf(key), key % BLOCK_EVENTS];
    const step = nextPlace - place;
    runs.put(nextDelivery - delivery);
    // New deliveries come in the order of their events; those of old ones lie anywhere: small steps either way are small numbers.
    runs.put(step < 0 ? -2 * step - 1 : 2 * step);
    delivery = nextDelivery;
    place = nextPlace;
  }
}

export function deliveryOf(key: number): number {
  return Math.floor(key / BLOCK_EVENTS);
}

/**
 * Calls back with the events of these deliveries, by delivery and in the order in which they were logged.
 * @param deliveries sorted; `null` = all
 */
export function eachEvent(packed: Buffer, number: number, deliveries: readonly number[] | null, take: TakeEvent): void {
  const reader = new NumberReader(packed);
  const runs = Math.min(reader.next(), BLOCK_EVENTS / RUN);
  const firsts = new Int32Array(runs + 1).fill(NO_DELIVERY);
  const ends = new Int32Array(runs);
  for (let run = 0, first = 0, end = 0; run < runs; run++) {
    first += reader.next();
    end += reader.next();
    firsts[run] = first;
    ends[run] = end;
  }
  const begin = reader.at;
  let wanted = deliveries === null ? 0 : placeOf(deliveries, firsts[0] as number);
  for (let run = 0; run < runs; run++) {
    // A delivery may go on in the next run.
    if (deliveries !== null && (deliveries[wanted] ?? Number.POSITIVE_INFINITY) > (firsts[run + 1] as number)) continue;
    reader.at = begin + (ends[run - 1] ?? 0);
    const end = Math.min(begin + (ends[run] as number), packed.length);
    let [delivery, event] = [firsts[run] as number, number * BLOCK_EVENTS];
    while (reader.at < end) {
      delivery += reader.next();
      const step = reader.next();
      event += step & 1 ? -((step + 1) >> 1) : step >> 1;
      if (deliveries !== null) {
        while (wanted < deliveries.length && (deliveries[wanted] as number) < delivery) wanted++;
        if (deliveries[wanted] !== delivery) continue;
      }
      take(delivery, event);
    }
  }
}

/** Greater than any. */
const NO_DELIVERY = 2 ** 31 - 1;

/** The place of the first number that is not below a value. */
export function placeOf(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
