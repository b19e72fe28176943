import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyTable } from '../../src/delivery/key-table.js';

/** Keys that meet in a few places, also at the end of the table, where the next place is the first. */
const key = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: 1020, max: 1026 }),
  fc.integer({ min: 0, max: 4 }).map((n) => n * 1024 + 1023),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);

describe('a table by key', () => {
  it('holds what a Map holds, whatever is added and deleted', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 300 }), (steps) => {
        const table = new KeyTable<{ key: number }>();
        const map = new Map<number, { key: number }>();
        for (const [one, isAdded] of steps) {
          if (isAdded && !map.has(one)) {
            const item = { key: one };
            table.add(item);
            map.set(one, item);
          } else if (!isAdded) {
            table.delete(one);
            map.delete(one);
          }
          for (const [other] of steps) expect(table.get(other)).toBe(map.get(other));
        }
        expect(new Set(table.all())).toEqual(new Set(map.values()));
      }),
      { numRuns: 300 },
    );
  });

  it('grows', () => {
    const table = new KeyTable<{ key: number }>();
    for (let n = 0; n < 5000; n++) table.add({ key: n * 7919 });
    for (let n = 0; n < 5000; n++) expect(table.get(n * 7919)?.key).toBe(n * 7919);
    expect(table.get(1)).toBeUndefined();
  });
});
