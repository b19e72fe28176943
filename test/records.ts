import { newEnvelope, readEnvelope } from '../src/log/envelope.js';
import { RecordReader } from '../src/log/read.js';
import type { LogRecord, Mta } from '../src/log/record.js';
import { Timestamps } from '../src/log/timestamp.js';
import { zoneOf } from '../src/log/zone.js';

export interface ReadLine {
  time: string;
  host: string;
  mta: Mta;
  record: LogRecord | null;
}

/** Reads one line as the ingester does; `null` when it is not an MTA's. */
export function readLine(line: string, zone = 'UTC'): ReadLine | null {
  const block = `${Buffer.from(line, 'utf8').toString('latin1')}\n`;
  const envelope = newEnvelope();
  if (!readEnvelope(block, 0, block.length - 1, envelope)) return null;
  const reader = new RecordReader();
  const mta = reader.mtaOf(block, envelope);
  if (mta === null) return null;
  const times = new Timestamps({ zone: zoneOf(zone), reference: Date.UTC(2026, 10, 24, 12) });
  return {
    time: new Date(times.read(block, envelope)).toISOString(),
    host: block.slice(envelope.host, envelope.hostEnd),
    mta,
    record: reader.read(block, envelope, mta),
  };
}

/** The record of a Postfix text, as smtp[1] on host mx1 would have logged it. */
export function postfix(text: string, daemon = 'smtp'): LogRecord | null {
  return readLine(`2026-11-24T07:54:47.000000+00:00 mx1 postfix/${daemon}[1]: ${text}`)?.record ?? null;
}

/** The record of a line of Exim's main log. */
export function exim(text: string): LogRecord | null {
  return readLine(`2026-11-24 07:54:47 ${text}`)?.record ?? null;
}
