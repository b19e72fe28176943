import type { Database } from 'better-sqlite3';
import { FailedRecipients } from '../../delivery/failed.js';
import { OUTCOME_IDS } from './outcomes.js';
import { SignpostWriter } from './signpost.js';
import { addressOf, deliveryTexts } from './texts/delivery-texts.js';

interface Row {
  id: number;
  time: number;
  sender: string | null;
  domain: string | null;
  failed: number;
}

/** Makes what later versions derive from deliveries (signposts, failed recipients) for a database that an earlier version has filled. */
export function backfill(db: Database): void {
  const isDone = db.prepare('SELECT 1 FROM signpost LIMIT 1').get() !== undefined;
  const hasHistory = db.prepare('SELECT 1 FROM delivery LIMIT 1').get() !== undefined;
  if (isDone || !hasHistory) return;
  const { bounced, expired } = OUTCOME_IDS;
  const rows = db
    .prepare<[], Row>(
      `SELECT d.id, ifnull(min(e.time), 0) AS time, ifnull(max(e.outcome IN (${bounced}, ${expired})), 0) AS failed, s.address AS sender, dm.name AS domain
       FROM delivery d LEFT JOIN event e ON e.delivery_id = d.id LEFT JOIN sender s ON s.id = d.sender_id LEFT JOIN domain dm ON dm.id = d.domain_id
       GROUP BY d.id ORDER BY d.id`,
    )
    .all();
  const texts = deliveryTexts(db);
  const signposts = new SignpostWriter(db);
  const failed = new FailedRecipients();
  const putPage = db.prepare('INSERT OR REPLACE INTO failed_page (page, bits) VALUES (?, ?)');
  db.transaction(() => {
    for (const row of rows) {
      const recipient = addressOf(texts.of(row.id, 'recipient'), row.domain);
      const names = (['queue_id', 'message_id', 'orig_recipient'] as const).map((column) => texts.of(row.id, column));
      signposts.add(row.id, row.time, [...names, row.sender, recipient]);
      if (row.failed && recipient !== null) failed.add(recipient);
    }
    signposts.flush();
    for (const { page, bits } of failed.takeChanges()) putPage.run(page, bits);
  }).immediate();
}
