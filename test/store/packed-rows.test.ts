import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergedRows, type PackedRow, type Piece, RowReader, RowSums } from '../../src/store/sqlite/summary/packed-rows.js';

const HOUR = 3_600_000;
const START = 497_000;

const rows = fc.array(
  fc.record<PackedRow>({
    key: fc.oneof(fc.nat(300), fc.nat(2 ** 31 - 1)),
    outcome: fc.integer({ min: 0, max: 5 }),
    priorHour: fc.oneof(fc.constant(0), fc.integer({ min: START - 200, max: START + 24 }), fc.integer({ min: 1, max: START })),
    attempts: fc.oneof(fc.nat(3), fc.nat(2 ** 24)),
    deliveries: fc.oneof(fc.nat(3), fc.nat(2 ** 24)),
    firstSeen: fc.integer({ min: START * HOUR, max: (START + 25) * HOUR - 1 }),
    lastSeen: fc.constant(0),
  }),
  { maxLength: 600 },
);

/** Times of a log that has no more than whole seconds, or ms. */
const unit = fc.constantFrom(1, 1000);
const inUnits = (time: number, of: number) => time - (time % of);

/** A value as a test sees it. */
interface Value {
  key: number;
  attempts: number;
  firstSeen: number;
  lastSeen: number;
  counts: Record<string, number>;
}

/** The same, added up by objects. */
function summed(all: readonly PackedRow[]): Value[] {
  const values = new Map<number, Value>();
  for (const { key, attempts, firstSeen, lastSeen, outcome, priorHour, deliveries } of all) {
    const value = values.get(key) ?? { key, attempts: 0, firstSeen, lastSeen, counts: {} };
    values.set(key, value);
    value.attempts += attempts;
    value.firstSeen = Math.min(value.firstSeen, firstSeen);
    value.lastSeen = Math.max(value.lastSeen, lastSeen);
    const count = `${outcome} ${Math.min(priorHour, START)}`;
    value.counts[count] = (value.counts[count] ?? 0) + deliveries;
  }
  return [...values.values()];
}

function read(pieces: readonly Piece[]): Value[] {
  const found: Value[] = [];
  const rows = new RowReader(pieces, START);
  while (rows.next()) {
    const { key, attempts, firstSeen, lastSeen } = rows;
    const counts: Record<string, number> = {};
    do counts[`${rows.outcome} ${rows.priorHour}`] = rows.deliveries;
    while (rows.nextCount());
    found.push({ key, attempts, firstSeen, lastSeen, counts });
  }
  return found;
}

function inOrder(all: readonly Value[]): string[] {
  return all.map(({ counts, ...rest }) => JSON.stringify({ ...rest, counts: Object.entries(counts).sort() })).sort();
}

describe('packed rows', () => {
  it('are what was added up, by key, each in one piece', () => {
    fc.assert(
      fc.property(rows, fc.nat(8 * HOUR), unit, (all, length, of) => {
        const added = all.map((row) => ({ ...row, firstSeen: inUnits(row.firstSeen, of), lastSeen: inUnits(row.firstSeen + length, of) }));
        const sums = new RowSums(START);
        for (const row of added) sums.add(row);
        const pieces = sums.packed();
        const found = read(pieces);
        expect(inOrder(found)).toEqual(inOrder(summed(added)));
        expect(found.map(({ key }) => key)).toEqual(found.map(({ key }) => key).toSorted((a, b) => a - b));
        const keys = pieces.map((piece) => [...new Set(read([piece]).map(({ key }) => key))]);
        expect(keys.map(([first]) => first)).toEqual(pieces.map(({ first }) => first));
        expect(keys.flat()).toEqual([...new Set(found.map(({ key }) => key))]);
      }),
    );
  });

  it('of a longer time are those of its parts', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(rows, unit), { maxLength: 4 }), (parts) => {
        const added = parts.map(([part, of], number) =>
          part.map((row) => {
            const firstSeen = inUnits(row.firstSeen, of) + number * 25 * HOUR;
            return { ...row, firstSeen, lastSeen: firstSeen };
          }),
        );
        const readers = added.map((part, number) => {
          const sums = new RowSums(START + number * 25);
          for (const row of part) sums.add(row);
          return new RowReader(sums.packed(), START + number * 25);
        });
        expect(inOrder(read(mergedRows(START, readers)))).toEqual(inOrder(summed(added.flat())));
      }),
    );
  });

  it('may be many', () => {
    const all = Array.from({ length: 10_000 }, (_, index): PackedRow => {
      const firstSeen = START * HOUR + index;
      return { key: (index * 7919) % 5000, outcome: 1 + (index % 2), priorHour: 0, attempts: 1, deliveries: 1, firstSeen, lastSeen: firstSeen };
    });
    const sums = new RowSums(START);
    for (const row of all) sums.add(row);
    expect(inOrder(read(sums.packed()))).toEqual(inOrder(summed(all)));
  });

  it('are read as earlier versions packed them, with times in ms only', () => {
    const begin = START * HOUR;
    const counts = { [`1 ${START - 2}`]: 2, '2 0': 1 };
    expect(read([{ first: 3, rows: Buffer.from('0004e807a01f05013202c5010100000401', 'hex') }])).toEqual([
      { key: 3, attempts: 4, firstSeen: begin + 1000, lastSeen: begin + 5000, counts },
      { key: 200, attempts: 1, firstSeen: begin, lastSeen: begin, counts: { '2 0': 1 } },
    ]);
  });

  it('may be none', () => {
    expect(read(new RowSums(START).packed())).toEqual([]);
  });
});
