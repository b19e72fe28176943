import { type ScaleLinear, scaleBand, scaleLinear } from 'd3-scale';
import { format } from 'date-fns/format';
import type { Bucket, Step } from '../../report/buckets.js';
import type { Incident } from '../../report/incidents.js';
import type { GroupsAnswer } from '../../report/question.js';
import { zonedTime } from '../../zoned-time.js';
import { html, type Markup } from '../markup.js';
import { count } from '../number.js';

/** Width of a chart in its own units; the page scales it. */
const WIDTH = 720;
const LEFT = 46;
const RIGHT = 8;

/** One row of a stack, drawn in the colour of its class. */
export interface Layer {
  name: string;
  className: string;
  /** One for each step; `null` = the log has nothing. */
  values: readonly (number | null)[];
}

export interface StackOptions {
  title: string;
  steps: readonly Step[];
  bucket: Bucket;
  zone: string;
  width: number;
  height: number;
}

/** Bars over time, each a stack of layers, with gaps where nothing was logged. */
export function stackedBars(layers: readonly Layer[], { title, steps, bucket, zone, width: chartWidth, height }: StackOptions): Markup {
  const bottom = height - 22;
  const sums = steps.map((_, index) => layers.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  const x = scaleBand<number>()
    .domain(steps.map((_, index) => index))
    .range([LEFT, chartWidth - RIGHT])
    .paddingInner(steps.length > 60 ? 0.1 : 0.25);
  const y = scaleLinear()
    .domain([0, Math.max(1, ...sums)])
    .nice(4)
    .range([bottom, 10]);
  const width = round(x.bandwidth());
  const bars = steps.map((step, index) => {
    const at = round(x(index) ?? 0);
    const label = stepLabel(step, bucket, zone);
    if (layers.every(({ values }) => values[index] === null)) {
      return html`<rect class="gap" x="${at}" y="10" width="${width}" height="${bottom - 10}"><title>${label}: nothing in the log</title></rect>`;
    }
    let base = 0;
    const parts = layers.flatMap(({ className, values }) => {
      const value = values[index] ?? 0;
      if (value === 0) return [];
      const top = y(base + value);
      const bar = html`<rect class="${className}" x="${at}" y="${round(top)}" width="${width}" height="${round(Math.max(0.5, y(base) - top))}"/>`;
      base += value;
      return [bar];
    });
    const figures = layers.map(({ name, values }) => `${name} ${count(values[index] ?? 0)}`).join(', ');
    return html`<g><title>${label}: ${figures}</title>${parts}</g>`;
  });
  return html`<svg viewBox="0 0 ${chartWidth} ${height}" role="img" aria-label="${title}">${yAxis(y, bottom, chartWidth - RIGHT)}${bars}${timeAxis(steps, bucket, zone, (index) => (x(index) ?? 0) + x.bandwidth() / 2, chartWidth, height)}</svg>`;
}

function yAxis(y: ScaleLinear<number, number>, bottom: number, right: number): Markup {
  const ticks = y.ticks(4).filter((tick) => Number.isInteger(tick));
  const lines = ticks.map((tick) => {
    const at = round(y(tick));
    return html`<line class="axis" x1="${LEFT}" x2="${right}" y1="${at}" y2="${at}"/><text x="${LEFT - 6}" y="${round(at + 4)}" text-anchor="end">${short(tick)}</text>`;
  });
  return html`${lines}<line class="axis" x1="${LEFT}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`;
}

function timeAxis(steps: readonly Step[], bucket: Bucket, zone: string, x: (index: number) => number, width: number, height: number): Markup {
  const every = Math.max(1, Math.ceil(steps.length / (width / 90)));
  const form = bucket === 'hour' ? 'd MMM HH:mm' : dayForm(steps[0]?.since ?? 0, steps.at(-1)?.until ?? 0);
  const labels = steps.flatMap(({ since }, index) =>
    index % every === 0
      ? [html`<text x="${round(x(index))}" y="${height - 6}" text-anchor="middle">${format(zonedTime(since, zone), form)}</text>`]
      : [],
  );
  return html`${labels}`;
}

/** Causes by provider: the darker, the more deliveries failed; the figure stands in the field. */
export function heatMap(answer: GroupsAnswer, nameOfProvider: (id: string | null) => string): Markup {
  const cells = answer.rows.map(({ keys, deliveries }) => ({
    cause: String(keys[0]),
    provider: keys[1] === null ? null : String(keys[1]),
    deliveries,
  }));
  const causes = [...new Set(cells.map(({ cause }) => cause))];
  const byProvider = new Map<string | null, number>();
  for (const { provider, deliveries } of cells) byProvider.set(provider, (byProvider.get(provider) ?? 0) + deliveries);
  const providers = [...byProvider].sort((a, b) => b[1] - a[1]).map(([id]) => id);
  const [left, top, row] = [170, 92, 24];
  const height = top + causes.length * row + 4;
  const x = scaleBand<number>()
    .domain(providers.map((_, index) => index))
    .range([left, WIDTH - 80])
    .padding(0.05);
  const most = Math.max(1, ...cells.map(({ deliveries }) => deliveries));
  // Failures spread over magnitudes: on a linear scale all but one field would be empty.
  const shade = (n: number) => round(0.12 + 0.78 * (Math.log1p(n) / Math.log1p(most)));
  const heads = providers.map((id, index) => {
    const at = round((x(index) ?? 0) + x.bandwidth() / 2);
    return html`<text transform="translate(${at} ${top - 8}) rotate(-35)">${clipped(nameOfProvider(id), 18)}</text>`;
  });
  const rows = causes.map((cause, line) => {
    const y = top + line * row;
    const fields = cells
      .filter((cell) => cell.cause === cause)
      .map(({ provider, deliveries }) => {
        const at = round(x(providers.indexOf(provider)) ?? 0);
        const middle = round((x(providers.indexOf(provider)) ?? 0) + x.bandwidth() / 2);
        return html`<g><title>${cause} at ${nameOfProvider(provider)}: ${count(deliveries)} deliveries</title><rect class="f-hard" fill-opacity="${shade(deliveries)}" x="${at}" y="${y}" width="${round(x.bandwidth())}" height="${row - 2}" rx="3"/><text class="strong" x="${middle}" y="${y + 15}" text-anchor="middle">${short(deliveries)}</text></g>`;
      });
    return html`<text class="strong" x="${left - 8}" y="${y + 15}" text-anchor="end">${clipped(cause, 24)}</text>${fields}`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Failed deliveries by cause and provider">${heads}${rows}</svg>`;
}

const DAY = 86_400_000;
/** In a shorter span ticks of one day would all be the same. */
const DAYS_BY_NAME = 4 * DAY;

/** Days at an axis; in a span of years those of different ones would look alike. */
function dayForm(since: number, until: number): string {
  return until - since < 330 * DAY ? 'd MMM' : 'd MMM yyyy';
}

/** Incidents as bars over time, from the first hit to the end; an open one runs to the edge. */
export function incidentBars(incidents: readonly Incident[], range: Step, zone: string): Markup {
  const [left, row, top] = [230, 26, 6];
  const height = top + incidents.length * row + 24;
  const x = scaleLinear()
    .domain([range.since, range.until])
    .range([left, WIDTH - RIGHT])
    .clamp(true);
  const bars = incidents.map(({ list, subject, state, first, cleared, last, hits, receivers }, index) => {
    const y = top + index * row;
    const end = state === 'open' ? range.until : (cleared ?? last);
    const start = x(first);
    const names = receivers
      .slice(0, 5)
      .map(({ name }) => name)
      .join(', ');
    const title = `${list} ${subject}: ${state}, since ${dateTime(first, zone)}${cleared === null ? '' : `, cleared ${dateTime(cleared, zone)}`}, ${count(hits)} refused by ${names}`;
    return html`<g><title>${title}</title><text class="strong" x="${left - 8}" y="${y + 14}" text-anchor="end">${clipped(`${list} ${subject}`, 34)}</text><rect class="${state === 'open' ? 'f-hard' : 'f7'}" x="${round(start)}" y="${y + 3}" width="${round(Math.max(4, x(end) - start))}" height="${row - 10}" rx="3"/></g>`;
  });
  const form = range.until - range.since > DAYS_BY_NAME ? dayForm(range.since, range.until) : 'd MMM HH:mm';
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const time = range.since + (range.until - range.since) * part;
    const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle';
    return html`<text x="${round(x(time))}" y="${height - 6}" text-anchor="${anchor}">${format(zonedTime(time, zone), form)}</text>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Block list incidents over time"><line class="axis" x1="${left}" x2="${WIDTH - RIGHT}" y1="${height - 20}" y2="${height - 20}"/>${bars}${ticks}</svg>`;
}

export function legend(layers: readonly Layer[]): Markup {
  const items = layers.map(
    ({ name, className }) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${className}" width="10" height="10" rx="2"/></svg>${name}</li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}

function stepLabel({ since }: Step, bucket: Bucket, zone: string): string {
  return format(zonedTime(since, zone), bucket === 'hour' ? 'EEE d MMM HH:mm' : 'EEE d MMM yyyy');
}

export function dateTime(time: number, zone: string): string {
  return format(zonedTime(time, zone), 'd MMM yyyy HH:mm');
}

/** `12k` for 12,345: there is little room. */
function short(n: number): string {
  if (n < 10_000) return count(n);
  return n < 1_000_000 ? `${Math.round(n / 1000)}k` : `${(n / 1_000_000).toFixed(1)}M`;
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
