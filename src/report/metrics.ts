import type { Incident } from './incidents.js';
import { type StatusAnswer, sumOfKinds } from './status.js';

/** Events of all time of one kind. */
export interface EventCount {
  /** `delivered`, or an outcome. */
  outcome: string;
  /** The cause, or the provider; `null` = not known. */
  key: string | null;
  events: number;
}

/** The same events, counted in three ways; delivered mail has no cause, and only providers with a name of their own stand by themselves. */
export interface EventCounts {
  byOutcome: readonly EventCount[];
  byCause: readonly EventCount[];
  byProvider: readonly EventCount[];
}

export interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  samples: { labels: Record<string, string>; value: number }[];
}

export interface MetricFacts {
  counts: EventCounts;
  incidents: readonly Incident[];
  status: StatusAnswer;
  /** UTC ms; `null` = none. */
  lastMail: number | null;
  databaseBytes: number;
}

/** Every series costs memory in Prometheus for as long as it keeps data: strangers must not be able to make any number of them. */
const MAX_INCIDENTS = 100;
const OTHER = 'other';

export function metricsOf({ counts, incidents, status, lastMail, databaseBytes }: MetricFacts): Metric[] {
  const open = incidents.filter(({ state }) => state === 'open');
  const kinds = sumOfKinds(status.sources);
  const single = (value: number) => [{ labels: {}, value }];
  const time = (ms: number | null) => (ms === null ? [] : single(ms / 1000));
  return [
    counter(
      'bouncelog_delivered_total',
      'Deliveries to the world that went well.',
      single(sumOf(counts.byOutcome.filter(({ outcome }) => outcome === 'delivered'))),
    ),
    counter(
      'bouncelog_events_total',
      'Deliveries that were deferred, bounced, expired, recovered, or refused by us, by cause.',
      summed(counts.byCause, ({ outcome, key }) => ({ outcome, cause: key ?? 'unclassified' })),
    ),
    counter(
      'bouncelog_provider_events_total',
      'The same, and delivered mail, by who operates the receiving MX.',
      summed(
        [...counts.byProvider, ...others(counts)].filter(({ outcome, events }) => outcome !== 'rejected' && events > 0),
        ({ outcome, key }) => ({ provider: key ?? OTHER, outcome }),
      ),
    ),
    gauge('bouncelog_blocklist_incidents_open', 'Block list incidents that are open.', single(open.length)),
    gauge(
      'bouncelog_blocklist_incident_hits',
      `Refusals of each open incident (${MAX_INCIDENTS} at most).`,
      open.slice(0, MAX_INCIDENTS).map(({ list, subject, kind, hits }) => ({ labels: { list, subject, kind }, value: hits })),
    ),
    gauge('bouncelog_waiting_deliveries', 'Deferred deliveries that have not ended.', single(status.waiting)),
    gauge('bouncelog_open_messages', 'Messages in the queue, as far as the log tells.', single(status.openMessages)),
    gauge('bouncelog_unclassified_replies', 'Kinds of replies that no rule knows.', single(status.unclassified)),
    counter('bouncelog_lines_total', 'Lines read.', single(kinds.lines ?? 0)),
    counter(
      'bouncelog_lines_not_understood_total',
      'Lines that look like a delivery result and could not be read.',
      single(kinds.not_understood ?? 0),
    ),
    gauge('bouncelog_last_mail_timestamp_seconds', 'Time of the last line about mail.', time(lastMail)),
    gauge('bouncelog_last_run_timestamp_seconds', 'When the last run of ingest ended.', time(status.lastRun?.ended ?? null)),
    gauge(
      'bouncelog_last_run_failed',
      '1 when the last run of ingest could not read everything.',
      status.lastRun === null ? [] : single(status.lastRun.failed ? 1 : 0),
    ),
    gauge('bouncelog_database_bytes', 'Size of the database.', single(databaseBytes)),
  ];
}

/** What is left of each outcome: providers that nobody knows by name are one. */
function others({ byOutcome, byProvider }: EventCounts): EventCount[] {
  const of = (counts: readonly EventCount[], outcome: string) => sumOf(counts.filter((one) => one.outcome === outcome));
  const outcomes = new Set(byOutcome.map(({ outcome }) => outcome));
  return [...outcomes].map((outcome) => ({ outcome, key: null, events: of(byOutcome, outcome) - of(byProvider, outcome) }));
}

function summed(counts: readonly EventCount[], labelsOf: (count: EventCount) => Record<string, string>): Metric['samples'] {
  const sums = new Map<string, Metric['samples'][number]>();
  for (const count of counts) {
    const labels = labelsOf(count);
    const key = JSON.stringify(labels);
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { labels, value: count.events });
    else sum.value += count.events;
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sample]) => sample);
}

function sumOf(counts: readonly EventCount[]): number {
  return counts.reduce((sum, { events }) => sum + events, 0);
}

function counter(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, help, type: 'counter', samples };
}

function gauge(name: string, help: string, samples: Metric['samples']): Metric {
  return { name, help, type: 'gauge', samples };
}
