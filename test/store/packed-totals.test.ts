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

  it.each([
    [0, 'e807000000010e01ac0200023c04041e061400013c0109020112071405023c0301000001060401090300023c02090001050715060a3c'],
    [250, '01000000011401ac020002dad6030404b0ea0106140001dad603010902011607140502dad603030100000106040109030002dad60302090001070715060adad603'],
  ])('are read as earlier versions packed them (%i ms)', (ms, packed) => {
    const time = BEGIN + 60_000 + ms;
    const later = BEGIN + 90_000 + ms;
    const prior = { reply: 9, route: 3, listing: 0, hour: HOUR - 2 };
    expect(rowsIn(Buffer.from(packed, 'hex')).map((row) => JSON.parse(row))).toEqual([
      [0, 0, 0, 1, 1, 300, 0, 0, [], 4, 4, time, later],
      [0, 0, 0, 1, 7, 20, 0, 0, [], 1, 1, time, time],
      [1, 9, 2, 1, 7, 20, 5, 0, [], 3, 1, time, time],
      [1, 9, 2, 1, 7, 21, 6, HOUR - 2, [prior], 1, 1, time, time],
      [2, 9, 0, 1, 7, 21, 6, HOUR - 1, [], 1, 1, time, time],
    ]);
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
