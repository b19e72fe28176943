import type { Database } from 'better-sqlite3';
import type { MainCause, SummedGroup } from '../../../report/question.js';
import type { Span } from '../../../report/range.js';
import { FAILURES } from '../outcomes.js';
import { coverage } from './covered.js';
import { eachFirstFailureIn } from './packed-summaries.js';
import { type PackedSummary, REPLY_SUMMARIES } from './summary-kinds.js';
import { keysOf } from './summary-names.js';

/*
 * What the domains, providers and senders with the most failures failed for. Only first failures of a delivery are looked at: each is
 * a delivery of any range that has it, so that what they show is a lower bound, whatever else there is.
 */

const HOUR = 3_600_000;

/** The cause that each of these values failed for most, as far as it is known. */
export function mainCauses(
  db: Database,
  by: SummedGroup,
  values: readonly (string | number | null)[],
  range: Span,
): Map<string | number | null, MainCause> {
  // Hours that the range cuts are left out: what is told is a lower bound.
  const { times, rest } = coverage(db, Math.ceil(range.since / HOUR), Math.floor(range.until / HOUR));
  const keys = keysOf(db, by, values);
  const byKey = new Map([...keys].map(([, key]) => [key, new Map<number, number>()]));
  eachFirstFailureIn(db, REPLY_SUMMARIES[by], times, (key, reply, deliveries) => addTo(byKey, key, reply, deliveries));
  if (rest.length > 0) {
    const rows = db.prepare<[string, string], { key: number; reply: number; deliveries: number }>(IN_HOURS[by]);
    for (const { key, reply, deliveries } of rows.all(JSON.stringify(rest), JSON.stringify([...keys.values()]))) addTo(byKey, key, reply, deliveries);
  }
  const causeOf = causesOf(db, new Set([...byKey.values()].flatMap((replies) => [...replies.keys()])));
  return new Map(
    [...keys].flatMap(([value, key]) => {
      const most = greatest(byKey.get(key) ?? new Map(), causeOf);
      return most === null ? [] : [[value, most] as const];
    }),
  );
}

/** First failures of some values in some hours that are not summed up yet. */
const IN_HOURS: Record<PackedSummary, string> = {
  domain: `SELECT e.domain_id AS key, e.reply_id AS reply, sum(e.deliveries) AS deliveries FROM hourly e
    WHERE e.hour IN (SELECT value FROM json_each(?)) AND e.domain_id IN (SELECT value FROM json_each(?)) AND ${FAILURES} AND e.prior_hour = 0 GROUP BY 1, 2`,
  provider: `SELECT (SELECT min(id) FROM route WHERE provider = ro.provider) AS key, e.reply_id AS reply, sum(e.deliveries) AS deliveries
    FROM hourly e JOIN route ro ON ro.id = e.route_id
    WHERE e.hour IN (SELECT value FROM json_each(?))
      AND e.route_id IN (SELECT id FROM route WHERE provider IN (SELECT provider FROM route WHERE id IN (SELECT value FROM json_each(?))))
      AND ${FAILURES} AND e.prior_hour = 0 GROUP BY 1, 2`,
  sender: `SELECT d.sender_id AS key, ifnull(e.basis_id, e.reply_id) AS reply, count(*) AS deliveries
    FROM json_each(?) h CROSS JOIN event e ON e.time >= h.value * ${HOUR} AND e.time < (h.value + 1) * ${HOUR} JOIN delivery d ON d.id = e.delivery_id
    WHERE d.sender_id IN (SELECT value FROM json_each(?)) AND ${FAILURES}
      AND NOT EXISTS (SELECT 1 FROM event p WHERE p.delivery_id = e.delivery_id AND p.id < e.id) GROUP BY 1, 2`,
};

function addTo(byKey: ReadonlyMap<number, Map<number, number>>, key: number, reply: number, deliveries: number): void {
  const replies = byKey.get(key);
  replies?.set(reply, (replies.get(reply) ?? 0) + deliveries);
}

function causesOf(db: Database, replies: ReadonlySet<number>): (reply: number) => string | undefined {
  const rows = db
    .prepare<[string], { id: number; cause: string }>('SELECT id, cause FROM reply WHERE id IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify([...replies]));
  const causes = new Map(rows.map(({ id, cause }) => [id, cause]));
  return (reply) => causes.get(reply);
}

function greatest(replies: ReadonlyMap<number, number>, causeOf: (reply: number) => string | undefined): MainCause | null {
  const byCause = new Map<string, number>();
  for (const [reply, deliveries] of replies) {
    const cause = causeOf(reply);
    if (cause !== undefined) byCause.set(cause, (byCause.get(cause) ?? 0) + deliveries);
  }
  const [most, next] = [...byCause].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (most === undefined) return null;
  const known = [...byCause.values()].reduce((sum, deliveries) => sum + deliveries, 0);
  return { cause: most[0], deliveries: most[1], next: next?.[1] ?? 0, known };
}
