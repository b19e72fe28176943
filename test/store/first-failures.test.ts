import { describe, expect, it } from 'vitest';
import { eachFirstFailure, FirstFailures } from '../../src/store/sqlite/summary/first-failures.js';

const KEPT = 100;

function keptOf(failures: FirstFailures): number[][] {
  const rows: number[][] = [];
  eachFirstFailure(failures.packed(), (key, reply, deliveries) => rows.push([key, reply, deliveries]));
  return rows;
}

describe('first failures of a day', () => {
  it('are added up by value and reply', () => {
    const failures = new FirstFailures();
    for (const [key, reply, deliveries] of [
      [1, 7, 2],
      [1, 8, 1],
      [1, 7, 3],
      [4, 7, 1],
    ] as const)
      failures.add(key, reply, deliveries);
    expect(keptOf(failures)).toEqual([
      [1, 7, 5],
      [1, 8, 1],
      [4, 7, 1],
    ]);
  });

  it('are kept of the values with the most, wherever these come', () => {
    const failures = new FirstFailures();
    const totals = Array.from({ length: 1000 }, (_, key) => ((key * 7919) % 1000) + 1);
    for (const [key, total] of totals.entries()) failures.add(key, 1, total);
    const expected = totals.map((total, key) => [key, total] as const).toSorted((a, b) => b[1] - a[1]);
    expect(keptOf(failures).map(([key]) => key)).toEqual(expected.slice(0, KEPT).map(([key]) => key));
  });
});
