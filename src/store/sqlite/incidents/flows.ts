import type { Database } from 'better-sqlite3';
import type { Flow, FlowsIn } from '../../../report/incidents.js';
import { DELIVERED, FAILURE_IDS } from '../outcomes.js';
import type { TotalsReader } from '../totals/packed-totals.js';
import { totalsIn } from '../totals/read.js';
import { receivers } from './receivers.js';

/** Mail to these receivers, an hour at a time. */
export function flowsTo(db: Database, wanted: ReadonlySet<string>): FlowsIn {
  const names = [...wanted];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const numberOf = receivers(db, (name) => numbers.get(name) ?? UNWANTED);
  const sums = new FlowSums(names.length);
  const known = new Map<number, Flows>();
  const flow: Flow = { receiver: '', delivered: false, first: 0.5, last: 0.5 };
  return (hour, take) => {
    let flows = known.get(hour);
    if (flows === undefined) {
      flows = flowsIn(db, hour, numberOf, sums);
      known.set(hour, flows);
    }
    const { places, first, last } = flows;
    for (let index = 0; index < places.length; index++) {
      const place = places[index] as number;
      flow.receiver = names[place >>> 1] as string;
      flow.delivered = (place & 1) === 1;
      flow.first = first[index] as number;
      flow.last = last[index] as number;
      take(flow);
    }
  };
}

const UNWANTED = -1;

/** Of an hour, in columns: hundreds of hours are remembered, of thousands of receivers each. As objects they took 20 MB of ten million events. */
interface Flows {
  /** The number of a receiver, times two, one more where the mail was delivered. */
  places: Int32Array;
  first: Float64Array;
  last: Float64Array;
}

function flowsIn(db: Database, hour: number, numberOf: (row: TotalsReader) => number, sums: FlowSums): Flows {
  for (const totals of totalsIn(db, [hour])) {
    while (totals.nextSection()) {
      const delivered = totals.outcome === DELIVERED;
      if (!delivered && !FAILURE_IDS.includes(totals.outcome)) continue;
      while (totals.nextRow()) {
        const number = delivered || totals.attempts > 0 ? numberOf(totals) : UNWANTED;
        if (number !== UNWANTED) sums.add(number * 2 + Number(delivered), totals);
      }
    }
  }
  return sums.taken();
}

/** The first and the last mail at each place. */
class FlowSums {
  readonly #first: Float64Array;
  readonly #last: Float64Array;

  /** @param receivers how many there are */
  constructor(receivers: number) {
    this.#first = new Float64Array(receivers * 2).fill(Number.POSITIVE_INFINITY);
    this.#last = new Float64Array(receivers * 2);
  }

  add(place: number, { firstSeen, lastSeen }: TotalsReader): void {
    if (firstSeen < (this.#first[place] as number)) this.#first[place] = firstSeen;
    if (lastSeen > (this.#last[place] as number)) this.#last[place] = lastSeen;
  }

  /** Takes out what there is. */
  taken(): Flows {
    const places: number[] = [];
    for (let place = 0; place < this.#last.length; place++) if (this.#last[place] !== 0) places.push(place);
    const of = (times: Float64Array) => Float64Array.from(places, (place) => times[place] as number);
    const flows = { places: Int32Array.from(places), first: of(this.#first), last: of(this.#last) };
    this.#first.fill(Number.POSITIVE_INFINITY);
    this.#last.fill(0);
    return flows;
  }
}
