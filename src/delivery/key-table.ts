/** Objects by a number that is a good hash already: half of the time of a Map, which hashes it once more. */
export class KeyTable<T extends { key: number }> {
  #slots: (T | undefined)[] = new Array(1024).fill(undefined);
  #mask = 1023;
  #size = 0;

  get(key: number): T | undefined {
    const mask = this.#mask;
    for (let i = key & mask; ; i = (i + 1) & mask) {
      const item = this.#slots[i];
      if (item === undefined || item.key === key) return item;
    }
  }

  /** Puts an item in whose key is not there yet. */
  add(item: T): void {
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    this.#put(item);
    this.#size++;
  }

  delete(key: number): void {
    const mask = this.#mask;
    let hole = key & mask;
    for (let item = this.#slots[hole]; item?.key !== key; item = this.#slots[hole]) {
      if (item === undefined) return;
      hole = (hole + 1) & mask;
    }
    this.#slots[hole] = undefined;
    this.#size--;
    // Whatever stands behind it because its own place was taken moves up.
    for (let i = (hole + 1) & mask; ; i = (i + 1) & mask) {
      const item = this.#slots[i];
      if (item === undefined) return;
      if (((i - (item.key & mask)) & mask) < ((i - hole) & mask)) continue;
      this.#slots[hole] = item;
      this.#slots[i] = undefined;
      hole = i;
    }
  }

  /** All items, in no order. */
  all(): T[] {
    return this.#slots.filter((item) => item !== undefined);
  }

  #put(item: T): void {
    let i = item.key & this.#mask;
    while (this.#slots[i] !== undefined) i = (i + 1) & this.#mask;
    this.#slots[i] = item;
  }

  #grow(): void {
    const items = this.all();
    this.#slots = new Array(this.#slots.length * 2).fill(undefined);
    this.#mask = this.#slots.length - 1;
    for (const item of items) this.#put(item);
  }
}
