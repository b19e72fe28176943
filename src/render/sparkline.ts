import { count } from './number.js';
import type { Style } from './style.js';

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

/** How much more or less than before, with an arrow. */
export function difference(now: number, before: number, style: Style): string {
  if (now === before) return style.faint('=');
  if (before === 0) return style.hard('new');
  const percent = Math.round((now / before - 1) * 100);
  const text = `${now > before ? '▲' : '▼'} ${Math.abs(percent) > 999 ? `${count(Math.round(now / before))}×` : `${Math.abs(percent)}%`}`;
  return now > before ? style.hard(text) : style.good(text);
}

const EIGHTHS = ' ▏▎▍▌▋▊▉';

/** A bar of a share (0-1) of `width` columns, to an eighth of a column. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8);
  const rest = EIGHTHS[eighths % 8] ?? '';
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === ' ' ? '' : rest);
}
