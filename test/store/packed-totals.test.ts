import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HourTotals } from '../../src/store/sqlite/totals/hour-totals.js';
import { type Section, TotalsReader, type TotalsRow } from '../../src/store/sqlite/totals/packed-totals.js';
import { added } from './added-rows.js';

const HOUR = 480_000;
const BEGIN = HOUR * 3_600_000;

const row = added(HOUR, fc.oneof(fc.nat(3), fc.nat(2 ** 31 - 1)));

function rowsIn(packed: Buffer): string[] {
  const totals = new TotalsReader(packed, HOUR);
  const rows: string[] = [];
  while (totals.nextSection()) {
    const { outcome, reply, listing, host } = totals;
    while (totals.nextRow()) {
      const { domain, route, sender, priorHour, priors, attempts, deliveries, firstSeen, lastSeen } = totals;
      rows.push(JSON.stringify([outcome, reply, listing, host, domain, route, sender, priorHour, priors, attempts, deliveries, firstSeen, lastSeen]));
    }
  }
  return rows;
}

/** What should stand there: rows that are alike as one, but for those whose earlier deferrals were of other kinds. */
function expected(all: readonly { section: Section; row: TotalsRow }[]): string[] {
  const sums = new Map<string, [(number | readonly unknown[])[], number, number, number, number]>();
  for (const [index, { section, row }] of all.entries()) {
    const { outcome, reply, listing, host } = section;
    const keys = [outcome, reply, listing, host, row.domain, row.route, row.sender, row.priorHour, row.priors];
    const key = JSON.stringify([keys, row.priors.length > 0 ? index : 0]);
    const sum = sums.get(key) ?? [keys, 0, 0, Number.POSITIVE_INFINITY, 0];
    sums.set(key, [sum[0], sum[1] + row.attempts, sum[2] + row.deliveries, Math.min(sum[3], row.firstSeen), Math.max(sum[4], row.lastSeen)]);
  }
  return [...sums.values()].map(([keys, ...figures]) => JSON.stringify([...keys, ...figures])).sort();
}

describe('packed totals', () => {
  it('are what was counted, in whatever order and however many parts', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.nat(60), (all, cut) => {
        const [one, other, merged] = [new HourTotals(HOUR), new HourTotals(HOUR), new HourTotals(HOUR)];
        for (const [index, { section, row }] of all.entries()) (index < cut ? one : other).add(section, row);
        for (const part of [other, one]) merged.addPacked(new TotalsReader(part.packed(), HOUR));
        expect(rowsIn(merged.packed()).sort()).toEqual(expected(all));
      }),
      { numRuns: 300 },
    );
  });

  it('let a reader pass over rows that it does not want', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.nat(3), (all, each) => {
        const totals = new HourTotals(HOUR);
        for (const { section, row } of all) totals.add(section, row);
        const packed = totals.packed();
        const [whole, hasty] = [new TotalsReader(packed, HOUR), new TotalsReader(packed, HOUR)];
        while (whole.nextSection()) {
          expect(hasty.nextSection()).toBe(true);
          expect([hasty.outcome, hasty.reply, hasty.listing, hasty.host]).toEqual([whole.outcome, whole.reply, whole.listing, whole.host]);
          for (let read = 0; read < each && hasty.nextRow(); read++);
          while (whole.nextRow());
        }
        expect(hasty.nextSection()).toBe(false);
      }),
    );
  });

  it('come to an end where they are damaged', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), fc.uint8Array({ maxLength: 200 }), fc.nat(500), (all, noise, at) => {
        const totals = new HourTotals(HOUR);
        for (const { section, row } of all) totals.add(section, row);
        const whole = totals.packed();
        const damaged = Buffer.concat([whole.subarray(0, at % (whole.length + 1)), noise]);
        const reader = new TotalsReader(damaged, HOUR);
        let rows = 0;
        while (reader.nextSection()) while (reader.nextRow()) rows++;
        expect(rows).toBeLessThanOrEqual(damaged.length);
      }),
      { numRuns: 500 },
    );
  });

  it('take little', () => {
    const totals = new HourTotals(HOUR);
    const section = { outcome: 2, reply: 17, listing: 0, host: 1 };
    for (let domain = 1; domain <= 1000; domain++) {
      const firstSeen = BEGIN + domain * 1000;
      totals.add(section, {
        domain,
        route: domain,
        sender: 30,
        priorHour: 0,
        priors: [],
        attempts: 1,
        deliveries: 1,
        firstSeen,
        lastSeen: firstSeen,
      });
    }
    expect(totals.packed().length).toBeLessThan(8 * 1000);
  });
});
