import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FailureSums } from '../../src/store/sqlite/summary/failure-sums.js';
import { type PackedRow, type Piece, RowReader, RowSums } from '../../src/store/sqlite/summary/packed-rows.js';
import { packedRanks, Ranks } from '../../src/store/sqlite/summary/ranks.js';

const HOUR = 3_600_000;
const DAY = 24;
/** Of the first of some days, hours since 1970. */
const START = 497_000;

/** What one day has of a value: a deferral some hours before the day, in it (negative), or none. */
interface Failure {
  key: number;
  outcome: number;
  before: number | null;
  deliveries: number;
}
const days = fc.array(
  fc.array(
    fc.record<Failure>({
      key: fc.oneof(fc.nat(8), fc.nat(5000)),
      outcome: fc.integer({ min: 1, max: 3 }),
      before: fc.oneof(fc.constant(null), fc.integer({ min: -5, max: 70 })),
      deliveries: fc.integer({ min: 1, max: 300 }),
    }),
    { maxLength: 60 },
  ),
  { minLength: 1, maxLength: 5 },
);

function packed(failures: readonly Failure[], start: number): Piece[] {
  const sums = new RowSums(start);
  for (const { key, outcome, before, deliveries } of failures) {
    const row: PackedRow = {
      key,
      outcome,
      priorHour: before === null ? 0 : start - before,
      attempts: deliveries,
      deliveries,
      firstSeen: start * HOUR,
      lastSeen: start * HOUR,
    };
    sums.add(row);
  }
  return sums.packed();
}

describe('ranks', () => {
  it('tell which values may be the first ones, how many there are, and what all have together', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 20 }), fc.nat(80), fc.nat(1), (all, limit, early, isRead) => {
        const since = START - early;
        const ranks = new Ranks(since);
        const sums = new FailureSums();
        for (const [index, failures] of all.entries()) {
          const start = START + index * DAY;
          const pieces = packed(failures, start);
          sums.addRows(new RowReader(pieces, start), null, since);
          if (index % 2 === isRead) ranks.addRows(new RowReader(pieces, start));
          else ranks.add(packedRanks(new RowReader(pieces, start), start), start);
        }
        expect(ranks.size).toBe(sums.size);
        expect(ranks.all).toEqual({ hard: sums.total('hard'), soft: sums.total('soft'), deliveries: sums.total('deliveries') });
        const leaders = ranks.leaders(limit);
        for (const [key] of sums.mayBeShown('deliveries', limit)) expect(leaders).toContain(key);
      }),
      { numRuns: 500 },
    );
  });

  it('leave most values out', () => {
    const failures = Array.from(
      { length: 5000 },
      (_, key): Failure => ({ key, outcome: 1, before: key % 3 === 0 ? 30 : null, deliveries: 10 + key }),
    );
    const ranks = new Ranks(START - 2 * DAY);
    ranks.add(packedRanks(new RowReader(packed(failures, START), START), START), START);
    expect(ranks.leaders(5).length).toBeLessThan(12);
  });
});
