import type { Database, Statement } from 'better-sqlite3';
import type { Range } from '../../report/question.js';

/** Deliveries of one block: `id >> BLOCK_SHIFT`. */
export const BLOCK_SHIFT = 10;
/** With the row's head just one page of the database. */
const FILTER_BYTES = 4000;
const FILTER_BITS = FILTER_BYTES * 8;
/** With some 3,500 different names in a block one in a hundred blocks is looked through for nothing. */
const PROBES = 6;

/** A name as it is looked for: the case of addresses does not matter, and of ids hardly ever. */
function bitsOf(name: string): number[] {
  let a = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    a = Math.imul(a ^ (c >= 65 && c <= 90 ? c + 32 : c), 0x01000193);
  }
  // A second hash of the first (murmur3's finalizer): two are as good as six (Kirsch and Mitzenmacher 2006).
  let b = a ^ (a >>> 16);
  b = Math.imul(b, 0x85ebca6b);
  b ^= b >>> 13;
  const step = ((Math.imul(b, 0xc2b2ae35) >>> 0) % (FILTER_BITS - 1)) + 1;
  const start = (a >>> 0) % FILTER_BITS;
  return Array.from({ length: PROBES }, (_, i) => (start + i * step) % FILTER_BITS);
}

interface Block {
  block: number;
  since: number;
  until: number;
  filter: Buffer;
}

/** Keeps the signposts of new deliveries, whose ids only rise. */
export class SignpostWriter {
  readonly #find: Statement;
  readonly #put: Statement;
  /** Blocks that changed since the last flush; the last one goes on. */
  #changed: Block[] = [];

  constructor(db: Database) {
    this.#find = db.prepare('SELECT block, since, until, filter FROM signpost WHERE block = ?');
    this.#put = db.prepare('INSERT OR REPLACE INTO signpost (block, since, until, filter) VALUES (?, ?, ?, ?)');
  }

  /** @param time of its first event, UTC ms */
  add(deliveryId: number, time: number, names: readonly (string | null)[]): void {
    const block = this.#blockOf(deliveryId >> BLOCK_SHIFT, time);
    if (time < block.since) block.since = time;
    if (time > block.until) block.until = time;
    for (const name of names) {
      if (name === null || name === '') continue;
      for (const bit of bitsOf(name)) {
        const at = bit >> 3;
        block.filter[at] = (block.filter[at] ?? 0) | (1 << (bit & 7));
      }
    }
  }

  /** Writes what changed, in the transaction of the deliveries. */
  flush(): void {
    for (const { block, since, until, filter } of this.#changed) this.#put.run(block, since, until, filter);
    this.#changed = this.#changed.slice(-1);
  }

  #blockOf(number: number, time: number): Block {
    const last = this.#changed.at(-1);
    if (last?.block === number) return last;
    const block = (this.#find.get(number) as Block | undefined) ?? { block: number, since: time, until: time, filter: Buffer.alloc(FILTER_BYTES) };
    this.#changed.push(block);
    return block;
  }
}

/** The blocks, latest first, in which a delivery with this name may be, that began in this range of time. */
export function blocksWith(db: Database, name: string, range: Range): number[] {
  const bits = bitsOf(name).map((bit) => ({ at: bit >> 3, mask: 1 << (bit & 7) }));
  const since = range.since ?? Number.MIN_SAFE_INTEGER;
  const until = range.until ?? Number.MAX_SAFE_INTEGER;
  const blocks: number[] = [];
  const rows = db
    .prepare<[number, number], Block>('SELECT block, filter FROM signpost WHERE until >= ? AND since < ? ORDER BY block DESC')
    .iterate(since, until);
  for (const { block, filter } of rows) if (bits.every(({ at, mask }) => ((filter[at] ?? 0) & mask) !== 0)) blocks.push(block);
  return blocks;
}

/** Makes the signposts of deliveries that an earlier version of bouncelog has stored. */
export function addMissingSignposts(db: Database): void {
  const done = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM signpost').get()?.n ?? 0;
  if (done > 0) return;
  const rows = db
    .prepare<[], { id: number; time: number; queue_id: string; message_id: string; sender: string; recipient: string; orig_recipient: string }>(
      `SELECT d.id, (SELECT min(time) FROM event e WHERE e.delivery_id = d.id) AS time, d.queue_id, d.message_id, s.address AS sender, d.orig_recipient,
         CASE WHEN d.recipient LIKE '%@' THEN d.recipient || ifnull((SELECT name FROM domain WHERE id = d.domain_id), '') ELSE d.recipient END AS recipient
       FROM delivery d LEFT JOIN sender s ON s.id = d.sender_id ORDER BY d.id`,
    )
    .all();
  if (rows.length === 0) return;
  const writer = new SignpostWriter(db);
  db.transaction(() => {
    for (const row of rows) writer.add(row.id, row.time, [row.queue_id, row.message_id, row.sender, row.recipient, row.orig_recipient]);
    writer.flush();
  }).immediate();
}
