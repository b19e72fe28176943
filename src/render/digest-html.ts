import type { DigestAnswer, Verdict } from '../report/digest.js';
import { type DigestOptions, type Section, sectionsOf, spanLine, verdictLine } from './digest-sections.js';
import { html, type Markup } from './markup.js';

/** Readable on white and, where a mail program turns colours round, on black. */
const COLOURS: Record<Verdict, string> = { silent: '#6b7280', healthy: '#15803d', attention: '#b45309', trouble: '#b91c1c' };

const FIGURE = 'text-align:right;padding:2px 0 2px 14px;font-variant-numeric:tabular-nums;white-space:nowrap;vertical-align:top';
const NAME = 'text-align:left;padding:2px 0;vertical-align:top';

/** The digest as the HTML part of a mail: inline styles only, nothing to load, for mail programs throw away everything else. */
export function digestHtml(answer: DigestAnswer, options: DigestOptions): string {
  const sections = answer.verdict === 'silent' ? [] : sectionsOf(answer, options).map(sectionHtml);
  const reasons = answer.reasons.map((reason) => html`<li>${reason}</li>`);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${verdictLine(answer)}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:15px;line-height:1.45;max-width:46em;margin:1em">
<h1 style="font-size:20px;color:${COLOURS[answer.verdict]}">${verdictLine(answer)}</h1>
${reasons.length === 0 ? null : html`<ul>${reasons}</ul>`}
<p style="color:#6b7280">${spanLine(answer, options)}</p>
${sections}
</body></html>
`.markup;
}

function sectionHtml({ title, head, rows, lines }: Section): Markup {
  const heads = head.map((text, index) => html`<th style="${index === 0 ? NAME : FIGURE};color:#6b7280;font-weight:normal">${text}</th>`);
  const body = rows.map(({ cells, note }) => {
    const first = html`<td style="${NAME}">${cells[0] ?? ''}${note === null ? null : html`<br><small style="color:#6b7280">${note}</small>`}</td>`;
    return html`<tr>${first}${cells.slice(1).map((text) => html`<td style="${FIGURE}">${text}</td>`)}</tr>\n`;
  });
  const table =
    rows.length === 0 ? null : html`<table style="border-collapse:collapse"><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`;
  const list = lines.length === 0 ? null : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
  return html`<h2 style="font-size:16px;margin:1.2em 0 .3em">${title}</h2>\n${table}${list}`;
}
