import type { Database, Statement } from 'better-sqlite3';
import { bitsOf } from '../../delivery/bloom.js';

/*
 * The filters of 128 finished blocks turned on their side: of each bit, what it is in all of them. A name has six bits, so that six rows of
 * sixteen bytes tell in which of the blocks it may be; looking at each filter by itself took 36 ms of ten million events, this takes 3.
 */

const GROUP_SHIFT = 7;
/** Blocks of a group. */
const GROUP_BLOCKS = 2 ** GROUP_SHIFT;
const ROW_BYTES = GROUP_BLOCKS / 8;
/** Bits whose rows, with the head of the slice, are just one page of the database. */
const SLICE_BITS = 248;
/** More than a group has. */
const SLICES = 1000;

/** The filter of a block, and when its deliveries began, UTC ms. */
export interface Block {
  block: number;
  since: number;
  until: number;
  filter: Buffer;
}

/** Moves the filters of finished blocks into groups. */
export class GroupWriter {
  readonly #find: Statement<[number, number], Block>;
  readonly #putGroup: Statement;
  readonly #putSlice: Statement;
  readonly #take: Statement;
  readonly #putAgain: Statement;
  /** The first group that there is not yet. */
  #next: number;

  constructor(db: Database) {
    this.#find = db.prepare('SELECT block, since, until, filter FROM signpost WHERE block >= ? AND block < ?');
    this.#putGroup = db.prepare('INSERT INTO signpost_group (id, bytes) VALUES (?, ?)');
    this.#putSlice = db.prepare('INSERT INTO signpost_slice (id, bits) VALUES (?, ?)');
    this.#take = db.prepare('DELETE FROM signpost WHERE block >= ? AND block < ?');
    this.#putAgain = db.prepare("INSERT INTO signpost (block, since, until, filter) VALUES (?, ?, ?, x'')");
    this.#next = (db.prepare<[], number | null>('SELECT max(id) FROM signpost_group').pluck().get() ?? -1) + 1;
  }

  /**
   * Makes all groups that are complete, in the transaction of the caller.
   * @param last block that may still change
   */
  groupUntil(last: number): void {
    for (; this.#next < last >> GROUP_SHIFT; this.#next++) this.#put(this.#next);
  }

  #put(group: number): void {
    const [first, end] = [group << GROUP_SHIFT, (group + 1) << GROUP_SHIFT];
    const blocks = this.#find.all(first, end);
    const bytes = blocks[0]?.filter.length ?? 0;
    // Where an earlier version had begun it, it stays as it is; blocks that were pruned are missing.
    if (bytes === 0 || blocks.some(({ filter }) => filter.length !== bytes)) return;
    this.#putGroup.run(group, bytes);
    for (const [place, bits] of slicesOf(blocks, bytes).entries()) this.#putSlice.run(group * SLICES + place, bits);
    // Updated, each would keep the page of the database that its filter took.
    this.#take.run(first, end);
    for (const { block, since, until } of blocks) this.#putAgain.run(block, since, until);
  }
}

function slicesOf(blocks: readonly { block: number; filter: Buffer }[], bytes: number): Buffer[] {
  const rows = Buffer.alloc(bytes * 8 * ROW_BYTES);
  for (const { block, filter } of blocks) {
    const place = block % GROUP_BLOCKS;
    const mask = 1 << (place & 7);
    for (let byte = 0; byte < bytes; byte++) {
      for (let rest = filter[byte] as number, bit = byte * 8; rest !== 0; rest >>= 1, bit++) {
        if ((rest & 1) === 1) (rows[bit * ROW_BYTES + (place >> 3)] as number) |= mask;
      }
    }
  }
  const length = SLICE_BITS * ROW_BYTES;
  return Array.from({ length: Math.ceil(rows.length / length) }, (_, place) => rows.subarray(place * length, (place + 1) * length));
}

/** Blocks of all groups in which a name may be. */
export function blocksInGroups(db: Database, name: string): number[] {
  const groups = db.prepare<[], { id: number; bytes: number }>('SELECT id, bytes FROM signpost_group').all();
  const row = db.prepare<[number, number], Buffer>(`SELECT substr(bits, ?, ${ROW_BYTES}) FROM signpost_slice WHERE id = ?`).pluck();
  return groups.flatMap(({ id, bytes }) => {
    const may = new Uint8Array(ROW_BYTES).fill(0xff);
    for (const bit of bitsOf(name, bytes)) {
      const isSet = row.get((bit % SLICE_BITS) * ROW_BYTES + 1, id * SLICES + Math.floor(bit / SLICE_BITS));
      for (let byte = 0; byte < ROW_BYTES; byte++) (may[byte] as number) &= isSet?.[byte] ?? 0;
    }
    return Array.from({ length: GROUP_BLOCKS }, (_, place) => place)
      .filter((place) => ((may[place >> 3] as number) & (1 << (place & 7))) !== 0)
      .map((place) => (id << GROUP_SHIFT) + place);
  });
}

/** Takes out groups of which no block is left. */
export function pruneGroups(db: Database): void {
  db.prepare(
    `DELETE FROM signpost_group WHERE NOT EXISTS (SELECT 1 FROM signpost s WHERE s.block >= signpost_group.id << ${GROUP_SHIFT} AND s.block < (signpost_group.id + 1) << ${GROUP_SHIFT})`,
  ).run();
  db.prepare(`DELETE FROM signpost_slice WHERE id / ${SLICES} NOT IN (SELECT id FROM signpost_group)`).run();
}
