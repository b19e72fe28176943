import Table from 'cli-table3';
import { NO_BORDERS } from './borders.js';
import type { Style } from './style.js';

export interface Column {
  head: string;
  align: 'left' | 'right';
}

/** A table without lines, its head strong. Cells may be styled; they must fit. */
export function plainTable(columns: readonly Column[], rows: readonly (readonly string[])[], style: Style): string {
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align }) => align),
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line, index) => (index === 0 ? style.strong(line.trimEnd()) : line.trimEnd()))
    .join('\n');
}
