import type { Database } from 'better-sqlite3';
import type { NewReason } from '../../report/check.js';
import type { Span } from '../../report/range.js';
import { endOfMail, firstHour } from './hours.js';
import { FAILURE_IDS, FAILURES } from './outcomes.js';
import { coverage, summariesOf, timesParameter } from './summary/covered.js';
import { totalsIn } from './totals/read.js';

const HOUR = 3_600_000;

/** UTC ms of the last line about mail; `null` = there was none. */
export function lastMail(db: Database): number | null {
  let last: number | null = null;
  for (const totals of totalsIn(db, [endOfMail(db) - 1])) {
    while (totals.nextSection()) while (totals.nextRow()) if (last === null || totals.lastSeen > last) last = totals.lastSeen;
  }
  return last;
}

/** Kinds of replies that came in a span and never before it, most deliveries first; none when there is no before to compare with. */
export function newReasons(db: Database, { since, until }: Span, minDeliveries: number): NewReason[] {
  const [first, end] = [Math.floor(since / HOUR), Math.ceil(until / HOUR)];
  if ((firstHour(db) ?? Number.POSITIVE_INFINITY) >= first * HOUR) return [];
  const old = repliesIn(db, 0, first);
  const fresh = [...repliesIn(db, first, end)].filter(([id]) => !old.has(id));
  // The same text with another code, or from another provider, is no news.
  const rows = db
    .prepare<[string, string], { id: number; template: string; cause: string }>(
      `SELECT r.id, r.template, r.cause FROM json_each(?) f JOIN reply r ON r.id = f.value
       WHERE NOT EXISTS (SELECT 1 FROM reply o WHERE o.template = r.template AND o.id IN (SELECT value FROM json_each(?)))`,
    )
    .all(JSON.stringify(fresh.map(([id]) => id)), JSON.stringify([...old.keys()]));
  const deliveriesOf = new Map(fresh);
  const found = new Map<string, NewReason>();
  for (const { id, template, cause } of rows) {
    const reason = found.get(template) ?? { template, cause, deliveries: 0 };
    found.set(template, {
      template,
      cause: [cause, reason.cause].sort()[0] ?? cause,
      deliveries: reason.deliveries + (deliveriesOf.get(id) ?? 0),
    });
  }
  return [...found.values()]
    .filter(({ deliveries }) => deliveries >= minDeliveries)
    .sort((a, b) => b.deliveries - a.deliveries || (a.template < b.template ? -1 : 1));
}

/** Failures by kind of reply in `[since, until)`, hours since 1970. */
function repliesIn(db: Database, since: number, until: number): Map<number, number> {
  const covered = coverage(db, since, until);
  const rows = db
    .prepare<[string], { reply: number; deliveries: number }>(
      `SELECT e.key AS reply, sum(deliveries) AS deliveries FROM ${summariesOf('reply')} WHERE ${FAILURES} GROUP BY 1`,
    )
    .all(timesParameter(covered.times));
  const replies = new Map(rows.map(({ reply, deliveries }) => [reply, deliveries]));
  for (const totals of totalsIn(db, covered.rest)) {
    while (totals.nextSection()) {
      if (!FAILURE_IDS.includes(totals.outcome)) continue;
      let deliveries = replies.get(totals.reply) ?? 0;
      while (totals.nextRow()) deliveries += totals.deliveries;
      replies.set(totals.reply, deliveries);
    }
  }
  return replies;
}
