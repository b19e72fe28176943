const LEVELS = '▁▂▃▄▅▆▇█';

/** A row of small bars, the greatest value full height; zero is a dot on the line, `null` (nothing known) a gap. */
export function sparkline(values: readonly (number | null)[], top = Math.max(0, ...values.map((value) => value ?? 0))): string {
  return values
    .map((value) => {
      if (value === null) return ' ';
      if (value <= 0) return '·';
      return LEVELS[Math.min(LEVELS.length - 1, Math.ceil((value / top) * LEVELS.length) - 1)];
    })
    .join('');
}
