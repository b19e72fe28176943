import type { Database } from 'better-sqlite3';
import type { Filters } from '../../report/question.js';
import { BLOCK_SHIFT, blocksWith } from './signpost.js';
import type { Sql } from './where.js';

/**
 * SQL for the events `e` of those deliveries that filters of whole addresses can mean, found by their signposts: without it all events of
 * a range are looked at. `null` = the filters name none, or not in whole.
 * @param until UTC ms, of the range; `null` = it does not end
 */
export function whereNamed(db: Database, { recipient, sender }: Filters, until: number | null): Sql | null {
  const find = areWhole(recipient) ? toRecipients(db, recipient) : areWhole(sender) ? fromSenders(db, sender) : null;
  if (find === null) return null;
  const names = areWhole(recipient) ? recipient : sender;
  const blocks = new Set(names.flatMap((name) => blocksWith(db, name.toLowerCase(), { since: null, until })));
  const ids = [...blocks].flatMap((block) => find(block * 2 ** BLOCK_SHIFT, (block + 1) * 2 ** BLOCK_SHIFT - 1));
  return { text: 'e.delivery_id IN (SELECT value FROM json_each(?))', values: [JSON.stringify(ids)] };
}

/** Neither patterns nor words for none. */
function areWhole(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => name !== '' && name !== '<>' && !name.includes('*'));
}

/** Finds deliveries with an id from the one to the other. */
type FindIds = (first: number, last: number) => number[];

function toRecipients(db: Database, names: readonly string[]): FindIds {
  const domain = db.prepare<[string], number>('SELECT id FROM domain WHERE name = ?').pluck();
  const asked = names.map((name) => {
    const at = name.lastIndexOf('@') + 1;
    return { whole: name, local: name.slice(0, at), domain: domain.get(name.slice(at).toLowerCase()) ?? null };
  });
  const find = db
    .prepare<[number, number, string], number>(
      `SELECT d.id FROM delivery d WHERE d.id BETWEEN ? AND ? AND EXISTS (
         SELECT 1 FROM json_each(?) a WHERE d.recipient = a.value ->> 'whole' COLLATE NOCASE
           OR (d.domain_id = a.value ->> 'domain' AND d.recipient = a.value ->> 'local' COLLATE NOCASE))`,
    )
    .pluck();
  const parameter = JSON.stringify(asked);
  return (first, last) => find.all(first, last, parameter);
}

function fromSenders(db: Database, names: readonly string[]): FindIds {
  const lower = JSON.stringify(names.map((name) => name.toLowerCase()));
  const ids = db.prepare<[string], number>('SELECT id FROM sender WHERE lower(address) IN (SELECT value FROM json_each(?))').pluck().all(lower);
  const find = db
    .prepare<[number, number, string], number>(
      'SELECT d.id FROM delivery d WHERE d.id BETWEEN ? AND ? AND d.sender_id IN (SELECT value FROM json_each(?))',
    )
    .pluck();
  const parameter = JSON.stringify(ids);
  return (first, last) => find.all(first, last, parameter);
}
