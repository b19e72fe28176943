import { Correlator } from '../delivery/correlate.js';
import { FailedRecipients } from '../delivery/failed.js';
import { type OpenLimits, OpenMessages } from '../delivery/open.js';
import { type LineKinds, NO_LINES } from '../log/kinds.js';
import { type Framer, LineFramer } from '../log/lines.js';
import type { Format } from '../log/read.js';
import { Timestamps } from '../log/timestamp.js';
import { Window } from '../log/window.js';
import { ExportFramer, isJournalExport } from '../log/wrapping/export.js';
import type { Zone } from '../log/zone.js';
import { HEAD_BYTES, hash, Tail } from '../source/identity.js';
import { Replaced, type Source } from '../source/source.js';
import type { IngestStore, SourcePosition } from '../store/store.js';
import type { Anonymizer } from './anonymize.js';
import { Collector } from './collector.js';
import { LineReader } from './line-reader.js';
import { LineState, type LogKind } from './line-state.js';
import { type Located, locate } from './position.js';
import { QuickReader } from './quick-reader.js';
import type { Writer } from './writer.js';
import { firstYearOf } from './years.js';

export interface IngestOptions {
  format: Format;
  zone: Zone;
  /** The year of the first line, for logs without one; `null` = from the file's mtime. */
  year: number | null;
  /** The host's name for lines that carry none. */
  host: string;
  /** Bytes of log after which a transaction is committed. */
  batchBytes: number;
  /** Bounds on what is remembered of messages in the queue. */
  limits: OpenLimits;
  /** Hashes addresses before anything is made of them; `null` = they are stored as they are. */
  anonymizer: Anonymizer | null;
  /** When it is aborted, reading ends after the chunk under way, and what was read is stored. */
  signal?: AbortSignal;
  /** Told now and then how many bytes of uncompressed content have been read. */
  onProgress?: (source: Source, bytes: number) => void;
}

/** Events of a transaction: enough that its cost does not show, few enough that its log file stays small. */
const BATCH_EVENTS = 50_000;
/** Larger batches touch a row of the totals less often, and keep more in memory. */
export const BATCH_BYTES = 64 * 1024 * 1024;

/** A stream may go on for ever: what it brought is stored after this time. */
const STREAM_COMMIT_MS = 1_000;

const DAY = 86_400_000;

/** What one source gave. */
export interface SourceResult {
  name: string;
  /** The row that the store keeps of it; `null` when nothing was read of a new source. */
  sourceId: number | null;
  /** Lines of this run. */
  kinds: LineKinds;
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
  readonly #lineState: LineState;
  readonly #failed = new FailedRecipients();
  readonly #collector: Collector;
  readonly #correlator: Correlator;
  readonly #window = new Window();
  #forgotten = 0;
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
    this.#lineState = new LineState(options.host);
    const saved = store.lineState();
    if (saved !== null) this.#lineState.restore(saved);
    this.#failed.restore(store.failedPages());
    this.#collector = new Collector(writer, this.#failed);
    this.#correlator = new Correlator(this.#open, this.#collector);
  }

  get totals(): Readonly<Collector['totals']> {
    return this.#collector.totals;
  }

  /** Open messages dropped because there were too many, or too old. */
  get dropped(): number {
    return this.#open.dropped;
  }

  /** Lines that came in parts of which some were missing. */
  get incomplete(): number {
    return this.#lineState.fragments.lost;
  }

  /** A commit failed: nothing more can be stored in this run, everything before it is. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Where to go on in a source; its row in the store is known by the content. */
  locate(source: Source): Promise<Located> {
    return locate(source, this.#store);
  }

  /**
   * Reads a source from where the last run stopped and stores what it says.
   * @param begins what the content began with when it was looked at before; nothing is read of other content
   * @throws Replaced when other content has come in its place; everything before is stored
   * @throws UserError when reading fails; everything before is stored
   */
  async read(source: Source, begins?: Buffer): Promise<SourceResult> {
    const { position, head: firstBytes } = await this.locate(source);
    if (begins !== undefined && !firstBytes.subarray(0, begins.length).equals(begins)) throw new Replaced(source.name);
    // Nothing was in the file when we looked: what has come meanwhile, the next look sees with what came before it.
    if (source.kind === 'content' && (begins ?? firstBytes).length === 0) return nothingIn(source);
    const { format, zone } = this.#options;
    const year = this.#options.year ?? (position.lastTime === 0 ? await firstYearOf(source, firstBytes) : null);
    const times = new Timestamps({ zone, reference: source.modified, last: position.lastTime, year });
    const log = logKindOf(source, firstBytes);
    const reader = new LineReader({ format, times, correlator: this.#correlator, state: this.#lineState, log, anonymizer: this.#options.anonymizer });
    const quick = new QuickReader({
      reader,
      times,
      open: this.#open,
      collector: this.#collector,
      state: this.#lineState,
      window: this.#window,
      format,
    });
    const sink = this.#options.anonymizer === null ? quick : quick.readingAll;
    const framer: Framer = isJournalExport(firstBytes) ? new ExportFramer(sink, this.#window) : new LineFramer(sink, this.#window);
    const tail = new Tail();
    const start = position.position;
    const before = position.kinds;
    let total = start;
    let committed = start;
    let committedAt = Date.now();
    // Of a stream or a growing file more may come than its first look showed.
    let head: Buffer = position.id === null ? Buffer.alloc(0) : firstBytes;

    const commit = async () => {
      position.position = total - framer.pending;
      if (position.position === committed && this.#collector.waiting === 0) return;
      if (source.kind === 'content') identify(position, head, tail.before(framer.pending));
      position.cursor = reader.cursor ?? position.cursor;
      position.lastTime = times.last;
      position.kinds = sumOf(before, reader.kinds);
      quick.settle();
      // A damaged stamp in the future must not make everything else look old.
      this.#open.enforce(this.#options.limits, Math.min(times.last, source.modified + DAY));
      this.#broken = true;
      await this.#writer.commit({
        delivered: this.#collector.take(),
        open: this.#open.takeChanges(),
        source: position,
        samples: reader.takeSamples(),
        lineState: this.#lineState.save(),
        forgotten: this.#open.dropped - this.#forgotten,
        failedPages: this.#failed.takeChanges(),
        redelivered: this.#collector.takeRedelivered(),
      });
      this.#forgotten = this.#open.dropped;
      this.#broken = false;
      committed = position.position;
      committedAt = Date.now();
    };

    let unfinished = false;
    try {
      for await (const chunk of source.kind === 'content' ? source.read(start, firstBytes) : source.readAfter(position.cursor)) {
        if (head.length < HEAD_BYTES && total === head.length) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
        total += chunk.length;
        // Should the writer fail in the middle of a chunk, the rest of it was not read: nothing more may be committed.
        this.#broken = true;
        framer.push(chunk);
        this.#broken = false;
        tail.push(chunk, framer.pending);
        await this.#writer.keepUp();
        this.#options.onProgress?.(source, total - start);
        const isLong = source.size === null && Date.now() - committedAt >= STREAM_COMMIT_MS;
        if (total - committed >= this.#options.batchBytes || this.#collector.waiting >= BATCH_EVENTS || isLong) await commit();
        if (this.#options.signal?.aborted) break;
      }
      this.#broken = true;
      if (source.isFinal && !this.#options.signal?.aborted) framer.end();
      this.#broken = false;
      unfinished = framer.pending > 0;
    } finally {
      // After a failed commit what it took is gone from memory: the next run reads it again.
      if (!this.#broken) await this.#finish(commit);
    }
    return {
      name: source.name,
      sourceId: position.id,
      kinds: reader.kinds,
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
}

function nothingIn(source: Source): SourceResult {
  return { name: source.name, sourceId: null, kinds: { ...NO_LINES }, bytes: 0, skipped: 0, unfinished: false, overlong: 0 };
}

/** What the content is known by from now on. */
function identify(position: SourcePosition, head: Buffer, before: Buffer): void {
  position.tailLength = before.length;
  position.tailHash = hash(before);
  const known = head.subarray(0, Math.min(position.position, HEAD_BYTES));
  position.headLength = known.length;
  position.headHash = hash(known);
}

/** Exim's reject log is called so everywhere; under another name the headers that it keeps of a message tell it. */
function logKindOf(source: Source, head: Buffer): LogKind {
  return /reject/i.test(source.name.split('/').at(-1) ?? '') || head.includes('\nEnvelope-from: <') ? 'reject' : 'main';
}

function sumOf(a: LineKinds, b: LineKinds): LineKinds {
  const sum = { ...a };
  for (const kind of Object.keys(b) as (keyof LineKinds)[]) sum[kind] += b[kind];
  return sum;
}
