import type { Bucket } from '../report/buckets.js';
import type { Failures, TrendAnswer, TrendGroup } from '../report/trend.js';
import { csvLine } from './csv.js';
import { groupName, HEADINGS } from './groups.js';
import { count } from './number.js';
import { difference, sparkline } from './sparkline.js';
import { type Style, styleFor } from './style.js';
import { isoTime, shortTime } from './time.js';
import { clip, columns, padded, wrap } from './wrap.js';

export interface TrendOptions {
  width: number;
  coloured: boolean;
  zone: string;
  /** UTC ms */
  now: number;
}

const STEP_NAMES: Record<Bucket, string> = { hour: 'an hour', day: 'a day', week: 'a week' };
/** Figures beside the picture: total, last step, change. */
const FIGURES = 26;
const MAX_NAME = 24;

/** A picture for delivered mail, for all failures and for each group, each with its own scale. */
export function trendText(answer: TrendAnswer, options: TrendOptions): string {
  const style = styleFor(options.coloured);
  const { since, until } = answer.range;
  const nameWidth = Math.min(MAX_NAME, Math.max(...[12, ...answer.groups.map(({ key }) => columns(groupName(answer.by, key)))]));
  const room = options.width - nameWidth - FIGURES - 2;
  const merge = Math.max(1, Math.ceil(answer.steps.length / room));
  const each = merge === 1 ? STEP_NAMES[answer.bucket] : `${merge} ${answer.bucket}s`;
  const head = `${shortTime(since, options.zone, options.now)} to ${shortTime(until, options.zone, options.now)}, one bar is ${each}, the highest of a line full height`;
  const row = (name: string, values: (number | null)[], total: number, before: number | null) =>
    line(name, merged(values, merge), total, before, { nameWidth, style, pictureWidth: Math.ceil(answer.steps.length / merge) });
  const deliveries = (failures: Failures | null) => failures?.deliveries ?? null;
  const delivered = answer.steps.map((step) => step.delivered);
  const rows = [
    ...(delivered.every((value) => value === null)
      ? []
      : [
          row(
            'delivered',
            delivered,
            delivered.reduce<number>((sum, value) => sum + (value ?? 0), 0),
            null,
          ),
        ]),
    row(
      'all failures',
      answer.steps.map(({ all }) => deliveries(all)),
      answer.total.deliveries,
      deliveries(answer.before),
    ),
    '',
    ...answer.groups.map((group) =>
      row(groupName(answer.by, group.key), group.values.map(deliveries), group.total.deliveries, deliveries(group.before)),
    ),
  ];
  const titles = `${HEADINGS[answer.by].padEnd(nameWidth)} ${' '.repeat(Math.ceil(answer.steps.length / merge))} ${'Total'.padStart(9)} ${'Last'.padStart(7)}${answer.before === null ? '' : '  Change'}`;
  const more = answer.more > 0 ? ['', style.faint(`and ${count(answer.more)} more (--limit 0 shows all)`)] : [];
  return `${[...wrap(head, options.width), '', style.strong(titles.trimEnd()), ...rows, ...more].join('\n')}\n`;
}

function line(
  name: string,
  values: (number | null)[],
  total: number,
  before: number | null,
  { nameWidth, style, pictureWidth }: { nameWidth: number; style: Style; pictureWidth: number },
): string {
  const last = values.at(-1) ?? null;
  const picture = sparkline(values).padEnd(pictureWidth);
  const figures = `${count(total).padStart(9)} ${(last === null ? '-' : count(last)).padStart(7)}`;
  return `${padded(clip(name, nameWidth), nameWidth)} ${picture} ${figures}${before === null ? '' : `  ${difference(total, before, style)}`}`.trimEnd();
}

/** Several steps in one bar, where there is no room for each, the last bar whole; a gap only where all are gaps. */
function merged(values: readonly (number | null)[], size: number): (number | null)[] {
  if (size === 1) return [...values];
  const bars = Math.ceil(values.length / size);
  return Array.from({ length: bars }, (_, index) => {
    const end = values.length - (bars - 1 - index) * size;
    const part = values.slice(Math.max(0, end - size), end).filter((value) => value !== null);
    return part.length === 0 ? null : part.reduce((sum, value) => sum + value, 0);
  });
}

/** The contract `bouncelog/trend/1`. */
export function trendJson(answer: TrendAnswer): object {
  const name = answer.by.replaceAll('-', '_');
  return {
    schema: 'bouncelog/trend/1',
    since: isoTime(answer.range.since),
    until: isoTime(answer.range.until),
    by: answer.by,
    bucket: answer.bucket,
    total: answer.total,
    before: answer.before,
    steps: answer.steps.map(({ since, until, delivered, all }) => ({ since: isoTime(since), until: isoTime(until), delivered, all })),
    groups: answer.groups.map((group: TrendGroup) => ({ [name]: group.key, total: group.total, before: group.before, values: group.values })),
  };
}

/** One line for each group and step; a gap has no line. */
export function trendCsv(answer: TrendAnswer): string {
  const head = csvLine(['since', 'until', answer.by.replaceAll('-', '_'), 'hard', 'soft', 'attempts', 'deliveries']);
  const lines = answer.groups.flatMap(({ key, values }) =>
    values.flatMap((failures, index) => {
      const step = answer.steps[index];
      if (failures === null || step === undefined) return [];
      const { hard, soft, attempts, deliveries } = failures;
      return [csvLine([isoTime(step.since), isoTime(step.until), key, hard, soft, attempts, deliveries])];
    }),
  );
  return head + lines.join('');
}
