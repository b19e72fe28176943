import type { Database } from 'better-sqlite3';
import type { ReplySample } from '../../report/question.js';
import type { Range, Span } from '../../report/range.js';
import { eventsById } from './event-rows.js';
import { FAILURES } from './outcomes.js';
import { prepared } from './prepared.js';
import { coverage, summariesOf, timesParameter } from './summary/covered.js';
import { priorOf } from './summary/prior-of.js';
import { TOTALS, totalsAsTable } from './totals/as-table.js';
import { hourOf } from './totals/hour.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Kind {
  id: number;
  last_seen: number;
}

/** What servers said most, so many kinds of replies for each cause, each as it was last said. */
export function replySamples(db: Database, range: Span, perCause: number): ReplySample[] {
  const [since, until] = [Math.floor(range.since / HOUR), Math.ceil(range.until / HOUR)];
  const covered = coverage(db, since, until);
  const kinds = totalsAsTable(db)
    .prepare<unknown[], Kind & { cause: string; template: string; deliveries: number }>(
      `WITH said AS (
         SELECT e.key AS reply, CASE WHEN prior_hour < @since THEN deliveries ELSE 0 END AS deliveries, last_seen FROM ${summariesOf('reply', '@times')}
           WHERE ${FAILURES}
         UNION ALL
         SELECT e.reply_id, CASE WHEN ${priorOf('', 'p.reply_id = e.reply_id')} < @since THEN e.deliveries ELSE 0 END, e.last_seen FROM ${TOTALS}
           WHERE b.hour IN (SELECT value FROM json_each(@rest)) AND ${FAILURES}),
       kinds AS (SELECT reply, sum(deliveries) AS deliveries, max(last_seen) AS last_seen FROM said GROUP BY reply),
       ranked AS (
         SELECT r.id, r.cause, r.template, k.deliveries, k.last_seen,
           row_number() OVER (PARTITION BY r.cause ORDER BY k.deliveries DESC, r.id) AS place
         FROM kinds k JOIN reply r ON r.id = k.reply WHERE k.deliveries > 0)
       SELECT id, cause, template, deliveries, last_seen FROM ranked WHERE place <= @perCause ORDER BY cause, place`,
    )
    .all({ since, times: timesParameter(covered.times), rest: JSON.stringify(covered.rest), perCause });
  const texts = latestTexts(db, kinds, range);
  return kinds.map(({ id, cause, template, deliveries }) => ({ cause, reply: texts.get(id) ?? template, deliveries }));
}

/** The exact text of the latest failure of each kind of reply, by the kind's id; none where its events were pruned. */
export function latestTexts(db: Database, kinds: readonly Kind[], range: Range): Map<number, string> {
  const last = (range.until ?? Number.MAX_SAFE_INTEGER) - 1;
  const ids = new Map(kinds.map((kind) => [kind.id, latestEvent(db, kind.id, Math.min(kind.last_seen, last))]));
  const wanted = [...ids.values()].filter((id) => id !== undefined);
  const texts = new Map(eventsById(db, wanted).map((event) => [event.id, event.reply]));
  return new Map(
    [...ids].flatMap(([kind, id]) => {
      const text = id === undefined ? undefined : texts.get(id);
      return text === undefined ? [] : [[kind, text] as const];
    }),
  );
}

/** The latest event with a reply until a time (UTC ms), within a day. */
function latestEvent(db: Database, reply: number, time: number): number | undefined {
  // That was the last time: it is found at once, but where the range ends before, or it was pruned.
  const atOnce = prepared<[number, number, number, number], number>(
    db,
    `SELECT e.id FROM event_span p CROSS JOIN event e ON e.id BETWEEN p.first AND p.last
     WHERE p.hour = ? AND ? BETWEEN p.since AND p.until AND e.reply_id = ? AND e.time = ? ORDER BY e.id DESC LIMIT 1`,
  ).pluck();
  const hour = hourOf(time);
  const found = atOnce.get(hour, time - hour * HOUR, reply, time);
  if (found !== undefined) return found;
  const before = prepared<[number, number, number, number], number>(
    db,
    `SELECT e.id FROM event_span p CROSS JOIN event e ON e.id BETWEEN p.first AND p.last
     WHERE p.hour = ? AND e.reply_id = ? AND e.time <= ? AND e.time > ? ORDER BY e.time DESC, e.id DESC LIMIT 1`,
  ).pluck();
  for (let back = hour; back >= hourOf(time - DAY); back--) {
    const event = before.get(back, reply, time, time - DAY);
    if (event !== undefined) return event;
  }
  return undefined;
}
