/** key, id of the reply, deliveries that failed with it first. */
export const COLUMNS = 3;
/** Values of a day whose replies are kept, those with the most failures. */
const KEPT_VALUES = 50;

interface OfValue {
  key: number;
  total: number;
  byReply: Map<number, number>;
}

/** First failures of a day by value and reply, gathered in the order of the values. */
export class FirstFailures {
  #values: OfValue[] = [];

  add(key: number, reply: number, deliveries: number): void {
    let last = this.#values.at(-1);
    if (last?.key !== key) {
      // Now and then, so that a day of a hundred thousand senders does not stand in memory.
      if (this.#values.length >= 4 * KEPT_VALUES) this.#values = this.#most();
      last = { key, total: 0, byReply: new Map() };
      this.#values.push(last);
    }
    last.total += deliveries;
    last.byReply.set(reply, (last.byReply.get(reply) ?? 0) + deliveries);
  }

  /** Those of the values with the most, as they are stored. */
  packed(): Buffer {
    const rows = this.#most().flatMap(({ key, byReply }) => [...byReply].flatMap(([reply, deliveries]) => [key, reply, deliveries]));
    return Buffer.from(Int32Array.from(rows).buffer);
  }

  #most(): OfValue[] {
    return this.#values.sort((a, b) => b.total - a.total || a.key - b.key).slice(0, KEPT_VALUES);
  }
}
