import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FILTERS, SORTS, type TopQuestion } from '../../src/report/question.js';
import { groupsShown } from '../../src/store/sqlite/counting/groups-shown.js';
import { type CountedRow, type GroupFigures, limitGroups } from '../../src/store/sqlite/counting/limit-groups.js';
import { FailureSums, type Figures } from '../../src/store/sqlite/summary/failure-sums.js';

/** Values of each level. */
const SIZE = 5;
const few = fc.nat(4);
const entry = fc.tuple(few, few, few, fc.record({ hard: few, soft: few, attempts: few, deliveries: few, first_seen: few, last_seen: few }));

describe('groups that may be shown', () => {
  it('have among them all that are shown, on up to three levels', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 80 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(...SORTS),
        fc.nat(3),
        (entries, levels, sort, limit) => {
          const groups = new FailureSums();
          for (const [a, b, c, figures] of entries) groups.add((a + SIZE * b + SIZE * SIZE * c) % SIZE ** levels, figures);
          const question: TopQuestion = {
            by: (['domain', 'provider', 'mx'] as const).slice(0, levels),
            range: { since: null, until: null },
            filters: NO_FILTERS,
            sort,
            limit,
          };
          const counted = {
            groups,
            namesOf: () => [],
            groupsNamed: () => [],
            prefixOf: (group: number, outer: number) => group % SIZE ** outer,
            deliveries: [],
          };
          const figuresOf = ({ first_seen: firstSeen, last_seen: lastSeen, ...figures }: Figures): GroupFigures => ({
            ...figures,
            firstSeen,
            lastSeen,
          });
          const rowOf = (group: number, figures: Figures): CountedRow => ({
            keys: Array.from({ length: levels }, (_, level) => Math.floor(group / SIZE ** level) % SIZE),
            ...figuresOf(figures),
          });
          const expected = limitGroups(
            groups.all().map(([group, figures]) => rowOf(group, figures)),
            question,
          );
          const { shown, others } = groupsShown(counted, question);
          const rows = shown.map(({ group, figures, within }) => ({ ...rowOf(group, figures), within: within.map(figuresOf) }));
          const found = limitGroups(rows, question);
          expect({ kept: found.kept.map(({ within: _, ...row }) => row), more: found.more + others }).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
