import { endianness } from 'node:os';
import type { Database, Statement } from 'better-sqlite3';
import type { Span } from '../../report/range.js';
import { eventsIn } from './event-spans.js';
import { OUTCOME_IDS } from './outcomes.js';
import { delayOf, eventTexts } from './texts/event-texts.js';

/*
 * How long deferred mail took to arrive after all: of each hour the delays of all that recovered, one after the other. A median needs
 * each of them; from the events of a month it took half a second.
 */

const HOUR = 3_600_000;
const BYTES = 4;
/** Values of half of a delay's bits. */
const HALVES = 65_536;
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
    const value = storedDelay(delay);
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

function storedDelay(delay: number | null): number {
  return delay === null ? UNKNOWN : Math.min(Math.max(0, delay), UNKNOWN - 1);
}

/** Highest byte first, as the migration writes those of earlier versions. */
function packed(delays: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(delays.length * BYTES);
  for (const [index, delay] of delays.entries()) bytes.writeUInt32BE(delay, index * BYTES);
  return bytes;
}

function unpacked(parts: readonly Buffer[]): Uint32Array {
  const bytes = Buffer.from(new ArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0)));
  let at = 0;
  for (const part of parts) at += part.copy(bytes, at);
  // Numbers of this machine have their lowest byte first.
  if (endianness() === 'LE') bytes.swap32();
  return new Uint32Array(bytes.buffer);
}

export interface Recoveries {
  count: number;
  /** ms, of those whose message's arrival is known; `null` = of none. */
  median: number | null;
  longest: number | null;
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
  return summaryOf(unpacked([...hours, packed(inEdges)]));
}

/**
 * The median is found by the upper halves of the delays, then the lower halves of those that share its upper half: sorting a million takes ten
 * times as long. What is not known stands behind all others.
 */
function summaryOf(delays: Uint32Array): Recoveries {
  const ofUpper = new Uint32Array(HALVES);
  let unknown = 0;
  let longest = 0;
  for (let index = 0; index < delays.length; index++) {
    const delay = delays[index] as number;
    (ofUpper[delay >>> 16] as number)++;
    if (delay === UNKNOWN) unknown++;
    else if (delay > longest) longest = delay;
  }
  const known = delays.length - unknown;
  if (known === 0) return { count: delays.length, median: null, longest: null };
  const upper = placeIn(ofUpper, Math.floor(known / 2));
  const ofLower = new Uint32Array(HALVES);
  for (let index = 0; index < delays.length; index++) {
    const delay = delays[index] as number;
    if (delay >>> 16 === upper.value) (ofLower[delay & (HALVES - 1)] as number)++;
  }
  return { count: delays.length, median: upper.value * HALVES + placeIn(ofLower, upper.rest).value, longest };
}

/** Which value stands at a place, and how far behind the first one of its kind. */
function placeIn(counts: Uint32Array, place: number): { value: number; rest: number } {
  let rest = place;
  let value = 0;
  while (rest >= (counts[value] as number)) rest -= counts[value++] as number;
  return { value, rest };
}

function delaysFromEvents(db: Database, span: Span): number[] {
  const { from, where } = eventsIn(span);
  return db
    .prepare<unknown[], number>(`SELECT e.id FROM ${from} WHERE ${where.text} AND outcome = ${OUTCOME_IDS.recovered}`)
    .pluck()
    .all(...where.values)
    .map((event) => storedDelay(delayOf(eventTexts(db), event)));
}
