import { createHash } from 'node:crypto';
import { adviceFor } from '../../bounce/advice.js';
import { causeOf } from '../../bounce/causes.js';
import { delistUrl } from '../../bounce/listings.js';
import { providerName } from '../../bounce/providers.js';
import { hardRate, softRate } from '../../report/check.js';
import type { PageAnswer } from '../../report/page.js';
import { nameOfZone } from '../../zoned-time.js';
import { changeText, verdictLine } from '../digest-sections.js';
import { duration } from '../duration.js';
import { groupName, HEADINGS } from '../groups.js';
import { html, type Markup } from '../markup.js';
import { count, percent } from '../number.js';
import { isoTime } from '../time.js';
import { dateTime, heatMap, incidentBars, type Layer, legend, stackedBars } from './charts.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';

export interface PageOptions {
  zone: string;
  /** UTC ms */
  now: number;
  /** Our host, for the title. */
  host: string;
}

/** The whole report as one page: nothing is loaded, and nothing that a stranger wrote can run (Content-Security-Policy). */
export function pageHtml(answer: PageAnswer, options: PageOptions): string {
  const { digest } = answer;
  const policy = `default-src 'none'; style-src '${hash(STYLE)}'; script-src '${hash(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  const sections =
    digest.verdict === 'silent' ? [] : [charts(answer, options), causes(answer), blockLists(answer, options), ...tables(answer, options)];
  const body = html`<main>
<header><p class="faint">bouncelog, ${options.host}</p>
<h1 class="${VERDICT_CLASS[digest.verdict]}">${verdictLine(digest)}</h1>
${digest.reasons.length === 0 ? null : html`<ul class="reasons">${digest.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
<p class="faint">${dateTime(digest.range.since, options.zone)} to ${dateTime(digest.range.until, options.zone)} (${nameOfZone(options.zone)}), compared with the ${duration((digest.before.until - digest.before.since) / 1000)} before</p></header>
${numbers(answer)}
${sections}
<footer><p class="faint">Made ${dateTime(options.now, options.zone)}. Hard: failed for good. Soft: deferred, tried again later. A grey band is time of which the log has nothing.</p></footer>
</main>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${html`${`${options.host}: ${verdictLine(digest)}`}`.markup}</title>
<style>${STYLE}</style>
</head>
<body>
${body.markup}
<script>${SCRIPT}</script>
</body>
</html>
`;
}

const VERDICT_CLASS = { silent: 'faint', healthy: 'good', attention: 'soft', trouble: 'hard' } as const;

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function numbers({ digest: { totals, hard, soft, delivered, deferrals, incidents } }: PageAnswer): Markup {
  const card = (name: string, value: string, note: string) => html`<li>${name}<b>${value}</b><small>${note}</small></li>`;
  return html`<ul class="numbers">
${card('Delivered', count(totals.delivered ?? 0), changeText(delivered))}
${card('Hard', percent(hardRate(totals).value), `${count(totals.hard)} deliveries ${changeText(hard)}`)}
${card('Soft', percent(softRate(totals).value), `${count(totals.soft)} deliveries ${changeText(soft)}`)}
${card('Recovered', count(totals.recovered), deferrals.medianSeconds === null ? '' : `half within ${duration(deferrals.medianSeconds)}`)}
${card('Waiting', count(deferrals.waiting), deferrals.soonExpired > 0 ? `${count(deferrals.soonExpired)} given up within a day` : '')}
${card('Block lists', count(incidents.opened.length + incidents.open.length), incidents.opened.length > 0 ? `${count(incidents.opened.length)} new` : 'open incidents')}
</ul>`;
}

function charts({ trend, heat }: PageAnswer, { zone }: PageOptions): Markup {
  const { steps, bucket } = trend;
  const options = { steps, bucket, zone };
  const failures: Layer[] = [
    { name: 'hard', className: 'f-hard', values: steps.map(({ all }) => all?.hard ?? null) },
    { name: 'soft', className: 'f-soft', values: steps.map(({ all }) => all?.soft ?? null) },
  ];
  const delivered: Layer[] = [{ name: 'delivered', className: 'f-good', values: steps.map((step) => step.delivered) }];
  const causes: Layer[] = trend.groups.map(({ key, values }, index) => ({
    name: String(key),
    className: `f${index}`,
    values: values.map((value) => value?.deliveries ?? null),
  }));
  const others = steps.map(({ all }, index) =>
    all === null ? null : Math.max(0, all.deliveries - causes.reduce((sum, { values }) => sum + (values[index] ?? 0), 0)),
  );
  if (others.some((value) => value !== null && value > 0)) causes.push({ name: 'other causes', className: 'f7', values: others });
  return html`<div class="cards">
<section><h2>Failures</h2>${stackedBars(failures, { ...options, title: 'Hard and soft failures over time', width: 440, height: 200 })}${legend(failures)}</section>
<section><h2>Delivered</h2>${stackedBars(delivered, { ...options, title: 'Delivered mail over time', width: 440, height: 200 })}${legend(delivered)}</section>
</div>
<section><h2>Causes over time</h2><div class="scroll">${stackedBars(causes, { ...options, title: 'Failed deliveries by cause over time', width: 720, height: 260 })}</div>${legend(causes)}</section>
${heat.rows.length === 0 ? null : html`<section><h2>Who refuses what</h2><div class="scroll">${heatMap(heat, (id) => (id === null ? 'no server reached' : providerName(id)))}</div></section>`}`;
}

/** Each cause with its advice and what servers said, on demand. */
function causes(answer: PageAnswer): Markup {
  const rows = answer.digest.groups.cause.rows.map(({ key, hard, soft, change }) => {
    const cause = causeOf(String(key));
    const { who } = adviceFor(cause.id, null);
    const samples = answer.samples.filter((sample) => sample.cause === cause.id);
    return html`<details><summary>${cause.title} <small>${cause.id}</small><span>${hard > 0 ? html`<b class="hard">${count(hard)} hard</b> ` : null}${soft > 0 ? html`<b class="soft">${count(soft)} soft</b> ` : null}<small>${change === null ? '' : changeText(change)}</small></span></summary>
<dl><dt>What it means</dt><dd>${cause.meaning}</dd><dt>What to do (${who})</dt><dd>${cause.fix}</dd>
<dt>What servers said</dt>${samples.map(({ reply, deliveries }) => html`<dd><code>${reply}</code> <small>${count(deliveries)}×</small></dd>`)}</dl></details>`;
  });
  return html`<section><h2>Why mail failed, and what to do</h2>${rows.length === 0 ? html`<p>Nothing failed.</p>` : rows}</section>`;
}

function blockLists({ incidents, digest }: PageAnswer, { zone }: PageOptions): Markup {
  if (incidents.length === 0) return html`<section><h2>Block lists</h2><p class="good">No list named us.</p></section>`;
  const links = incidents
    .filter(({ state }) => state === 'open')
    .flatMap(({ list, subject }) => {
      const url = delistUrl(list);
      return url === null ? [] : [html`<li>${`${list} ${subject}`.trim()}: ask for removal at <a href="${url}" rel="noreferrer">${url}</a></li>`];
    });
  return html`<section><h2>Block lists</h2><div class="scroll">${incidentBars(incidents.slice(0, 40), digest.range, zone)}</div><ul>${links}</ul></section>`;
}

function tables({ tables: all }: PageAnswer, { zone }: PageOptions): Markup[] {
  return all.filter(({ answer }) => answer.rows.length > 0).map((one) => table(one, zone));
}

function table({ by, answer: { rows, more }, causes }: PageAnswer['tables'][number], zone: string): Markup {
  const tellsCauses = causes.some((cause) => cause !== null);
  const heads = ['Hard', 'Soft', 'Attempts', 'Share', 'Last', ...(tellsCauses ? ['Main cause'] : [])];
  const body = rows.map(({ keys, hard, soft, attempts, share, lastSeen }, index) => {
    const first = causes[index] ?? null;
    const cause =
      first === null ? html`<td></td>` : html`<td><span title="${causeOf(first.cause).fix}">${first.cause} ${percent(first.share)}</span></td>`;
    const key = keys[0] ?? null;
    const name = by === 'provider' && key !== null ? providerName(String(key)) : groupName(by, key);
    return html`<tr><td>${name}</td><td data-value="${hard}">${hard === 0 ? '-' : count(hard)}</td><td data-value="${soft}">${soft === 0 ? '-' : count(soft)}</td><td data-value="${attempts}">${count(attempts)}</td><td data-value="${share}">${percent(share)}</td><td data-value="${lastSeen}"><time datetime="${isoTime(lastSeen)}">${dateTime(lastSeen, zone)}</time></td>${tellsCauses ? cause : null}</tr>`;
  });
  const id = `t-${by}`;
  const heading = HEADINGS[by];
  return html`<section><h2 id="${id}-h">${heading}</h2>
<input type="search" placeholder="${tellsCauses ? 'By name or cause' : 'By name'}" aria-label="Filter ${heading}" data-filters="${id}"> <small id="${id}-shown" role="status"></small>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}-h"><table id="${id}" data-sortable><thead><tr><th scope="col"><button type="button">${heading}</button></th>${heads.map((head) => html`<th scope="col"><button type="button">${head}</button></th>`)}</tr></thead>
<tbody>${body}</tbody></table></div>${more > 0 ? html`<p class="faint">and ${count(more)} more: bouncelog top --by ${by} --limit 0</p>` : null}</section>`;
}
