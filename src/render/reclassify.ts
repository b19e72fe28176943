import type { ReclassifyAnswer } from '../report/reclassify.js';
import { count } from './number.js';
import { plainTable } from './plain-table.js';
import { styleFor } from './style.js';

/** What moved from which cause to which, for a terminal. */
export function reclassifyText({ kinds, moved, dryRun }: ReclassifyAnswer, options: { coloured: boolean }): string {
  const style = styleFor(options.coloured);
  if (moved.length === 0) return `${count(kinds)} kinds of reply, none moves to another cause.\n`;
  const failures = moved.reduce((sum, move) => sum + move.failures, 0);
  const moves = moved.reduce((sum, move) => sum + move.kinds, 0);
  const table = plainTable(
    [
      { head: 'From', align: 'left' },
      { head: 'To', align: 'left' },
      { head: 'Kinds', align: 'right' },
      { head: 'Failures', align: 'right' },
      { head: 'Rule', align: 'left' },
    ],
    moved.map((move) => [
      move.from,
      move.to,
      count(move.kinds),
      count(move.failures),
      `${move.rules[0] ?? '-'}${move.rules.length > 1 ? ', …' : ''}`,
    ]),
    style,
  );
  const head = `${count(moves)} of ${count(kinds)} kinds of reply ${dryRun ? 'would move' : 'moved'}, with ${count(failures)} failures${dryRun ? ' (--dry-run: nothing was changed)' : ''}`;
  return `${head}\n\n${table}\n`;
}

/** The contract `bouncelog/reclassify/1`. */
export function reclassifyJson({ kinds, moved, dryRun }: ReclassifyAnswer): object {
  return { schema: 'bouncelog/reclassify/1', dry_run: dryRun, kinds, moved };
}
