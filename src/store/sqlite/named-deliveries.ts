import type { Database } from 'better-sqlite3';
import type { Filters } from '../../report/question.js';
import { eventIdsOf } from './delivery-events/find.js';
import { prepared } from './prepared.js';
import { rememberedOf } from './remembered.js';
import { BLOCK_SHIFT, blocksWith } from './signpost.js';
import { deliveryTexts, isNamed } from './texts/delivery-texts.js';
import type { Sql } from './where.js';

/** Of so many it is quicker to look through all; where the first few events will do, sooner. */
const MANY_DELIVERIES = 50_000;
const MANY_FOR_A_FEW = 1_000;

/**
 * SQL for the events `e` of those deliveries that filters of whole addresses can mean, found by their signposts: without it all events of
 * a range are looked at. `null` = the filters name none, not in whole, or somebody with too many.
 * @param until UTC ms, of the range; `null` = it does not end
 * @param limit events that are wanted; 0 = all
 */
export function whereNamed(db: Database, filters: Filters, until: number | null, limit = 0): Sql | null {
  const { recipient, sender } = filters;
  return rememberedOf(db, `named ${JSON.stringify({ recipient, sender, until, limit })}`, () => foundNamed(db, filters, until, limit));
}

function foundNamed(db: Database, { recipient, sender }: Filters, until: number | null, limit: number): Sql | null {
  const isOfRecipients = areWhole(recipient);
  if (!isOfRecipients && !areWhole(sender)) return null;
  const find = isOfRecipients ? toRecipient(db) : fromSender(db);
  const ids = new Set<number>();
  for (const name of isOfRecipients ? recipient : sender) {
    for (const block of blocksWith(db, name.toLowerCase(), { since: null, until })) {
      for (const id of find(name, block * 2 ** BLOCK_SHIFT, (block + 1) * 2 ** BLOCK_SHIFT - 1)) ids.add(id);
      if (ids.size > (limit > 0 ? MANY_FOR_A_FEW : MANY_DELIVERIES)) return null;
    }
  }
  return { text: 'e.id IN (SELECT value FROM json_each(?))', values: [JSON.stringify(eventIdsOf(db, ids))] };
}

/** Deliveries of so many blocks are looked through sooner than the totals of a month, with senders. */
const FEW_BLOCKS = 200;

/**
 * Whether filters ask for whole addresses of senders that sent little: then figures are counted sooner from their events (ten million
 * events, `top --sender` of a month: 509 ms → 173).
 */
export function areFromFew(db: Database, { sender }: Filters, until: number | null): boolean {
  if (!areWhole(sender)) return false;
  const blocks = sender.reduce((sum, name) => sum + blocksWith(db, name.toLowerCase(), { since: null, until }).length, 0);
  return blocks <= FEW_BLOCKS;
}

/** Neither patterns nor words for none. */
function areWhole(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => name !== '' && name !== '<>' && !name.includes('*'));
}

/** Finds deliveries of a name with an id from the one to the other. */
type FindIds = (name: string, first: number, last: number) => number[];

function toRecipient(db: Database): FindIds {
  return (name, first, last) => {
    const isTo = isToRecipient(db, name);
    const ids: number[] = [];
    deliveryTexts(db).mayHave(first, last, [textOf(name)], (id) => {
      if (isTo(id)) ids.push(id);
    });
    return ids;
  };
}

/** Whether a delivery is to this address, in whatever case. */
export function isToRecipient(db: Database, address: string): (delivery: number) => boolean {
  const at = address.lastIndexOf('@') + 1;
  const local = address.slice(0, at);
  const domain = prepared<[string], number>(db, 'SELECT id FROM domain WHERE name = ?').pluck().get(address.slice(at).toLowerCase());
  const domainOf = prepared<[number], number | null>(db, 'SELECT domain_id FROM delivery WHERE id = ?').pluck();
  const texts = deliveryTexts(db);
  return (delivery) => {
    const recipient = texts.of(delivery, 'recipient');
    return isNamed(recipient, address) || (isNamed(recipient, local) && domainOf.get(delivery) === domain);
  };
}

/** What there is of a name in the texts of a delivery at least: what is after `@` may stand elsewhere. */
export function textOf(name: string): string {
  return name.slice(0, name.lastIndexOf('@') + 1) || name;
}

function fromSender(db: Database): FindIds {
  const find = db
    .prepare<[number, number, string], number>(
      'SELECT id FROM delivery WHERE id BETWEEN ? AND ? AND sender_id IN (SELECT id FROM sender WHERE address = ? COLLATE NOCASE)',
    )
    .pluck();
  return (name, first, last) => find.all(first, last, name);
}
