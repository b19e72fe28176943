import { Correlator } from '../delivery/correlate.js';
import { DEFAULT_LIMITS, OpenMessages } from '../delivery/open.js';
import { LineFramer } from '../log/lines.js';
import type { Format } from '../log/read.js';
import { Timestamps } from '../log/timestamp.js';
import type { Zone } from '../log/zone.js';
import { compare, HEAD_BYTES, hash, startsLike, Tail } from '../source/identity.js';
import type { Source } from '../source/source.js';
import type { IngestStore, SourcePosition } from '../store/store.js';
import { Collector } from './collector.js';
import { LineReader } from './line-reader.js';
import type { Writer } from './writer.js';

export interface IngestOptions {
  format: Format;
  zone: Zone;
  /** The year of the first line, for logs without one; `null` = from the file's mtime. */
  year: number | null;
  /** The host's name for lines that carry none. */
  host: string;
  /** Bytes of log after which a transaction is committed. */
  batchBytes: number;
  /** Told now and then how many bytes of uncompressed content have been read. */
  onProgress?: (source: Source, bytes: number) => void;
}

/** Events of a transaction: enough that its cost does not show, few enough that its log file stays small. */
const BATCH_EVENTS = 20_000;
/** Larger batches touch a row of the totals less often, and keep more in memory. */
export const BATCH_BYTES = 16 * 1024 * 1024;

/** What one source gave. */
export interface SourceResult {
  name: string;
  lines: number;
  mtaLines: number;
  notUnderstood: number;
  /** Bytes read in this run. */
  bytes: number;
  /** Bytes that an earlier run had read. */
  skipped: number;
  /** An unfinished last line was left for the next run. */
  unfinished: boolean;
  overlong: number;
}

/** One run over any number of sources, in the order in which they are given. Its state is in the store after each commit. */
export class Ingest {
  readonly #store: IngestStore;
  readonly #writer: Writer;
  readonly #options: IngestOptions;
  readonly #open = new OpenMessages();
  readonly #collector: Collector;
  readonly #correlator: Correlator;
  #broken = false;

  /**
   * @param store tells what earlier runs have left
   * @param writer takes what this run finds
   */
  constructor(store: IngestStore, writer: Writer, options: IngestOptions) {
    this.#store = store;
    this.#writer = writer;
    this.#options = options;
    for (const message of store.openMessages()) this.#open.put(message);
    this.#collector = new Collector(writer);
    this.#correlator = new Correlator(this.#open, this.#collector);
  }

  get totals(): Readonly<Collector['totals']> {
    return this.#collector.totals;
  }

  /** Open messages dropped because there were too many, or too old. */
  get dropped(): number {
    return this.#open.dropped;
  }

  /** A commit failed: nothing more can be stored in this run, everything before it is. */
  get broken(): boolean {
    return this.#broken;
  }

  /**
   * Reads a source from where the last run stopped and stores what it says.
   * @throws UserError when reading fails; everything before is stored
   */
  async read(source: Source): Promise<SourceResult> {
    const position = await this.#positionOf(source);
    const times = new Timestamps({
      zone: this.#options.zone,
      reference: source.modified,
      last: position.lastTime,
      year: this.#options.year,
    });
    const { format, host } = this.#options;
    const reader = new LineReader({ format, times, correlator: this.#correlator, host });
    const framer = new LineFramer(reader);
    const tail = new Tail();
    const start = position.position;
    const linesBefore = position.lines;
    const notUnderstoodBefore = position.notUnderstood;
    let total = start;
    let committed = start;
    let head: Buffer = position.id === null ? Buffer.alloc(0) : await source.head(HEAD_BYTES);

    const commit = async () => {
      position.position = total - framer.pending;
      if (position.position === committed && this.#collector.waiting === 0) return;
      const before = tail.before(framer.pending);
      position.tailLength = before.length;
      position.tailHash = hash(before);
      const known = head.subarray(0, Math.min(position.position, HEAD_BYTES));
      position.headLength = known.length;
      position.headHash = hash(known);
      position.lastTime = times.last;
      position.lines = linesBefore + reader.counts.lines;
      position.notUnderstood = notUnderstoodBefore + reader.counts.notUnderstood;
      this.#open.enforce(DEFAULT_LIMITS, times.last);
      this.#broken = true;
      await this.#writer.commit({
        delivered: this.#collector.take(),
        open: this.#open.takeChanges(),
        source: position,
        samples: reader.takeSamples(),
      });
      this.#broken = false;
      committed = position.position;
    };

    let unfinished = false;
    try {
      for await (const chunk of source.read(start)) {
        if (head.length < HEAD_BYTES && total === head.length) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
        total += chunk.length;
        // Should the writer fail in the middle of a chunk, the rest of it was not read: nothing more may be committed.
        this.#broken = true;
        framer.push(chunk);
        this.#broken = false;
        tail.push(chunk, framer.pending);
        this.#options.onProgress?.(source, total - start);
        if (total - committed >= this.#options.batchBytes || this.#collector.waiting >= BATCH_EVENTS) await commit();
      }
      this.#broken = true;
      if (source.isFinal) framer.end();
      this.#broken = false;
      unfinished = framer.pending > 0;
    } finally {
      // After a failed commit what it took is gone from memory: the next run reads it again.
      if (!this.#broken) await this.#finish(commit);
    }
    return {
      name: source.name,
      ...reader.counts,
      bytes: total - start,
      skipped: start,
      unfinished,
      overlong: framer.overlong,
    };
  }

  /** The last commit of a source, stored before anything else is read: where the next one begins may depend on it. */
  async #finish(commit: () => Promise<void>): Promise<void> {
    await commit();
    this.#broken = true;
    await this.#writer.settled();
    this.#broken = false;
  }

  /** Where an earlier run stopped in this content, or the start of a new source. */
  async #positionOf(source: Source): Promise<SourcePosition> {
    const head = await source.head(HEAD_BYTES);
    const alike = this.#store.sourcesByHead((length, headHash) => startsLike(head, length, headHash));
    for (const known of alike) {
      const comparison = await compare(source, known);
      if (comparison === 'same') return { ...known, name: source.name };
      if (comparison === 'shorter') return known;
    }
    return {
      id: null,
      name: source.name,
      headLength: 0,
      headHash: '',
      tailLength: 0,
      tailHash: '',
      position: 0,
      lastTime: 0,
      lines: 0,
      notUnderstood: 0,
    };
  }
}
