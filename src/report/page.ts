import type { Bucket } from './buckets.js';
import { type DigestAnswer, digest, type KnownGroups } from './digest.js';
import { firstCauses } from './first-causes.js';
import { CLEAR_AFTER, type Incident, incidentsIn } from './incidents.js';
import { type Group, type GroupsAnswer, NO_FILTERS, type ReplySample } from './question.js';
import type { Span } from './range.js';
import type { ReportStore } from './report-store.js';
import type { TrendAnswer } from './trend.js';

/** Everything that the HTML page shows. */
export interface PageAnswer {
  digest: DigestAnswer;
  /** Delivered mail and failures by cause, over time. */
  trend: TrendAnswer;
  /** Cause by provider, of the providers with the most failures. */
  heat: GroupsAnswer;
  incidents: Incident[];
  tables: ({ by: Group } & KnownGroups)[];
  /** What servers said, a few replies of each cause, the most frequent first. */
  samples: ReplySample[];
}

export interface PageQuestion {
  range: Span;
  zone: string;
  /** UTC ms */
  now: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Colours that people can tell apart; further causes are "other". */
const CAUSES_IN_CHART = 7;
const CAUSES_IN_HEAT = 12;
const PROVIDERS_IN_HEAT = 10;
/** Rows of a table: enough to look for one; with 400 the page of a month takes a tenth longer. */
const TABLE_ROWS = 200;
const SAMPLES_OF_A_CAUSE = 3;
const TABLES = ['domain', 'code', 'provider', 'sender'] as const satisfies readonly Group[];

export function page(store: ReportStore, { range, zone, now }: PageQuestion): PageAnswer {
  const ask = (by: Group[], limit: number, filters = NO_FILTERS) => store.groups({ by, range, filters, sort: 'deliveries', limit });
  const tables = TABLES.map((by) => {
    const answer = ask([by], TABLE_ROWS);
    return { by, answer, causes: by === 'code' ? answer.rows.map(() => null) : firstCauses(store, by, answer.rows, range) };
  });
  const incidents = store.incidents({ range: { since: null, until: null }, now, clearAfter: CLEAR_AFTER });
  const providers = tables.find(({ by }) => by === 'provider')?.answer.rows.slice(0, PROVIDERS_IN_HEAT) ?? [];
  return {
    digest: digest(store, { range, now, limit: 10, known: { groups: new Map(tables.map((table) => [table.by, table])), incidents } }),
    trend: store.trend({ by: 'cause', range, bucket: bucketFor(range), zone, filters: NO_FILTERS, limit: CAUSES_IN_CHART, compare: false, now }),
    heat: ask(['cause', 'provider'], CAUSES_IN_HEAT, { ...NO_FILTERS, provider: providers.map(({ keys }) => String(keys[0] ?? '')) }),
    incidents: incidentsIn(range, incidents),
    tables,
    samples: store.replySamples(range, SAMPLES_OF_A_CAUSE),
  };
}

/** Some 30 to 200 bars. */
function bucketFor({ since, until }: Span): Bucket {
  const span = until - since;
  if (span <= 4 * DAY) return 'hour';
  return span <= 200 * DAY ? 'day' : 'week';
}
