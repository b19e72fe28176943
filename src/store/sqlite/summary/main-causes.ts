import type { Database } from 'better-sqlite3';
import type { MainCause, SummedGroup } from '../../../report/question.js';
import type { Span } from '../../../report/range.js';
import { FAILURE_IDS } from '../outcomes.js';
import type { TotalsReader } from '../totals/packed-totals.js';
import { totalsIn } from '../totals/read.js';
import { coverage } from './covered.js';
import { eachFirstFailureIn } from './packed-summaries.js';
import { ProviderKeys } from './provider-keys.js';
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
  if (rest.length > 0) addFromTotals(db, by, rest, byKey);
  const causeOf = causesOf(db, new Set([...byKey.values()].flatMap((replies) => [...replies.keys()])));
  return new Map(
    [...keys].flatMap(([value, key]) => {
      const most = greatest(byKey.get(key) ?? new Map(), causeOf);
      return most === null ? [] : [[value, most] as const];
    }),
  );
}

/** First failures of some values in some hours that are not summed up yet. */
function addFromTotals(db: Database, by: PackedSummary, hours: readonly number[], byKey: ReadonlyMap<number, Map<number, number>>): void {
  const providers = new ProviderKeys(db);
  const keyOf: Record<PackedSummary, (row: TotalsReader) => number> = {
    domain: ({ domain }) => domain,
    provider: ({ route }) => providers.of(route),
    sender: ({ sender }) => sender,
  };
  for (const totals of totalsIn(db, hours)) {
    while (totals.nextSection()) {
      if (!FAILURE_IDS.includes(totals.outcome)) continue;
      while (totals.nextRow()) if (totals.priorHour === 0) addTo(byKey, keyOf[by](totals), totals.reply, totals.deliveries);
    }
  }
}

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
