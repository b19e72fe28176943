import type { Database } from 'better-sqlite3';
import type { Range } from '../../report/range.js';
import type { UnknownKind } from '../../report/unknown.js';
import { endOfMail } from './hours.js';
import { FAILURE_IDS, FAILURES } from './outcomes.js';
import { latestTexts } from './samples.js';
import { coverage, summariesOf, timesParameter } from './summary/covered.js';
import { TOTALS, totalsAsTable } from './totals/as-table.js';
import { totalsIn } from './totals/read.js';

const HOUR = 3_600_000;
/** Domains that are named with a kind of reply. */
const DOMAINS = 5;

interface Row {
  id: number;
  template: string;
  code: number | null;
  enhanced: string | null;
  stage: string;
  deliveries: number;
  last_seen: number;
  /** As JSON. */
  hours: string;
}

/** Kinds of reply without a cause that occurred in a range, most deliveries first. */
export function unknownKinds(db: Database, range: Range): UnknownKind[] {
  const since = range.since === null ? 0 : Math.floor(range.since / HOUR);
  const until = range.until === null ? endOfMail(db) : Math.ceil(range.until / HOUR);
  const { times, rest } = coverage(db, since, until, 'hour');
  // Unknown replies are few: what is theirs is looked for in the hours that have some.
  const kinds = totalsAsTable(db)
    .prepare<unknown[], Row>(
      `WITH unknown AS (SELECT id, template, code, enhanced, stage FROM reply WHERE cause = 'unclassified'),
         found AS (
           SELECT e.key AS reply, e.start AS hour, deliveries, last_seen FROM ${summariesOf('reply')} WHERE e.key IN (SELECT id FROM unknown)
           UNION ALL SELECT e.reply_id, e.hour, e.deliveries, e.last_seen FROM ${TOTALS}
             WHERE b.hour IN (SELECT value FROM json_each(?)) AND e.reply_id IN (SELECT id FROM unknown) AND ${FAILURES})
       SELECT u.*, sum(f.deliveries) AS deliveries, max(f.last_seen) AS last_seen, json_group_array(DISTINCT f.hour) AS hours
       FROM found f JOIN unknown u ON u.id = f.reply GROUP BY u.id ORDER BY 6 DESC, u.id`,
    )
    .all(timesParameter(times), JSON.stringify(rest));
  const samples = latestTexts(db, kinds, range);
  return kinds.map((kind) => ({
    template: kind.template,
    code: kind.code,
    enhanced: kind.enhanced,
    stage: kind.stage,
    deliveries: kind.deliveries,
    lastSeen: kind.last_seen,
    sample: samples.get(kind.id) ?? kind.template,
    domains: domainsOf(db, kind.id, JSON.parse(kind.hours) as number[]),
  }));
}

/** The recipient domains with the most failures of a kind of reply. */
function domainsOf(db: Database, reply: number, hours: readonly number[]): string[] {
  const failures = new Map<number, number>();
  for (const totals of totalsIn(db, hours)) {
    while (totals.nextSection()) {
      if (totals.reply !== reply || !FAILURE_IDS.includes(totals.outcome)) continue;
      while (totals.nextRow()) failures.set(totals.domain, (failures.get(totals.domain) ?? 0) + totals.deliveries);
    }
  }
  return db
    .prepare<[string], string>(
      `SELECT d.name FROM json_each(?) f JOIN domain d ON d.id = f.value ->> 0 ORDER BY f.value ->> 1 DESC, d.name LIMIT ${DOMAINS}`,
    )
    .pluck()
    .all(JSON.stringify([...failures]));
}
