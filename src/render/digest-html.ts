import type { DigestAnswer, Verdict } from '../report/digest.js';
import { type DigestOptions, type Section, sectionsOf, spanLine, verdictLine } from './digest-sections.js';
import { safeText } from './safe.js';

/** Readable on white and, where a mail program turns colours round, on black. */
const COLOURS: Record<Verdict, string> = { silent: '#6b7280', healthy: '#15803d', attention: '#b45309', trouble: '#b91c1c' };

/** The digest as the HTML part of a mail: inline styles only, nothing to load, for mail programs throw away everything else. */
export function digestHtml(answer: DigestAnswer, options: DigestOptions): string {
  const reasons = answer.reasons.map((reason) => `<li>${escaped(safeText(reason))}</li>`).join('');
  const sections = answer.verdict === 'silent' ? [] : sectionsOf(answer, options).map(sectionHtml);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escaped(verdictLine(answer))}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:15px;line-height:1.45;max-width:46em;margin:1em">
<h1 style="font-size:20px;color:${COLOURS[answer.verdict]}">${escaped(verdictLine(answer))}</h1>
${reasons === '' ? '' : `<ul>${reasons}</ul>`}
<p style="color:#6b7280">${escaped(spanLine(answer, options))}</p>
${sections.join('\n')}
</body></html>
`;
}

function sectionHtml({ title, head, rows, lines }: Section): string {
  const figure = 'text-align:right;padding:2px 0 2px 14px;font-variant-numeric:tabular-nums;white-space:nowrap;vertical-align:top';
  const name = 'text-align:left;padding:2px 0;vertical-align:top';
  const heads = head
    .map((text, index) => `<th style="${index === 0 ? name : figure};color:#6b7280;font-weight:normal">${escaped(text)}</th>`)
    .join('');
  const body = rows
    .map(({ cells, note }) => {
      const first = `<td style="${name}">${escaped(cells[0] ?? '')}${note === null ? '' : `<br><small style="color:#6b7280">${escaped(note)}</small>`}</td>`;
      return `<tr>${first}${cells
        .slice(1)
        .map((text) => `<td style="${figure}">${escaped(text)}</td>`)
        .join('')}</tr>`;
    })
    .join('\n');
  const table = rows.length === 0 ? '' : `<table style="border-collapse:collapse"><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`;
  const list = lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;
  return `<h2 style="font-size:16px;margin:1.2em 0 .3em">${escaped(title)}</h2>\n${table}${list}`;
}

/** Text from strangers must not become markup. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
