import { COLON, OPEN_BRACKET, SPACE } from '../log/ascii.js';
import { areSame, type Bytes, bytesOf } from '../log/bytes.js';
import { newEnvelope, readEnvelope } from '../log/envelope.js';
import { HASH_START, hashOf, hashStep } from '../log/glance.js';
import type { RecordReader } from '../log/read.js';
import type { Mta } from '../log/record.js';
import type { HostState, LineState } from './line-state.js';

/** Who wrote a line, as it stands between the time stamp and the text: `host program`. */
export interface Origin {
  text: Bytes;
  length: number;
  host: HostState;
  /** Of the host's name. */
  hostHash: number;
  mta: Mta | null;
  /** Postfix's discard(8), which delivers to nobody. */
  isDiscard: boolean;
}

/** A log of a fleet has some hundreds; those beyond are read without this. */
const MAX_ORIGINS = 4096;
/** `host program` is not longer (RFC 5424 allows 255 for the host; nobody has such). */
const MAX_LENGTH = 200;

/** The origins of one source: a line of one that is known costs no string. */
export class Origins {
  readonly #window: Bytes;
  readonly #records: RecordReader;
  readonly #state: LineState;
  readonly #known = new Map<number, Origin | null>();
  /** The last origin with a length and the letters at its end: nearly always the one, and found without a hash. */
  readonly #recent: (Origin | undefined)[] = new Array(256).fill(undefined);

  constructor(window: Bytes, records: RecordReader, state: LineState) {
    this.#window = window;
    this.#records = records;
    this.#state = state;
  }

  /**
   * The origin that begins at `at` of the line `[start, end)`, and ends before `[` or `:`.
   * @returns `null` when it is none that can be told from these bytes alone
   */
  at(start: number, at: number, end: number): Origin | null {
    const { bytes } = this.#window;
    const limit = Math.min(end, at + MAX_LENGTH);
    let to = at;
    while (to < limit && bytes[to] !== OPEN_BRACKET && bytes[to] !== COLON) to++;
    if (to === limit) return null;
    const slot = ((to - at) * 31 + (bytes[to - 1] as number) * 7 + (bytes[to - 3] as number)) & 255;
    const recent = this.#recent[slot];
    if (recent !== undefined && this.#isAt(recent, at, to)) return recent;
    const found = this.#find(start, at, to, end);
    if (found !== null) this.#recent[slot] = found;
    return found;
  }

  #find(start: number, at: number, to: number, end: number): Origin | null {
    let hash = HASH_START;
    for (let i = at; i < to; i++) hash = hashStep(hash, this.#window.bytes[i] as number);
    const known = this.#known.get(hash);
    if (known === undefined) return this.#learn(hash, start, at, to, end);
    return known !== null && this.#isAt(known, at, to) ? known : null;
  }

  #isAt(origin: Origin, at: number, to: number): boolean {
    return origin.length === to - at && areSame(this.#window, at, origin.text, 0, origin.length);
  }

  #learn(hash: number, start: number, at: number, to: number, end: number): Origin | null {
    if (this.#known.size >= MAX_ORIGINS) return null;
    const { bytes } = this.#window;
    const origin = this.#originOf(bytes.toString('latin1', start, end + 1), at - start, to - start, Buffer.from(bytes.subarray(at, to)));
    this.#known.set(hash, origin);
    return origin;
  }

  #originOf(line: string, at: number, to: number, text: Buffer): Origin | null {
    const envelope = newEnvelope();
    if (!readEnvelope(line, 0, line.length - 1, envelope)) return null;
    const { host, hostEnd, tag, tagEnd } = envelope;
    // One space, between the two: what has more is looked at each time.
    if (host !== at || tagEnd !== to || tag !== hostEnd + 1 || text.indexOf(SPACE) !== text.lastIndexOf(SPACE)) return null;
    const state = this.#state.hostOf(line.slice(host, hostEnd));
    const mta = this.#records.mtaOf(line, envelope);
    return {
      text: bytesOf(text),
      length: text.length,
      host: state,
      hostHash: hashOf(state.name),
      mta,
      isDiscard: line.slice(tag, tagEnd).endsWith('/discard'),
    };
  }
}
