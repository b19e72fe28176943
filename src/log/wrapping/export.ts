import { EQUALS, LINE_FEED } from '../ascii.js';
import { type Framer, type LineSink, MAX_LINE_BYTES } from '../lines.js';
import { Window } from '../window.js';
import { ENTRY_FIELDS, type Entry, type EntryField, syslogLine } from './entry.js';

/** What begins the output of `journalctl -o export`. */
export function isJournalExport(head: Buffer): boolean {
  return head.subarray(0, 9).toString('latin1') === '__CURSOR=';
}

const WANTED = new Set<string>([...ENTRY_FIELDS, '__CURSOR', '__REALTIME_TIMESTAMP']);
/** An entry larger than this is no mail daemon's (a core dump, say): its end is looked for, its content dropped. */
const MAX_ENTRY_BYTES = 1024 * 1024;

/**
 * The journal's export format (systemd.io, "Journal Export Formats"): fields as `NAME=value`, or `NAME`, the length as 64 bits
 * little-endian and the bytes where a value holds control characters; a blank line ends an entry. Emits each entry as a syslog line.
 */
export class ExportFramer implements Framer {
  readonly #sink: LineSink;
  readonly #window: Window;
  #rest: Buffer = Buffer.alloc(0);
  #skip = 0;
  #overlong = 0;

  constructor(sink: LineSink, window = new Window()) {
    this.#sink = sink;
    this.#window = window;
  }

  get overlong(): number {
    return this.#overlong;
  }

  get pending(): number {
    return this.#rest.length + this.#skip;
  }

  push(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let end = this.#readEntry(data); end > 0; end = this.#readEntry(data)) data = data.subarray(end);
    this.#rest = Buffer.from(data);
    if (this.#rest.length > MAX_ENTRY_BYTES) this.#dropToNextEntry();
  }

  end(): void {
    if (this.#rest.length > 0) this.#readEntry(Buffer.concat([this.#rest, Buffer.from('\n\n')]));
    this.#rest = Buffer.alloc(0);
    this.#skip = 0;
  }

  /** @returns the bytes that the first entry takes, 0 when it has not ended */
  #readEntry(data: Buffer): number {
    const entry: Entry = {};
    let at = 0;
    while (at < data.length) {
      const lineEnd = data.indexOf(LINE_FEED, at);
      if (lineEnd < 0) return 0;
      if (lineEnd === at) {
        this.#emit(entry);
        return at + 1;
      }
      const equals = data.indexOf(EQUALS, at);
      if (equals >= 0 && equals < lineEnd) {
        take(entry, data.toString('latin1', at, equals), data, equals + 1, lineEnd);
        at = lineEnd + 1;
        continue;
      }
      if (lineEnd + 9 > data.length) return 0;
      const length = Number(data.readBigUInt64LE(lineEnd + 1));
      const valueStart = lineEnd + 9;
      // Not a length: the file is damaged here, and the rest of this field is looked for line by line.
      if (length > MAX_ENTRY_BYTES) {
        at = lineEnd + 1;
        continue;
      }
      if (valueStart + length + 1 > data.length) return 0;
      take(entry, data.toString('latin1', at, lineEnd), data, valueStart, valueStart + length);
      at = valueStart + length + 1;
    }
    return 0;
  }

  #emit(entry: Entry): void {
    const line = syslogLine(entry)?.line;
    if (line === undefined) return;
    if (line.length > MAX_LINE_BYTES) this.#overlong++;
    const bytes = Buffer.from(`${line.slice(0, MAX_LINE_BYTES)}\n`, 'latin1');
    const start = this.#window.put(bytes, this.#sink);
    this.#sink.line(this.#window.bytes, start, start + bytes.length - 1);
  }

  #dropToNextEntry(): void {
    const next = this.#rest.indexOf('\n\n');
    const dropped = next < 0 ? this.#rest.length - 1 : next + 2;
    this.#overlong++;
    this.#skip = next < 0 ? this.#skip + dropped : 0;
    this.#rest = Buffer.from(this.#rest.subarray(dropped));
  }
}

function take(entry: Entry, name: string, data: Buffer, start: number, end: number): void {
  if (WANTED.has(name)) entry[name as EntryField] ??= data.toString('utf8', start, end);
}
