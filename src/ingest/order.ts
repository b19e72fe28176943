import { newEnvelope, readEnvelope } from '../log/envelope.js';
import { LineFramer } from '../log/lines.js';
import { Timestamps } from '../log/timestamp.js';
import type { Zone } from '../log/zone.js';
import { HEAD_BYTES } from '../source/identity.js';
import type { Source } from '../source/source.js';

/**
 * Sources in the order in which their logs were written, whatever the order of the arguments: a delivery's
 * deferral in `mail.log.1` must be known when its end in `mail.log` is read.
 */
export async function inLogOrder(sources: readonly Source[], zone: Zone, year: number | null): Promise<Source[]> {
  const timed = await Promise.all(sources.map(async (source) => ({ source, time: await firstTime(source, zone, year) })));
  return timed.sort((a, b) => a.time - b.time || (a.source.name < b.source.name ? -1 : 1)).map(({ source }) => source);
}

/** UTC ms of the first time stamp; the last change where there is none to be found. */
async function firstTime(source: Source, zone: Zone, year: number | null): Promise<number> {
  if (source.kind === 'cursor') return source.modified;
  const times = new Timestamps({ zone, reference: source.modified, year });
  const envelope = newEnvelope();
  let first = 0;
  const framer = new LineFramer({
    line: (bytes, start, end) => {
      if (first !== 0) return;
      const line = bytes.toString('latin1', start, end + 1);
      if (readEnvelope(line, 0, end - start, envelope)) first = times.read(line, envelope) || 0;
    },
  });
  try {
    framer.push(await source.head(HEAD_BYTES));
    framer.end();
  } catch {
    // What cannot be read is reported when it is read.
    return source.modified;
  }
  return first || source.modified;
}
