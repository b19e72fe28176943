import Table from 'cli-table3';
import type { LineKinds } from '../log/kinds.js';
import { type SourceStatus, type StatusAnswer, sumOfKinds } from '../report/status.js';
import { NO_BORDERS } from './borders.js';
import { bytes, count } from './number.js';
import { safeText } from './safe.js';
import { styleFor } from './style.js';
import { isoTime, shortTime } from './time.js';
import { clip } from './wrap.js';

/** What only the file system knows; by the source's name. */
export interface Lag {
  /** Bytes that are there and have not been read; `null` = not known (gone, compressed, no file). */
  unread: number | null;
}

export interface StatusOptions {
  width: number;
  coloured: boolean;
  zone: string;
  /** UTC ms */
  now: number;
  databaseBytes: number;
  lagOf: (source: SourceStatus) => Lag;
  /** Sources and samples to show; 0 = all. */
  limit: number;
}

/** Lines by kind, in words. */
const KINDS = [
  ['accepted', 'arrivals'],
  ['delivered', 'delivered'],
  ['handed_on', 'handed on'],
  ['deferred', 'deferred'],
  ['bounced', 'bounced'],
  ['expired', 'expired'],
  ['rejected', 'rejected by us'],
  ['removed', 'done'],
  ['other', 'other of the MTA'],
  ['foreign', 'of other programs'],
] as const;

function ofKinds(kinds: Partial<LineKinds>): string {
  return KINDS.flatMap(([kind, name]) => ((kinds[kind] ?? 0) > 0 ? [`${count(kinds[kind] ?? 0)} ${name}`] : [])).join(', ');
}

/** Where everything stands, for a terminal. */
export function statusText(answer: StatusAnswer, options: StatusOptions): string {
  const style = styleFor(options.coloured);
  const { lastRun } = answer;
  const kinds = sumOfKinds(answer.sources);
  const notUnderstood = kinds.not_understood ?? 0;
  const facts: [string, string][] = [
    ['Database', `${safeText(answer.database)}, ${bytes(options.databaseBytes)}`],
    [
      'Events',
      `${count(answer.events)} of ${count(answer.deliveries)} deliveries; ${count(answer.replies)} kinds of reply, ${count(answer.unclassified)} without a cause`,
    ],
    [
      'Queue',
      `${count(answer.openMessages)} messages open, ${count(answer.waiting)} deliveries waiting${answer.forgotten > 0 ? `; ${count(answer.forgotten)} messages forgotten` : ''}`,
    ],
    [
      'Last run',
      lastRun === null
        ? 'none that came to its end'
        : `${shortTime(lastRun.ended, options.zone, options.now)}, ${count(lastRun.lines)} lines of ${count(lastRun.sources)} sources in ${((lastRun.ended - lastRun.started) / 1000).toFixed(1)} s${lastRun.failed ? style.hard(', not all could be read') : ''}`,
    ],
    ['Lines', [count(kinds.lines ?? 0), ofKinds(kinds)].filter((part) => part !== '').join(': ')],
    [
      'Coverage',
      notUnderstood === 0
        ? style.good('every line that looks like a delivery was understood')
        : style.hard(`${count(notUnderstood)} lines look like a delivery and were not understood`),
    ],
  ];
  const parts = [facts.map(([name, value]) => wrapped(name, value, options.width, style.strong)).join('\n')];
  if (answer.sources.length > 0) parts.push(sourcesTable(answer.sources, options));
  if (answer.samples.length > 0) parts.push(samplesText(answer, options));
  return `${parts.join('\n\n')}\n`;
}

const LABEL_WIDTH = 10;

function wrapped(name: string, value: string, width: number, strong: (text: string) => string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of value.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width - LABEL_WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((text, index) => (index === 0 ? strong(name.padEnd(LABEL_WIDTH)) : ' '.repeat(LABEL_WIDTH)) + text).join('\n');
}

/** Width of the figures' columns together. */
const FIGURES_WIDTH = 52;

function sourcesTable(sources: readonly SourceStatus[], options: StatusOptions): string {
  const style = styleFor(options.coloured);
  const shown = options.limit > 0 ? sources.slice(0, options.limit) : sources;
  const nameWidth = Math.max(20, options.width - FIGURES_WIDTH);
  const table = new Table({
    head: ['Source', 'Lines', 'Mail', 'Failed', '?', 'Unread', 'Last line'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left'],
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const source of shown) {
    const { kinds } = source;
    const { unread } = options.lagOf(source);
    table.push([
      clipStart(safeText(source.name), nameWidth),
      count(kinds.lines),
      count(kinds.lines - kinds.foreign),
      count(kinds.deferred + kinds.bounced + kinds.expired),
      kinds.not_understood === 0 ? style.faint('-') : style.hard(count(kinds.not_understood)),
      unread === null || unread === 0 ? style.faint('-') : bytes(unread),
      source.lastTime === null ? '' : shortTime(source.lastTime, options.zone, options.now),
    ]);
  }
  const lines = table
    .toString()
    .split('\n')
    .map((line, index) => (index === 0 ? style.strong(line.trimEnd()) : line.trimEnd()));
  if (shown.length < sources.length) lines.push(style.faint(`and ${count(sources.length - shown.length)} more (--limit 0 shows all)`));
  return lines.join('\n');
}

/** The end of a path tells more than its beginning. */
function clipStart(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
}

function samplesText(answer: StatusAnswer, options: StatusOptions): string {
  const style = styleFor(options.coloured);
  const shown = options.limit > 0 ? answer.samples.slice(0, options.limit) : answer.samples;
  const lines = shown.map(
    ({ source, line }) => `${style.faint(`  ${clipStart(safeText(source), options.width - 2)}`)}\n    ${clip(safeText(line), options.width - 4)}`,
  );
  return [style.strong('Not understood, for example'), ...lines].join('\n');
}

/** The contract `bouncelog/status/1`. */
export function statusJson(answer: StatusAnswer, options: Pick<StatusOptions, 'databaseBytes' | 'lagOf' | 'now'>): object {
  const { lastRun } = answer;
  return {
    schema: 'bouncelog/status/1',
    database: { path: answer.database, bytes: options.databaseBytes, schema_version: answer.schemaVersion },
    events: answer.events,
    deliveries: answer.deliveries,
    replies: answer.replies,
    unclassified: answer.unclassified,
    open_messages: answer.openMessages,
    waiting: answer.waiting,
    forgotten: answer.forgotten,
    last_run: lastRun === null ? null : { ...lastRun, started: isoTime(lastRun.started), ended: isoTime(lastRun.ended) },
    lines: sumOfKinds(answer.sources),
    sources: answer.sources.map((source) => ({
      name: source.name,
      position: source.position,
      cursor: source.cursor,
      last_line: isoTime(source.lastTime),
      updated: isoTime(source.updated),
      lag: {
        unread_bytes: options.lagOf(source).unread,
        seconds_since_last_line: source.lastTime === null ? null : Math.max(0, Math.round((options.now - source.lastTime) / 1000)),
      },
      lines: source.kinds,
    })),
    not_understood: answer.samples,
  };
}
