import type { Database, Statement } from 'better-sqlite3';
import type { Span } from '../../report/range.js';
import { OUTCOME_IDS } from './outcomes.js';

/*
 * How long deferred mail took to arrive after all: of each hour the delays of all that recovered, one after the other. A median needs
 * each of them; from the events of a month it took half a second.
 */

const HOUR = 3_600_000;
const BYTES = 4;
/** The arrival of the message is not known. */
const UNKNOWN = 0xffffffff;

/** Gathers the delays of a batch. */
export class RecoveryWriter {
  readonly #put: Statement;
  readonly #delays = new Map<number, number[]>();

  constructor(db: Database) {
    this.#put = db.prepare(
      'INSERT INTO recovery (hour, delays) VALUES (?, ?) ON CONFLICT DO UPDATE SET delays = CAST(delays || excluded.delays AS BLOB)',
    );
  }

  /** @param delay ms, `null` = not known */
  add(hour: number, delay: number | null): void {
    const value = delay === null ? UNKNOWN : Math.min(Math.max(0, delay), UNKNOWN - 1);
    const delays = this.#delays.get(hour);
    if (delays === undefined) this.#delays.set(hour, [value]);
    else delays.push(value);
  }

  /** Writes what was gathered, in the transaction of the events. */
  flush(): void {
    for (const [hour, delays] of this.#delays) this.#put.run(hour, packed(delays));
    this.#delays.clear();
  }
}

/** Highest byte first, as the migration writes those of earlier versions. */
function packed(delays: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(delays.length * BYTES);
  for (const [index, delay] of delays.entries()) bytes.writeUInt32BE(delay, index * BYTES);
  return bytes;
}

export interface Recoveries {
  count: number;
  /** ms, in rising order, of those whose message's arrival is known. */
  delays: Uint32Array;
}

/** What recovered in a span. */
export function recoveriesIn(db: Database, { since, until }: Span): Recoveries {
  const [first, end] = [Math.ceil(since / HOUR), Math.floor(until / HOUR)];
  const hours = db
    .prepare<[number, number], { delays: Buffer }>('SELECT delays FROM recovery WHERE hour >= ? AND hour < ?')
    .all(first, end)
    .map(({ delays }) => delays);
  const edges =
    first > end
      ? [{ since, until }]
      : [
          { since, until: first * HOUR },
          { since: end * HOUR, until },
        ];
  const inEdges = edges.filter((edge) => edge.since < edge.until).flatMap((edge) => delaysFromEvents(db, edge));
  const bytes = Buffer.concat([...hours, packed(inEdges)]);
  const delays = new Uint32Array(bytes.length / BYTES);
  for (let index = 0; index < delays.length; index++) delays[index] = bytes.readUInt32BE(index * BYTES);
  delays.sort();
  const known = delays.indexOf(UNKNOWN);
  return { count: delays.length, delays: known < 0 ? delays : delays.subarray(0, known) };
}

function delaysFromEvents(db: Database, { since, until }: Span): number[] {
  return db
    .prepare<[number, number], { delay: number }>(
      `SELECT ifnull(min(max(delay_ms, 0), ${UNKNOWN - 1}), ${UNKNOWN}) AS delay FROM event WHERE time >= ? AND time < ? AND outcome = ${OUTCOME_IDS.recovered}`,
    )
    .all(since, until)
    .map(({ delay }) => delay);
}
