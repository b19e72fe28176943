import type { Correlator } from '../delivery/correlate.js';
import { LOWER_M, OPEN_BRACKET } from '../log/ascii.js';
import { newEnvelope, readEnvelope } from '../log/envelope.js';
import { type LineKinds, NO_LINES } from '../log/kinds.js';
import { type Format, RecordReader } from '../log/read.js';
import type { LogRecord, Mta } from '../log/record.js';
import { readLastRepeated, readRepeated } from '../log/repeated.js';
import type { Timestamps } from '../log/timestamp.js';
import { unwrap } from '../log/wrapping/unwrap.js';
import type { Anonymizer } from './anonymize.js';
import type { HostState, LineState, LogKind } from './line-state.js';

/** Samples of lines not understood that a batch carries; more help nobody. */
const MAX_SAMPLES = 50;
/** A wrapping in a wrapping (docker's time stamps around compose's names) is real, more is not. */
const MAX_WRAPPINGS = 3;
/** What no honest daemon repeats; a damaged or hostile number must not keep a run busy. */
const MAX_REPEATS = 100_000;

export interface LineReaderOptions {
  format: Format;
  times: Timestamps;
  correlator: Correlator;
  state: LineState;
  log: LogKind;
  /** `null`: addresses are stored as they are. */
  anonymizer: Anonymizer | null;
}

/** The way of a line: envelope → MTA → record → correlator. */
export class LineReader {
  readonly kinds: LineKinds = { ...NO_LINES };
  /** The journal's name for the place after the last line, `null` outside the journal. */
  cursor: string | null = null;
  readonly #envelope = newEnvelope();
  readonly #lateEnvelope = newEnvelope();
  readonly #records: RecordReader;
  readonly #times: Timestamps;
  readonly #correlator: Correlator;
  readonly #state: LineState;
  readonly #log: LogKind;
  readonly #anonymizer: Anonymizer | null;
  #host: HostState;
  #samples: string[] = [];

  constructor(options: LineReaderOptions) {
    this.#records = new RecordReader(options.format);
    this.#times = options.times;
    this.#correlator = options.correlator;
    this.#state = options.state;
    this.#log = options.log;
    this.#anonymizer = options.anonymizer;
    this.#host = options.state.hostOf('');
  }

  /** Reads a line, Latin-1, with one character behind it. */
  read(line: string): void {
    this.#read(line, 0, line.length - 1, 0);
  }

  /** Reads a line that was counted when it came, at `time` (UTC ms): about the arrival of a message, nothing else is kept for later. */
  readLate(line: string, time: number): void {
    const envelope = this.#lateEnvelope;
    if (!readEnvelope(line, 0, line.length - 1, envelope)) return;
    const mta = this.#records.mtaOf(line, envelope);
    const record = mta === null ? null : this.#records.read(line, envelope, mta);
    if (mta !== null && record !== null) this.#correlator.apply(record, time, this.#hostAt(line, envelope.host, envelope.hostEnd).name, mta);
  }

  /** Samples since the last call. */
  takeSamples(): string[] {
    const samples = this.#samples;
    this.#samples = [];
    return samples;
  }

  #read(block: string, start: number, end: number, wrappings: number): void {
    const envelope = this.#envelope;
    if (!readEnvelope(block, start, end, envelope)) {
      this.#otherForm(block.slice(start, end), wrappings);
      return;
    }
    const mta = this.#records.mtaOf(block, envelope);
    const host = this.#hostAt(block, envelope.host, envelope.hostEnd);
    if (mta === null) {
      host.previous = null;
      // A program's name has no space in it: what looks like one stands inside a wrapping.
      const isWrapped = wrappings < MAX_WRAPPINGS && hasSpace(block, envelope.tag, envelope.tagEnd);
      if (!isWrapped || !this.#unwrapped(block.slice(start, end), wrappings)) this.kinds.foreign++;
      return;
    }
    let times = 1;
    const first = block.charCodeAt(envelope.text);
    if (first === LOWER_M) {
      const repeated = readRepeated(block, envelope.text, envelope.end);
      if (repeated !== null) {
        times = Math.min(repeated.times, MAX_REPEATS);
        envelope.text = repeated.start;
        envelope.end = repeated.end;
      }
    } else if (first === OPEN_BRACKET && mta === 'exim' && envelope.dialect !== 'exim') {
      const text = block.slice(envelope.text, envelope.end);
      const whole = this.#state.fragments.take(block.slice(envelope.host, envelope.text), text);
      if (whole !== text) {
        if (whole === null) this.kinds.other++;
        else this.#read(`${block.slice(start, envelope.text)}${whole}\n`, 0, envelope.text - start + whole.length, wrappings);
        return;
      }
    }
    this.#record(this.#records.read(block, envelope, mta), mta, host, times, block, start, end);
  }

  #record(read: LogRecord | null, mta: Mta, host: HostState, times: number, block: string, start: number, end: number): void {
    host.previous = null;
    const record = read === null || this.#anonymizer === null ? read : this.#anonymizer.record(read);
    if (record === null) {
      this.kinds.other++;
      return;
    }
    const time = this.#times.read(block, this.#envelope);
    if (record.kind === 'not-understood' || Number.isNaN(time)) {
      this.#notUnderstood(block.slice(start, end));
      return;
    }
    this.#apply(record, mta, host, time, times);
    // Only these can be written twice in a row, and they hold no view of the block.
    if (record.kind === 'attempt' || record.kind === 'rejected') host.previous = { record, mta };
  }

  #apply(record: LogRecord, mta: Mta, host: HostState, time: number, times: number): void {
    this.#count(record);
    for (let i = 0; i < times; i++) {
      const nth = record.kind === 'rejected' && mta === 'exim' ? host.refusals[this.#log].count(record, time) : 1;
      this.#correlator.apply(record, time, host.name, mta, nth);
    }
  }

  #count(record: LogRecord): void {
    const { kinds } = this;
    switch (record.kind) {
      case 'sent':
        if (record.to === 'world') kinds.delivered++;
        else kinds.handed_on++;
        break;
      case 'attempt':
        kinds[record.result]++;
        break;
      case 'accepted':
      case 'expired':
      case 'rejected':
        kinds[record.kind]++;
        break;
      case 'done':
        kinds.removed++;
        break;
      default:
        kinds.other++;
    }
  }

  /** A line without an envelope of its own: in a wrapping, or a repetition of the line before. */
  #otherForm(line: string, wrappings: number): void {
    if (wrappings < MAX_WRAPPINGS && this.#unwrapped(line, wrappings)) return;
    const repeated = readLastRepeated(line);
    if (repeated === null) {
      this.kinds.foreign++;
      return;
    }
    const host = this.#state.hostOf(repeated.host);
    const at = line.startsWith('<') ? line.indexOf('>') + 1 : 0;
    const dialect = /[A-Z]/.test(line.charAt(at)) ? 'rfc3164' : 'iso';
    const time = this.#times.read(`${line}\n`, { ...this.#envelope, dialect, time: at });
    if (host.previous === null || Number.isNaN(time)) this.kinds.foreign++;
    else this.#apply(host.previous.record, host.previous.mta, host, time, Math.min(repeated.times, MAX_REPEATS));
  }

  #unwrapped(line: string, wrappings: number): boolean {
    const inner = unwrap(line);
    if (inner === null) return false;
    if (inner.cursor !== null) this.cursor = inner.cursor;
    this.#read(`${inner.line}\n`, 0, inner.line.length, wrappings + 1);
    return true;
  }

  #notUnderstood(line: string): void {
    this.kinds.not_understood++;
    if (this.#samples.length >= MAX_SAMPLES) return;
    const sample = Buffer.from(line, 'latin1').toString('utf8').slice(0, 2000);
    this.#samples.push(this.#anonymizer === null ? sample : this.#anonymizer.text(sample));
  }

  /** Nearly every line is of the host of the line before: compared in place, that costs no string. */
  #hostAt(block: string, start: number, end: number): HostState {
    const { raw } = this.#host;
    if (raw.length !== end - start || !block.startsWith(raw, start)) this.#host = this.#state.hostOf(block.slice(start, end));
    return this.#host;
  }
}

function hasSpace(block: string, start: number, end: number): boolean {
  const space = block.indexOf(' ', start);
  return space >= 0 && space < end;
}
