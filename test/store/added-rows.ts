import fc from 'fast-check';
import type { Section, TotalsRow } from '../../src/store/sqlite/totals/packed-totals.js';

export interface Added {
  section: Section;
  row: TotalsRow;
}

/**
 * What is written of an hour: a delivery that failed, or some that arrived; in whole seconds, or not.
 * @param hour since 1970
 * @param id what ids there are
 */
export function added(hour: number, id: fc.Arbitrary<number>): fc.Arbitrary<Added> {
  const prior = fc.record({ reply: id, route: id, listing: id, hour: fc.integer({ min: hour - 200, max: hour }) });
  return fc
    .record({
      section: fc.record({ outcome: fc.nat(5), reply: id, listing: fc.nat(2), host: fc.nat(2) }),
      domain: id,
      route: id,
      sender: id,
      priors: fc.array(prior, { maxLength: 3 }),
      lastPrior: fc.option(fc.integer({ min: hour - 200, max: hour }), { nil: 0 }),
      deliveries: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 1000 })),
      tries: fc.nat(2),
      first: fc.nat(3599),
      later: fc.nat(100),
      ms: fc.oneof(fc.constant(0), fc.nat(999)),
    })
    .map(({ section, domain, route, sender, priors, lastPrior, deliveries, tries, first, later, ms }) => {
      const firstSeen = hour * 3_600_000 + first * 1000 + ms;
      const priorHour = priors.length > 0 ? Math.max(...priors.map((one) => one.hour)) : lastPrior;
      const lastSeen = deliveries === 1 ? firstSeen : firstSeen + later * 1000;
      return { section, row: { domain, route, sender, priorHour, priors, attempts: tries * deliveries, deliveries, firstSeen, lastSeen } };
    });
}
