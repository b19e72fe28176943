import type { Database } from 'better-sqlite3';
import type { Classifier } from '../../bounce/classify.js';
import { listingOf } from '../../bounce/listings.js';
import type { Stage } from '../../bounce/stage.js';
import { fillTemplate } from '../../bounce/template.js';
import type { Moved, ReclassifyAnswer } from '../../report/reclassify.js';
import { Meta } from './meta.js';
import { FAILURE_IDS } from './outcomes.js';
import { sumCausesAnew } from './summary/summaries.js';
import { addressOf, deliveryTexts } from './texts/delivery-texts.js';
import { eventTexts } from './texts/event-texts.js';
import { totalsIn } from './totals/read.js';
import { rebuildTotals } from './totals/rebuild.js';
import { VALUE_SEPARATOR } from './values.js';

interface ReplyRow {
  id: number;
  template: string;
  code: number | null;
  enhanced: string | null;
  stage: Stage;
  provider: string | null;
  cause: string;
  rule: string | null;
  failures: number;
}

interface Change {
  reply: ReplyRow;
  cause: string;
  rule: string | null;
}

/** Kinds of replies between two reports of progress. */
const KINDS_A_STEP = 100;

/** Causes that come with a listing, and what it names. */
const LISTING_KINDS: Record<string, 'ip' | 'domain'> = { 'ip-blocklisted': 'ip', 'domain-blocklisted': 'domain' };

/**
 * Applies rules to all history, in one transaction: each kind of reply is classified anew; where a cause that names a block list
 * comes or goes, the listings of its events and the totals by listing are made anew.
 */
export function reclassify(
  db: Database,
  classifier: Classifier,
  options: { dryRun: boolean; onProgress?: (done: number, all: number) => void },
): ReclassifyAnswer {
  const failures = failuresByReply(db);
  const replies = db
    .prepare<[], Omit<ReplyRow, 'failures'>>('SELECT id, template, code, enhanced, stage, provider, cause, rule FROM reply')
    .all()
    .map((reply) => ({ ...reply, failures: failures.get(reply.id) ?? 0 }));
  const changes = replies.flatMap((reply, index): Change[] => {
    if (index % KINDS_A_STEP === 0) options.onProgress?.(index, replies.length);
    const { cause, rule } = classifier.classify(reply);
    return cause === reply.cause && rule === reply.rule ? [] : [{ reply, cause, rule }];
  });
  if (!options.dryRun) {
    db.transaction(() => {
      apply(db, changes);
      new Meta(db).set('rules', classifier.version);
      new Meta(db).set('rules_in_use', classifier.version);
    }).immediate();
  }
  return { kinds: replies.length, moved: movedIn(changes), dryRun: options.dryRun };
}

function failuresByReply(db: Database): Map<number, number> {
  const failures = new Map<number, number>();
  for (const totals of totalsIn(db, { since: 0, until: Number.MAX_SAFE_INTEGER })) {
    while (totals.nextSection()) {
      if (!FAILURE_IDS.includes(totals.outcome)) continue;
      let deliveries = failures.get(totals.reply) ?? 0;
      while (totals.nextRow()) deliveries += totals.deliveries;
      failures.set(totals.reply, deliveries);
    }
  }
  return failures;
}

function apply(db: Database, changes: readonly Change[]): void {
  const update = db.prepare('UPDATE reply SET cause = ?, rule = ? WHERE id = ?');
  for (const { reply, cause, rule } of changes) update.run(cause, rule, reply.id);
  const relisted = changes.filter(({ reply, cause }) => LISTING_KINDS[reply.cause] !== LISTING_KINDS[cause]);
  const isRelisted = relisted.length > 0 && listAnew(db, relisted);
  if (isRelisted) rebuildTotals(db);
  if (changes.length > 0) sumCausesAnew(db, { isRelisted });
}

interface EventRow {
  id: number;
  delivery_id: number;
  basis_id: number | null;
  reply: number;
  listing_id: number | null;
  mx: string | null;
  domain: string | null;
}

/** Reads the listings of the events of these replies anew. @returns whether one has changed */
function listAnew(db: Database, changes: readonly Change[]): boolean {
  const byReply = new Map(changes.map((change) => [change.reply.id, change]));
  const events = db
    .prepare<[string], EventRow>(
      `SELECT e.id, e.delivery_id, e.basis_id, ifnull(e.basis_id, e.reply_id) AS reply, e.listing_id, ro.mx, dm.name AS domain
       FROM event e JOIN delivery d ON d.id = e.delivery_id JOIN route ro ON ro.id = e.route_id LEFT JOIN domain dm ON dm.id = d.domain_id
       WHERE ifnull(e.basis_id, e.reply_id) IN (SELECT value FROM json_each(?)) ORDER BY e.id`,
    )
    .all(JSON.stringify([...byReply.keys()]));
  const [ofDelivery, ofEvent] = [deliveryTexts(db), eventTexts(db)];
  const find = db.prepare<[string, string, string], { id: number }>('SELECT id FROM listing WHERE list = ? AND subject = ? AND kind = ?');
  const insert = db.prepare('INSERT INTO listing (list, subject, kind) VALUES (?, ?, ?)');
  const update = db.prepare('UPDATE event SET listing_id = ? WHERE id = ?');
  let changed = false;
  /** Of each delivery. */
  const last = new Map<number, { reply: number; listing: number | null }>();
  for (const event of events) {
    const change = byReply.get(event.reply);
    if (change === undefined) continue;
    const kind = LISTING_KINDS[change.cause];
    let listing: number | null = null;
    if (kind !== undefined && event.basis_id === null) {
      const recipient = addressOf(ofDelivery.of(event.delivery_id, 'recipient'), event.domain);
      const context = { recipient, mx: event.mx, mxIp: ofEvent.of(event.id, 'mx_ip') };
      const values = ofEvent.of(event.id, 'vals')?.split(VALUE_SEPARATOR) ?? [];
      const named = listingOf(fillTemplate(change.reply.template, values, context), kind);
      if (named !== null) {
        const { list, subject } = named;
        listing = find.get(list, subject, named.kind)?.id ?? Number(insert.run(list, subject, named.kind).lastInsertRowid);
      }
    } else if (kind !== undefined) {
      // A deferral without an attempt has the listing of the attempt before it.
      const before = last.get(event.delivery_id);
      if (before?.reply === event.reply) listing = before.listing;
    }
    last.set(event.delivery_id, { reply: event.reply, listing });
    if (listing === event.listing_id) continue;
    update.run(listing, event.id);
    changed = true;
  }
  return changed;
}

function movedIn(changes: readonly Change[]): Moved[] {
  const moves = new Map<string, { moved: Moved; most: number }>();
  for (const { reply, cause, rule } of changes) {
    if (cause === reply.cause) continue;
    const key = `${reply.cause} ${cause}`;
    let move = moves.get(key);
    if (move === undefined) {
      move = { moved: { from: reply.cause, to: cause, kinds: 0, failures: 0, rules: [], sample: reply.template }, most: -1 };
      moves.set(key, move);
    }
    const { moved } = move;
    moved.kinds++;
    moved.failures += reply.failures;
    if (!moved.rules.includes(rule)) moved.rules.push(rule);
    if (reply.failures > move.most) {
      move.most = reply.failures;
      moved.sample = reply.template;
    }
  }
  return [...moves.values()]
    .map(({ moved }) => moved)
    .sort((a, b) => b.failures - a.failures || b.kinds - a.kinds || `${a.from} ${a.to}`.localeCompare(`${b.from} ${b.to}`));
}
