import { describe, expect, it } from 'vitest';
import { RecoveryWriter, recoveriesIn } from '../../src/store/sqlite/recoveries.js';
import { memoryDatabase } from '../ingest/memory.js';

const HOUR = 3_600_000;

function recoveriesOf(delays: readonly (number | null)[]) {
  const db = memoryDatabase();
  const writer = new RecoveryWriter(db);
  for (const [index, delay] of delays.entries()) writer.add(100 + (index % 3), delay);
  writer.flush();
  return recoveriesIn(db, { since: 100 * HOUR, until: 103 * HOUR });
}

describe('how long deferred mail took to arrive', () => {
  it.each([1, 2, 999, 70_000, 200_001])('has the median of %i delays that sorting finds', (size) => {
    const delays = Array.from({ length: size }, (_, index) => (index * 7919 + (index % 13) * 86_400_000) % 400_000_000);
    const sorted = delays.toSorted((a, b) => a - b);
    expect(recoveriesOf([...delays, null])).toEqual({ count: size + 1, median: sorted[Math.floor(size / 2)], longest: sorted.at(-1) });
  });

  it('is not known of mail whose arrival is not', () => {
    expect(recoveriesOf([null, null])).toEqual({ count: 2, median: null, longest: null });
    expect(recoveriesOf([])).toEqual({ count: 0, median: null, longest: null });
  });
});
