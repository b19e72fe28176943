import Table from 'cli-table3';
import { adviceFor } from '../bounce/advice.js';
import { type Cause, causeOf } from '../bounce/causes.js';
import { providerName } from '../bounce/providers.js';
import type { Group, TopAnswer, TopRow } from '../report/question.js';
import { NO_BORDERS } from './borders.js';
import { type Cell, csvLine } from './csv.js';
import { groupName, HEADINGS } from './groups.js';
import { markdown } from './markdown.js';
import { count, percent } from './number.js';
import { bar, difference } from './sparkline.js';
import { type Style, styleFor } from './style.js';
import { humaneTime, isoTime, shortTime } from './time.js';
import { clip, labelled, wrap } from './wrap.js';

/** How a table is shown: the terminal it is for. */
export interface TableOptions {
  width: number;
  coloured: boolean;
  zone: string;
  /** UTC ms; decides whether a time needs its year. */
  now: number;
  /** Say under each cause what to do. */
  advice: boolean;
  /** The only provider that was asked for: its own advice is added. */
  provider: string | null;
  /** Times exact, in UTC, instead of `3 min ago`. */
  iso: boolean;
  /** Deliveries of each group in the span before; `null` = not asked for. */
  before: ReadonlyMap<string, number> | null;
}

/** Names a group in `TableOptions.before`. */
export function groupKey(keys: TopRow['keys']): string {
  return JSON.stringify(keys);
}

/** Widths of the figures' columns together: hard, soft, share, and two of times, or a change and a time. */
const FIGURES_WIDTH = 47;
const ISO_FIGURES_WIDTH = 71;
/** Where there is room, a bar shows the share, too. */
const WIDE = 110;
const BAR_WIDTH = 12;

/** The report as a table of at most `width` columns. */
export function topTable(answer: TopAnswer, options: TableOptions): string {
  const style = styleFor(options.coloured);
  const parts = [headline(answer, style, options)];
  if (answer.rows.length === 0) parts.push('No failures match.');
  else parts.push(table(answer, style, options));
  if (answer.more > 0) parts.push(style.faint(`and ${count(answer.more)} more (--limit 0 shows all)`));
  if (options.advice) parts.push(advice(answer, style, options));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headline({ totals, range }: TopAnswer, style: Style, options: TableOptions): string {
  const since = range.since === null ? '' : ` since ${shortTime(range.since, options.zone, options.now)}`;
  const until = range.until === null ? '' : ` until ${shortTime(range.until, options.zone, options.now)}`;
  const delivered = totals.delivered === null ? '' : `${style.good(count(totals.delivered))} delivered, `;
  const rejected = totals.rejected === 0 ? '' : `, ${count(totals.rejected)} rejected by us`;
  return `${delivered}${style.hard(`${count(totals.hard)} hard`)}, ${style.soft(`${count(totals.soft)} soft`)} (${count(totals.recovered)} recovered)${rejected}${since}${until}`;
}

function table(answer: TopAnswer, style: Style, options: TableOptions): string {
  const hasBars = options.width >= WIDE;
  const nameWidth = Math.max(16, options.width - (options.iso ? ISO_FIGURES_WIDTH : FIGURES_WIDTH) - (hasBars ? BAR_WIDTH + 1 : 0));
  const times = options.before === null ? ['First', 'Last'] : ['Change', 'Last'];
  const out = new Table({
    head: [
      answer.by.map((group) => HEADINGS[group]).join(' / '),
      ...(isSplit(answer) ? ['Hard', 'Soft'] : ['Count', '']),
      'Share',
      ...(hasBars ? [''] : []),
      ...times,
    ],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'left', 'left'],
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  let outer: TopRow | null = null;
  for (const row of answer.rows) {
    answer.by.forEach((group, level) => {
      const isNew = outer === null || row.keys.slice(0, level + 1).some((key, index) => key !== outer?.keys[index]);
      const isInnermost = level === answer.by.length - 1;
      if (!isNew && !isInnermost) return;
      const name = nameCell(group, row.keys[level] ?? null, '  '.repeat(level), nameWidth);
      const empty = Array.from({ length: hasBars ? 6 : 5 }, () => '');
      out.push(isInnermost ? [name, ...figures(row, isSplit(answer), hasBars, style, options)] : [style.strong(name), ...empty]);
    });
    outer = row;
  }
  if (answer.rows.length > 1 || answer.more > 0) out.push(totalsRow(answer, style, options));
  return out
    .toString()
    .split('\n')
    .map((line, index) => (index === 0 ? style.strong(line.trimEnd()) : line.trimEnd()))
    .join('\n');
}

/** What all groups come to, those that are not shown included. */
function totalsRow({ all, ...answer }: TopAnswer, style: Style, { width }: TableOptions): string[] {
  const [hard, soft] = isSplit({ all, ...answer }) ? [count(all.hard), count(all.soft)] : [count(all.deliveries), ''];
  const cells = ['all together', hard, soft, '100%', '', ''];
  return [...cells, ...(width >= WIDE ? [''] : [])].map((cell) => (cell === '' ? '' : style.faint(cell)));
}

/** Refusals of our own and recoveries are neither hard nor soft: a table of them alone counts them in one column. */
function isSplit(answer: TopAnswer): boolean {
  return answer.rows.some((row) => row.hard > 0 || row.soft > 0);
}

function figures(row: TopRow, isSplitTable: boolean, hasBars: boolean, style: Style, options: TableOptions): string[] {
  const hardAndSoft = [
    row.hard === 0 ? style.faint('-') : style.hard(count(row.hard)),
    row.soft === 0 ? style.faint('-') : style.soft(count(row.soft)),
  ];
  const time = (ms: number) => (options.iso ? (isoTime(ms) ?? '') : humaneTime(ms, options.zone, options.now));
  return [
    ...(isSplitTable ? hardAndSoft : [count(row.deliveries), '']),
    `${(row.share * 100).toFixed(row.share < 0.0995 ? 1 : 0)}%`,
    ...(hasBars ? [style.faint(bar(row.share, BAR_WIDTH))] : []),
    options.before === null ? time(row.firstSeen) : difference(row.deliveries, options.before.get(groupKey(row.keys)) ?? 0, style),
    time(row.lastSeen),
  ];
}

/** A name is cut to one line; a reply, whose end may be the reason, runs over a few. */
function nameCell(group: Group, key: string | number | null, indent: string, width: number): string {
  const name = groupName(group, key);
  if (group !== 'reply') return clip(indent + name, width);
  const lines = wrap(name, width - indent.length);
  const shown = lines.length > MAX_REPLY_LINES ? [...lines.slice(0, MAX_REPLY_LINES - 1), `${lines[MAX_REPLY_LINES - 1]}…`] : lines;
  return shown.map((line) => indent + clip(line, width - indent.length)).join('\n');
}

const MAX_REPLY_LINES = 4;

/** What the causes shown mean and what to do about them, each once, with what the providers shown ask for. */
function advice(answer: TopAnswer, style: Style, { width, provider: asked }: TableOptions): string {
  const level = answer.by.indexOf('cause');
  if (level < 0) return '';
  const providerLevel = answer.by.indexOf('provider');
  const causes = new Map<string, { cause: Cause; there: Map<string, string> }>();
  for (const row of answer.rows) {
    const cause = causeOf(String(row.keys[level] ?? ''));
    const shown = causes.get(cause.id) ?? { cause, there: new Map() };
    causes.set(cause.id, shown);
    const provider = providerLevel < 0 ? asked : String(row.keys[providerLevel] ?? '');
    const own = adviceFor(cause.id, provider).provider;
    if (own !== null) shown.there.set(own.id, `${providerName(own.id)}: ${own.fix} ${own.url}`);
  }
  return [...causes.values()]
    .map(({ cause, there }) =>
      [
        style.strong(`${cause.title} (${cause.id})`),
        labelled('  Means', cause.meaning, width),
        labelled('  Fix', cause.fix, width),
        ...[...there.values()].map((text) => labelled('  There', text, width)),
      ].join('\n'),
    )
    .join('\n\n');
}

/** The report as a Markdown table, for tickets and chats. */
export function topMarkdown(answer: TopAnswer, { before }: Pick<TableOptions, 'before'>): string {
  const heads = [...answer.by.map((group) => HEADINGS[group]), 'Hard', 'Soft', 'Share', ...(before === null ? [] : ['Before']), 'First', 'Last'];
  const aligns = [...answer.by.map(() => '---'), '--:', '--:', '--:', ...(before === null ? [] : ['--:']), '---', '---'];
  const rows = answer.rows.map((row) => [
    ...answer.by.map((group, index) => groupName(group, row.keys[index] ?? null)),
    count(row.hard),
    count(row.soft),
    percent(row.share),
    ...(before === null ? [] : [count(before.get(groupKey(row.keys)) ?? 0)]),
    isoTime(row.firstSeen) ?? '',
    isoTime(row.lastSeen) ?? '',
  ]);
  const lines = [heads, ...rows].map((cells) => `| ${cells.map(markdown).join(' | ')} |`);
  return `${[lines[0], `|${aligns.join('|')}|`, ...lines.slice(1)].join('\n')}\n${answer.more > 0 ? `\nand ${count(answer.more)} more\n` : ''}`;
}

/** The contract `bouncelog/top/1`. */
export function topJson(answer: TopAnswer): object {
  return {
    schema: 'bouncelog/top/1',
    since: isoTime(answer.range.since),
    until: isoTime(answer.range.until),
    by: answer.by,
    totals: answer.totals,
    rows: answer.rows.map((row) => topRowJson(answer.by, row)),
  };
}

export function topRowJson(by: readonly Group[], row: TopRow): object {
  const keys = Object.fromEntries(by.map((group, index) => [group.replaceAll('-', '_'), row.keys[index] ?? null]));
  return {
    ...keys,
    hard: row.hard,
    soft: row.soft,
    attempts: row.attempts,
    deliveries: row.deliveries,
    share: Number(row.share.toFixed(6)),
    first_seen: isoTime(row.firstSeen),
    last_seen: isoTime(row.lastSeen),
  };
}

export function topCsv(answer: TopAnswer): string {
  const head: Cell[] = [
    ...answer.by.map((group) => group.replaceAll('-', '_')),
    'hard',
    'soft',
    'attempts',
    'deliveries',
    'share',
    'first_seen',
    'last_seen',
  ];
  const rows = answer.rows.map((row) =>
    csvLine([
      ...row.keys,
      row.hard,
      row.soft,
      row.attempts,
      row.deliveries,
      Number(row.share.toFixed(6)),
      isoTime(row.firstSeen),
      isoTime(row.lastSeen),
    ]),
  );
  return csvLine(head) + rows.join('');
}
