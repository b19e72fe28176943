import type { Sort, TopQuestion, TopRow } from '../../../report/question.js';

/** A group before its share is known. */
export interface CountedRow extends Omit<TopRow, 'share'> {
  /** Figures of the groups that it lies in, the outermost first; where they are not given, all that lies in them must be there. */
  within?: readonly GroupFigures[];
}

export type GroupFigures = Omit<TopRow, 'share' | 'keys'>;

/** Sorts and cuts level by level: the greatest outer groups, and in each the greatest inner ones. */
export function limitGroups(rows: CountedRow[], question: TopQuestion): { kept: CountedRow[]; more: number } {
  const { sort, limit } = question;
  if (question.by.length === 1) {
    const sorted = rows.sort((a, b) => compareGroups(a, b, sort, 0));
    const kept = limit > 0 ? sorted.slice(0, limit) : sorted;
    return { kept, more: sorted.length - kept.length };
  }
  const cut = (part: CountedRow[], level: number): { kept: CountedRow[]; more: number } => {
    const groups = new Map<string | number | null, CountedRow[]>();
    for (const row of part) {
      const key = row.keys[level] ?? null;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [row]);
      else group.push(row);
    }
    const sorted = [...groups.values()]
      .map((group) => ({ group, sum: { ...sumOf(group), ...group[0]?.within?.[level] } }))
      .sort((a, b) => compareGroups(a.sum, b.sum, sort, level));
    const chosen = limit > 0 ? sorted.slice(0, limit) : sorted;
    const isInnermost = level === question.by.length - 1;
    return { kept: chosen.flatMap(({ group }) => (isInnermost ? group : cut(group, level + 1).kept)), more: sorted.length - chosen.length };
  };
  return cut(rows, 0);
}

/** Of one row at least. */
export function sumOf(rows: CountedRow[]): CountedRow {
  return rows.reduce((sum, row) => ({
    keys: sum.keys,
    hard: sum.hard + row.hard,
    soft: sum.soft + row.soft,
    attempts: sum.attempts + row.attempts,
    deliveries: sum.deliveries + row.deliveries,
    firstSeen: Math.min(sum.firstSeen, row.firstSeen),
    lastSeen: Math.max(sum.lastSeen, row.lastSeen),
  }));
}

/** Greatest first, names and first sightings in rising order; the name breaks ties, so that an answer is always the same. */
function compareGroups(a: CountedRow, b: CountedRow, sort: Sort, level: number): number {
  const byName = compareNames(a.keys[level] ?? null, b.keys[level] ?? null);
  if (sort === 'name') return byName;
  if (sort === 'first') return a.firstSeen - b.firstSeen || byName;
  if (sort === 'last') return b.lastSeen - a.lastSeen || byName;
  return b[sort] - a[sort] || b.hard - a.hard || b.attempts - a.attempts || byName;
}

function compareNames(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
