import Table from 'cli-table3';
import { adviceFor } from '../bounce/advice.js';
import { type Cause, causeOf } from '../bounce/causes.js';
import { providerName } from '../bounce/providers.js';
import type { Group, TopAnswer, TopRow } from '../report/question.js';
import { NO_BORDERS } from './borders.js';
import { type Cell, csvLine } from './csv.js';
import { groupName, HEADINGS } from './groups.js';
import { count } from './number.js';
import { type Style, styleFor } from './style.js';
import { isoTime, shortTime } from './time.js';
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
}

/** Width of the figures' columns together: hard, soft, share, first, last. */
const FIGURES_WIDTH = 47;

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
  const nameWidth = Math.max(16, options.width - FIGURES_WIDTH);
  const out = new Table({
    head: [answer.by.map((group) => HEADINGS[group]).join(' / '), ...(isSplit(answer) ? ['Hard', 'Soft'] : ['Count', '']), 'Share', 'First', 'Last'],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'left'],
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
      out.push(isInnermost ? [name, ...figures(row, isSplit(answer), style, options)] : [style.strong(name), '', '', '', '', '']);
    });
    outer = row;
  }
  return out
    .toString()
    .split('\n')
    .map((line, index) => (index === 0 ? style.strong(line.trimEnd()) : line.trimEnd()))
    .join('\n');
}

/** Refusals of our own and recoveries are neither hard nor soft: a table of them alone counts them in one column. */
function isSplit(answer: TopAnswer): boolean {
  return answer.rows.some((row) => row.hard > 0 || row.soft > 0);
}

function figures(row: TopRow, isSplitTable: boolean, style: Style, { zone, now }: TableOptions): string[] {
  const hardAndSoft = [
    row.hard === 0 ? style.faint('-') : style.hard(count(row.hard)),
    row.soft === 0 ? style.faint('-') : style.soft(count(row.soft)),
  ];
  return [
    ...(isSplitTable ? hardAndSoft : [count(row.deliveries), '']),
    `${(row.share * 100).toFixed(row.share < 0.0995 ? 1 : 0)}%`,
    shortTime(row.firstSeen, zone, now),
    shortTime(row.lastSeen, zone, now),
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
