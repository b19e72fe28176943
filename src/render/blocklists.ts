import { delistUrl } from '../bounce/listings.js';
import { providerName } from '../bounce/providers.js';
import { stepOf, steps } from '../report/buckets.js';
import type { Incident } from '../report/incidents.js';
import { csvLine } from './csv.js';
import { duration } from './duration.js';
import { count } from './number.js';
import { safeText } from './safe.js';
import { sparkline } from './sparkline.js';
import { styleFor } from './style.js';
import { isoTime, shortTime } from './time.js';
import { clip, wrap } from './wrap.js';

const DAY = 86_400_000;
/** Days that a sparkline shows. */
const DAYS = 14;
/** Receivers named in a text; the rest is counted. */
const MAX_RECEIVERS = 5;

export interface IncidentOptions {
  width: number;
  coloured: boolean;
  zone: string;
  /** UTC ms */
  now: number;
}

/** Each incident in a few lines: what, since when, how much, at whom, and where to ask for removal. */
export function blocklistsText(incidents: readonly Incident[], options: IncidentOptions): string {
  const style = styleFor(options.coloured);
  const open = incidents.filter(({ state }) => state === 'open');
  const head =
    open.length === 0
      ? style.good('No open block list incident.')
      : style.hard(`${count(open.length)} open block list incident${open.length === 1 ? '' : 's'}.`);
  return `${[head, ...incidents.map((incident) => card(incident, options))].join('\n\n')}\n`;
}

function card(incident: Incident, { width, coloured, zone, now }: IncidentOptions): string {
  const style = styleFor(coloured);
  const isOpen = incident.state === 'open';
  const indent = 9;
  const end = isOpen ? `for ${duration((now - incident.first) / 1000)}` : `cleared ${shortTime(incident.cleared ?? incident.last, zone, now)}`;
  const title = clip(`${safeText(incident.list)}  ${incident.subject === '' ? '(not named)' : safeText(incident.subject)}`, width - indent);
  const days = steps(now - (DAYS - 1) * DAY, now + 1, 'day', zone);
  const perDay = days.map(() => 0);
  for (const { time, hits } of incident.times) {
    const day = stepOf(days, time);
    if (day >= 0) perDay[day] = (perDay[day] ?? 0) + hits;
  }
  const tries = `${count(incident.hits)} refused`;
  const picture = perDay.some((hits) => hits > 0) ? ` ${sparkline(perDay)} (${days.length} days)` : '';
  const shown = incident.receivers.slice(0, MAX_RECEIVERS).map(({ name, hits }) => `${safeText(receiverName(name))} ${count(hits)}`);
  const more = incident.receivers.length > MAX_RECEIVERS ? ` and ${count(incident.receivers.length - MAX_RECEIVERS)} more` : '';
  const url = delistUrl(incident.list);
  const lines = [
    `since ${shortTime(incident.first, zone, now)}, ${end}; last ${shortTime(incident.last, zone, now)}`,
    `${tries}${picture}`,
    `by ${shown.join(', ')}${more}`,
    ...(url === null ? [] : [`removal: ${url}`]),
  ];
  const state = isOpen ? style.hard('OPEN'.padEnd(indent)) : style.good('cleared'.padEnd(indent));
  return [`${state}${style.strong(title)}`, ...lines.flatMap((line) => wrapped(line, width, indent))].join('\n');
}

/** A line that fits stays as it is: sparklines hold runs of spaces. */
function wrapped(line: string, width: number, indent: number): string[] {
  const pieces = line.length <= width - indent ? [line] : wrap(line, width - indent);
  return pieces.map((piece) => ' '.repeat(indent) + piece);
}

function receiverName(name: string): string {
  return name.includes('.') ? name : providerName(name);
}

/** The contract `bouncelog/blocklists/1`. */
export function blocklistsJson(incidents: readonly Incident[]): object {
  return { schema: 'bouncelog/blocklists/1', incidents: incidents.map(incidentJson) };
}

export function incidentJson({ list, subject, kind, first, last, hits, receivers, state, cleared }: Incident): object {
  return {
    list,
    subject,
    kind,
    first_seen: isoTime(first),
    last_seen: isoTime(last),
    hits,
    receivers: receivers.map(({ name }) => name),
    state,
    cleared_at: isoTime(cleared),
    delist_url: delistUrl(list),
  };
}

export function blocklistsCsv(incidents: readonly Incident[]): string {
  const head = csvLine(['list', 'subject', 'kind', 'first_seen', 'last_seen', 'hits', 'receivers', 'state', 'cleared_at', 'delist_url']);
  return (
    head +
    incidents
      .map(({ list, subject, kind, first, last, hits, receivers, state, cleared }) =>
        csvLine([
          list,
          subject,
          kind,
          isoTime(first),
          isoTime(last),
          hits,
          receivers.map(({ name }) => name).join(' '),
          state,
          isoTime(cleared),
          delistUrl(list),
        ]),
      )
      .join('')
  );
}
