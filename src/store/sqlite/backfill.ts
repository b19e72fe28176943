import type { Database } from 'better-sqlite3';
import { FailedRecipients } from '../../delivery/failed.js';
import { OUTCOME_IDS } from './outcomes.js';
import { SignpostWriter } from './signpost.js';
import { addressSql, textSql } from './texts/delivery-texts.js';

interface Row {
  id: number;
  time: number;
  queue_id: string | null;
  message_id: string | null;
  sender: string | null;
  recipient: string | null;
  orig_recipient: string | null;
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
      `SELECT d.id, ifnull(min(e.time), 0) AS time, ifnull(max(e.outcome IN (${bounced}, ${expired})), 0) AS failed, ${textSql('d.id', 'queue_id')} AS queue_id, ${textSql('d.id', 'message_id')} AS message_id,
         s.address AS sender, ${textSql('d.id', 'orig_recipient')} AS orig_recipient,
         ${addressSql('d.id', '(SELECT name FROM domain WHERE id = d.domain_id)')} AS recipient
       FROM delivery d LEFT JOIN event e ON e.delivery_id = d.id LEFT JOIN sender s ON s.id = d.sender_id GROUP BY d.id ORDER BY d.id`,
    )
    .all();
  const signposts = new SignpostWriter(db);
  const failed = new FailedRecipients();
  const putPage = db.prepare('INSERT OR REPLACE INTO failed_page (page, bits) VALUES (?, ?)');
  db.transaction(() => {
    for (const row of rows) {
      signposts.add(row.id, row.time, [row.queue_id, row.message_id, row.sender, row.recipient, row.orig_recipient]);
      if (row.failed && row.recipient !== null) failed.add(row.recipient);
    }
    signposts.flush();
    for (const { page, bits } of failed.takeChanges()) putPage.run(page, bits);
  }).immediate();
}
