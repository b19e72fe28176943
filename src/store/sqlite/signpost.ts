import type { Database, Statement } from 'better-sqlite3';
import { addName, bitsOf } from '../../delivery/bloom.js';
import type { Range } from '../../report/range.js';
import { type Block, blocksInGroups, GroupWriter } from './signpost-groups.js';

/** Deliveries of one block: `id >> BLOCK_SHIFT`. */
export const BLOCK_SHIFT = 10;
/** With some 4,000 names in a block three in a thousand are looked through for nothing. */
const FILTER_BYTES = 6250;
/** Of earlier versions: blocks that a database has stay as they are. */
const EARLIER_FILTER_BYTES = [5000, 4000];
const NOTHING = Buffer.alloc(0);

/** Keeps the signposts of new deliveries, whose ids only rise. */
export class SignpostWriter {
  readonly #find: Statement;
  readonly #put: Statement;
  readonly #groups: GroupWriter;
  /** Blocks that changed since the last flush; the last one goes on. */
  #changed: Block[] = [];

  constructor(db: Database) {
    this.#find = db.prepare('SELECT block, since, until, filter FROM signpost WHERE block = ?');
    this.#put = db.prepare('INSERT OR REPLACE INTO signpost (block, since, until, filter) VALUES (?, ?, ?, ?)');
    this.#groups = new GroupWriter(db);
  }

  /** @param time of its first event, UTC ms */
  add(deliveryId: number, time: number, names: readonly (string | null)[]): void {
    const block = this.#blockOf(deliveryId >> BLOCK_SHIFT, time);
    if (time < block.since) block.since = time;
    if (time > block.until) block.until = time;
    for (const name of names) {
      if (name === null || name === '') continue;
      addName(block.filter, name);
    }
  }

  /** Writes what changed, in the transaction of the deliveries. */
  flush(): void {
    for (const { block, since, until, filter } of this.#changed) this.#put.run(block, since, until, filter);
    this.#changed = this.#changed.slice(-1);
    const last = this.#changed[0];
    if (last !== undefined) this.#groups.groupUntil(last.block);
  }

  #blockOf(number: number, time: number): Block {
    const last = this.#changed.at(-1);
    if (last?.block === number) return last;
    const known = (this.#find.get(number) as Block | undefined) ?? { block: number, since: time, until: time, filter: NOTHING };
    // After a prune of the latest deliveries their ids come again: what a group has of the block stays there.
    const block = known.filter.length > 0 ? known : { ...known, filter: Buffer.alloc(FILTER_BYTES) };
    this.#changed.push(block);
    return block;
  }
}

/** The blocks, latest first, in which a delivery with this name may be, that began in this range of time. */
export function blocksWith(db: Database, name: string, range: Range): number[] {
  const since = range.since ?? Number.MIN_SAFE_INTEGER;
  const until = range.until ?? Number.MAX_SAFE_INTEGER;
  // Looked at in the database: a copy of every filter took ten times as long.
  const isIn = [FILTER_BYTES, ...EARLIER_FILTER_BYTES].map((bytes) => {
    const bits = bitsOf(name, bytes).map((bit) => `hex(substr(filter, ${(bit >> 3) + 1}, 1)) IN (${BYTES_WITH[bit & 7]})`);
    return `length(filter) = ${bytes} AND ${bits.join(' AND ')}`;
  });
  const began = 'until >= @since AND since < @until';
  return db
    .prepare<[{ grouped: string; since: number; until: number }], number>(
      `SELECT block FROM signpost WHERE block IN (SELECT value FROM json_each(@grouped)) AND ${began}
       UNION SELECT block FROM signpost WHERE length(filter) > 0 AND (${isIn.join(' OR ')}) AND ${began} ORDER BY block DESC`,
    )
    .pluck()
    .all({ grouped: JSON.stringify(blocksInGroups(db, name)), since, until });
}

/** For each bit, the bytes that have it, as SQL's hex() writes them. */
const BYTES_WITH = Array.from({ length: 8 }, (_, bit) => {
  const bytes = Array.from({ length: 256 }, (__, byte) => byte).filter((byte) => (byte & (1 << bit)) !== 0);
  return bytes.map((byte) => `'${byte.toString(16).toUpperCase().padStart(2, '0')}'`).join(', ');
});
