import type { Database } from 'better-sqlite3';
import type { Range } from '../../report/range.js';
import type { UnknownKind } from '../../report/unknown.js';
import { eventsById } from './event-rows.js';
import { whereTime } from './where.js';

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
}

/** Kinds of reply without a cause that occurred in a range, most deliveries first. */
export function unknownKinds(db: Database, range: Range): UnknownKind[] {
  const since = range.since === null ? 0 : Math.floor(range.since / HOUR);
  const until = range.until === null ? Number.MAX_SAFE_INTEGER : Math.ceil(range.until / HOUR);
  const kinds = db
    .prepare<[number, number], Row>(
      `SELECT r.id, r.template, r.code, r.enhanced, r.stage, sum(h.deliveries) AS deliveries, max(h.last_seen) AS last_seen
       FROM reply r JOIN hourly h ON h.reply_id = r.id
       WHERE r.cause = 'unclassified' AND h.outcome IN (1, 2, 3) AND h.hour >= ? AND h.hour < ?
       GROUP BY r.id ORDER BY deliveries DESC, r.id`,
    )
    .all(since, until);
  const samples = samplesOf(db, kinds, range);
  const domains = db.prepare<[number, number, number], { name: string }>(
    `SELECT d.name FROM hourly h JOIN domain d ON d.id = h.domain_id
     WHERE h.reply_id = ? AND h.outcome IN (1, 2, 3) AND h.hour >= ? AND h.hour < ? GROUP BY d.id ORDER BY sum(h.deliveries) DESC, d.name LIMIT ${DOMAINS}`,
  );
  return kinds.map((kind) => ({
    template: kind.template,
    code: kind.code,
    enhanced: kind.enhanced,
    stage: kind.stage,
    deliveries: kind.deliveries,
    lastSeen: kind.last_seen,
    sample: samples.get(kind.id) ?? kind.template,
    domains: domains.all(kind.id, since, until).map(({ name }) => name),
  }));
}

/** The exact text of the latest failure of each kind. */
function samplesOf(db: Database, kinds: readonly Row[], range: Range): Map<number, string> {
  const time = whereTime(range);
  const latest = db
    .prepare<unknown[], { reply_id: number; id: number }>(
      `SELECT e.reply_id, max(e.id) AS id FROM event e WHERE e.reply_id IN (SELECT value FROM json_each(?)) AND ${time.text} GROUP BY e.reply_id`,
    )
    .all(JSON.stringify(kinds.map(({ id }) => id)), ...time.values);
  const texts = new Map(
    eventsById(
      db,
      latest.map(({ id }) => id),
    ).map((event) => [event.id, event.reply]),
  );
  return new Map(latest.flatMap(({ reply_id, id }) => (texts.has(id) ? [[reply_id, texts.get(id) ?? ''] as const] : [])));
}
