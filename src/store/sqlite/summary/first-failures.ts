import { NumberReader, NumberWriter } from './numbers.js';

/** Values whose replies are kept, those with the most failures. */
const KEPT_VALUES = 100;

interface OfValue {
  key: number;
  total: number;
  byReply: Map<number, number>;
}

/** First failures of an hour or a day by value and reply. */
export class FirstFailures {
  readonly #values = new Map<number, OfValue>();

  add(key: number, reply: number, deliveries: number): void {
    let value = this.#values.get(key);
    if (value === undefined) {
      value = { key, total: 0, byReply: new Map() };
      this.#values.set(key, value);
    }
    value.total += deliveries;
    value.byReply.set(reply, (value.byReply.get(reply) ?? 0) + deliveries);
  }

  /** Those of the values with the most, as they are stored: key, reply and deliveries of each. */
  packed(): Buffer {
    const most = [...this.#values.values()].sort((a, b) => b.total - a.total || a.key - b.key).slice(0, KEPT_VALUES);
    const numbers = new NumberWriter();
    for (const { key, byReply } of most) {
      for (const [reply, deliveries] of byReply) {
        numbers.put(key);
        numbers.put(reply);
        numbers.put(deliveries);
      }
    }
    return Buffer.from(numbers.written());
  }
}

/** Calls back with each of what was packed. */
export function eachFirstFailure(packed: Buffer, take: (key: number, reply: number, deliveries: number) => void): void {
  const numbers = new NumberReader(packed);
  while (!numbers.isAtEnd) take(numbers.next(), numbers.next(), numbers.next());
}
