import Table from 'cli-table3';
import { DIGEST_GROUPS, type DigestAnswer, type Verdict } from '../report/digest.js';
import { incidentJson } from './blocklists.js';
import { NO_BORDERS } from './borders.js';
import { type DigestOptions, type Section, sectionsOf, spanLine, verdictLine } from './digest-sections.js';
import { markdown } from './markdown.js';
import { safeText } from './safe.js';
import { type Style, styleFor } from './style.js';
import { isoTime } from './time.js';
import { clip, wrap } from './wrap.js';

const FIGURE_WIDTHS = 46;

/** The digest for a terminal or a plain mail: the verdict first. */
export function digestText(answer: DigestAnswer, options: DigestOptions & { width: number; coloured: boolean }): string {
  const style = styleFor(options.coloured);
  const paint: Record<Verdict, (text: string) => string> = { silent: style.faint, healthy: style.good, attention: style.soft, trouble: style.hard };
  const head = [
    style.strong(paint[answer.verdict](verdictLine(answer))),
    ...answer.reasons.flatMap((reason) =>
      wrap(safeText(reason), options.width - 4).map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`)),
    ),
    style.faint(spanLine(answer, options)),
  ];
  const sections = answer.verdict === 'silent' ? [] : sectionsOf(answer, options).map((section) => sectionText(section, style, options.width));
  return `${[head.join('\n'), ...sections].join('\n\n')}\n`;
}

function sectionText(section: Section, style: Style, width: number): string {
  const lines = section.lines.flatMap((line) => wrap(line, width - 4).map((piece, index) => (index === 0 ? `  ${piece}` : `    ${piece}`)));
  return [style.strong(section.title), ...(section.rows.length > 0 ? [table(section, style, width)] : []), ...lines].join('\n');
}

function table({ head, rows }: Section, style: Style, width: number): string {
  const nameWidth = Math.max(14, width - FIGURE_WIDTHS);
  const out = new Table({
    head,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    colWidths: [nameWidth + 1],
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const { cells } of rows) out.push([`  ${clip(cells[0] ?? '', nameWidth - 2)}`, ...cells.slice(1)]);
  const [first, ...rest] = out.toString().split('\n');
  const shown = rest.flatMap((line, index) => {
    const note = rows[index]?.note ?? null;
    return [line.trimEnd(), ...(note === null ? [] : wrap(note, width - 6).map((text) => style.faint(`      ${text}`)))];
  });
  return [style.faint((first ?? '').trimEnd()), ...shown].join('\n');
}

/** The digest as Markdown, for tickets and chats. */
export function digestMarkdown(answer: DigestAnswer, options: DigestOptions): string {
  const head = [
    `# ${markdown(verdictLine(answer))}`,
    ...(answer.reasons.length > 0 ? [answer.reasons.map((reason) => `- ${markdown(safeText(reason))}`).join('\n')] : []),
    `*${markdown(spanLine(answer, options))}*`,
  ];
  const sections = answer.verdict === 'silent' ? [] : sectionsOf(answer, options).map(sectionMarkdown);
  return `${[...head, ...sections].join('\n\n')}\n`;
}

function sectionMarkdown({ title, head, rows, lines }: Section): string {
  const row = (cells: readonly string[]) => `| ${cells.map(markdown).join(' | ')} |`;
  const table =
    rows.length === 0
      ? []
      : [[row(head), `|${head.map((_, index) => (index === 0 ? '---' : '--:')).join('|')}|`, ...rows.map(({ cells }) => row(cells))].join('\n')];
  const notes = rows.filter(({ note }) => note !== null).map(({ cells, note }) => `- **${markdown(cells[0] ?? '')}**: ${markdown(note ?? '')}`);
  return [
    `## ${title}`,
    ...table,
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    ...(lines.length > 0 ? [lines.map((line) => `- ${markdown(line)}`).join('\n')] : []),
  ].join('\n\n');
}

/** The contract `bouncelog/report/1`. */
export function digestJson(answer: DigestAnswer): object {
  const { range, before, verdict, reasons, totals, totalsBefore, hard, soft, delivered, groups, newReasons, incidents, deferrals, notUnderstood } =
    answer;
  const change = ({ ratio, isReal }: { ratio: number | null; isReal: boolean }) => ({
    ratio: ratio === null ? null : Number(ratio.toFixed(4)),
    significant: isReal,
  });
  return {
    schema: 'bouncelog/report/1',
    since: isoTime(range.since),
    until: isoTime(range.until),
    before: { since: isoTime(before.since), until: isoTime(before.until) },
    verdict,
    reasons,
    totals,
    totals_before: totalsBefore,
    changes: { delivered: change(delivered), hard: change(hard), soft: change(soft) },
    groups: Object.fromEntries(
      DIGEST_GROUPS.map((group) => [
        group,
        groups[group].rows.map((row) => ({
          [group]: row.key,
          hard: row.hard,
          soft: row.soft,
          deliveries: row.deliveries,
          share: Number(row.share.toFixed(6)),
          before: row.before,
          change: row.change === null ? null : change(row.change),
          main_cause: row.mainCause === null ? null : { cause: row.mainCause.cause, share: Number(row.mainCause.share.toFixed(6)) },
        })),
      ]),
    ),
    new_reasons: newReasons,
    blocklists: { opened: incidents.opened.map(incidentJson), open: incidents.open.map(incidentJson), cleared: incidents.cleared.map(incidentJson) },
    deferrals: {
      recovered: deferrals.recovered,
      median_seconds: deferrals.medianSeconds,
      longest_seconds: deferrals.longestSeconds,
      waiting: deferrals.waiting,
      oldest: isoTime(deferrals.oldest),
      next_expiry: isoTime(deferrals.nextExpiry),
      soon_expired: deferrals.soonExpired,
    },
    not_understood: notUnderstood,
  };
}
