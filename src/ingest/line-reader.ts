import type { Correlator } from '../delivery/correlate.js';
import { newEnvelope, readEnvelope } from '../log/envelope.js';
import type { LineSink } from '../log/lines.js';
import { type Format, RecordReader } from '../log/read.js';
import type { Timestamps } from '../log/timestamp.js';

/** What was met in a source. */
export interface LineCounts {
  lines: number;
  /** Lines that Postfix or Exim wrote. */
  mtaLines: number;
  notUnderstood: number;
}

/** Samples of lines not understood that a batch carries; more help nobody. */
const MAX_SAMPLES = 50;

/** The way of a line: envelope → MTA → record → correlator. The hot path; a line that says nothing makes no object. */
export class LineReader implements LineSink {
  readonly counts: LineCounts = { lines: 0, mtaLines: 0, notUnderstood: 0 };
  readonly #envelope = newEnvelope();
  readonly #records: RecordReader;
  readonly #times: Timestamps;
  readonly #correlator: Correlator;
  readonly #defaultHost: string;
  readonly #hosts = new Map<string, string>();
  #samples: string[] = [];

  /** @param options.host the name of this host, for lines that carry none (Exim's main log) */
  constructor(options: { format: Format; times: Timestamps; correlator: Correlator; host: string }) {
    this.#records = new RecordReader(options.format);
    this.#times = options.times;
    this.#correlator = options.correlator;
    this.#defaultHost = options.host;
  }

  line(block: string, start: number, end: number): void {
    this.counts.lines++;
    const envelope = this.#envelope;
    if (!readEnvelope(block, start, end, envelope)) return;
    const mta = this.#records.mtaOf(block, envelope);
    if (mta === null) return;
    this.counts.mtaLines++;
    const record = this.#records.read(block, envelope, mta);
    if (record === null) return;
    const time = this.#times.read(block, envelope);
    if (record.kind === 'not-understood' || Number.isNaN(time)) {
      this.#notUnderstood(block.slice(start, end));
      return;
    }
    this.#correlator.apply(record, time, this.#hostOf(block.slice(envelope.host, envelope.hostEnd)), mta);
  }

  /** Samples since the last call. */
  takeSamples(): string[] {
    const samples = this.#samples;
    this.#samples = [];
    return samples;
  }

  #notUnderstood(line: string): void {
    this.counts.notUnderstood++;
    if (this.#samples.length < MAX_SAMPLES) this.#samples.push(Buffer.from(line, 'latin1').toString('utf8').slice(0, 2000));
  }

  /** One string for each host, that does not hold on to the block it was cut from. */
  #hostOf(name: string): string {
    if (name === '') return this.#defaultHost;
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = Buffer.from(name, 'latin1').toString('utf8');
      this.#hosts.set(host, host);
    }
    return host;
  }
}
