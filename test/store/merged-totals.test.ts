import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HourTotals } from '../../src/store/sqlite/totals/hour-totals.js';
import { mergedTotals } from '../../src/store/sqlite/totals/merged.js';
import { TotalsReader } from '../../src/store/sqlite/totals/packed-totals.js';
import { type Added, added } from './added-rows.js';

const START = 480_000;
const HOURS = 4;

/** Some rows of each hour of the time. */
const hours = fc.tuple(...Array.from({ length: HOURS }, (_, index) => fc.array(added(START + index, fc.nat(2)), { maxLength: 30 })));

function packed(hour: number, rows: readonly Added[]): TotalsReader {
  const totals = new HourTotals(hour);
  for (const { section, row } of rows) totals.add(section, row);
  // Copied: an hour's memory is used again.
  return new TotalsReader(Buffer.from(totals.packed()), hour);
}

/** What is counted of places and earlier deferrals, as a range sees it that has the time. */
function figuresIn(totals: readonly TotalsReader[]): Map<string, number[]> {
  const sums = new Map<string, number[]>();
  for (const rows of totals) {
    while (rows.nextSection()) {
      const { outcome, reply, listing, host } = rows;
      while (rows.nextRow()) {
        const priors = rows.priors.map((prior) => ({ ...prior, hour: Math.min(prior.hour, START) }));
        const key = JSON.stringify([outcome, reply, listing, host, rows.domain, rows.route, Math.min(rows.priorHour, START), priors]);
        const [attempts = 0, deliveries = 0, first = Number.POSITIVE_INFINITY, last = 0] = sums.get(key) ?? [];
        const { firstSeen, lastSeen } = rows;
        sums.set(key, [attempts + rows.attempts, deliveries + rows.deliveries, Math.min(first, firstSeen), Math.max(last, lastSeen)]);
      }
    }
  }
  return sums;
}

function rowsIn(totals: TotalsReader): number {
  let rows = 0;
  while (totals.nextSection()) while (totals.nextRow()) rows++;
  return rows;
}

describe('totals of a longer time', () => {
  it('are those of its hours, without senders, each place and earlier deferral once', () => {
    fc.assert(
      fc.property(hours, (rows) => {
        const ofHours = () => rows.map((ofHour, index) => packed(START + index, ofHour));
        const merged = mergedTotals(START, ofHours());
        const figures = figuresIn(ofHours());
        expect(figuresIn([new TotalsReader(merged, START)])).toEqual(figures);
        expect(rowsIn(new TotalsReader(merged, START))).toBe(figures.size);
      }),
      { numRuns: 300 },
    );
  });

  it('are the same from parts of it', () => {
    fc.assert(
      fc.property(hours, fc.integer({ min: 1, max: HOURS - 1 }), (rows, cut) => {
        const ofHours = (from: number, to: number) => rows.slice(from, to).map((ofHour, index) => packed(START + from + index, ofHour));
        const parts = [
          new TotalsReader(mergedTotals(START, ofHours(0, cut)), START),
          new TotalsReader(mergedTotals(START + cut, ofHours(cut, HOURS)), START + cut),
        ];
        const whole = new TotalsReader(mergedTotals(START, ofHours(0, HOURS)), START);
        expect(figuresIn([new TotalsReader(mergedTotals(START, parts), START)])).toEqual(figuresIn([whole]));
      }),
      { numRuns: 300 },
    );
  });
});
