import type { Sort, TopQuestion } from '../../../report/question.js';
import { FIGURE_OF, type Figures } from '../summary/failure-sums.js';
import { nthGreatest } from '../summary/nth-greatest.js';
import type { Counted } from './count.js';

type Group = [number, Figures];

export interface ShownGroup {
  group: number;
  figures: Figures;
  /** Those of the groups that it lies in, the outermost first: what else lies in them is not there. */
  within: readonly Figures[];
}

/**
 * The groups that may be shown: level by level those that are among the first ones, or their equals. There may be a hundred thousand, of
 * which a few are shown: the others are never named.
 * @returns them, and how many others there are on the outermost level
 */
export function groupsShown({ groups, prefixOf }: Counted, { by, sort, limit }: TopQuestion): { shown: ShownGroup[]; others: number } {
  const outermost = by.length === 1 ? groups : groups.by((group) => prefixOf(group, 1));
  const first = outermost.mayBeShown(sort, limit);
  const others = outermost.size - first.length;
  if (by.length === 1) return { shown: first.map(([group, figures]) => ({ group, figures, within: [] })), others };
  const chosen = new Map(first);
  const cut = (some: readonly Group[], level: number, within: readonly Figures[]): ShownGroup[] => {
    if (level === by.length) return foremost(some, sort, limit).map(([group, figures]) => ({ group, figures, within }));
    const parts = partsOf(some, (group) => prefixOf(group, level));
    const sums = [...parts].map(([prefix, part]): Group => [prefix, sumOf(part)]);
    return foremost(sums, sort, limit).flatMap(([prefix, sum]) => cut(parts.get(prefix) ?? [], level + 1, [...within, sum]));
  };
  const inner = partsOf(
    groups.where((group) => chosen.has(prefixOf(group, 1))),
    (group) => prefixOf(group, 1),
  );
  return { shown: [...inner].flatMap(([prefix, part]) => cut(part, 2, [chosen.get(prefix) as Figures])), others };
}

function partsOf(groups: readonly Group[], partOf: (group: number) => number): Map<number, Group[]> {
  const parts = new Map<number, Group[]>();
  for (const group of groups) {
    const key = partOf(group[0]);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [group]);
    else part.push(group);
  }
  return parts;
}

function foremost(groups: readonly Group[], sort: Sort, limit: number): Group[] {
  if (sort === 'name' || limit === 0 || groups.length <= limit) return [...groups];
  const figure = FIGURE_OF[sort];
  // The first is the least.
  const sign = sort === 'first' ? -1 : 1;
  const worst = nthGreatest(
    Float64Array.from(groups, ([, figures]) => sign * figures[figure]),
    limit,
  );
  return groups.filter(([, figures]) => sign * figures[figure] >= worst);
}

function sumOf(groups: readonly Group[]): Figures {
  const sum: Figures = { hard: 0, soft: 0, attempts: 0, deliveries: 0, first_seen: Number.POSITIVE_INFINITY, last_seen: 0 };
  for (const [, figures] of groups) {
    sum.hard += figures.hard;
    sum.soft += figures.soft;
    sum.attempts += figures.attempts;
    sum.deliveries += figures.deliveries;
    sum.first_seen = Math.min(sum.first_seen, figures.first_seen);
    sum.last_seen = Math.max(sum.last_seen, figures.last_seen);
  }
  return sum;
}
