import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bouncelog, type EventJson, eventsOf, FIXTURES, scratch } from '../run.js';

/** One recipient's fate, written by the scenario that made the logs, not read from them. */
interface Truth {
  tag: string;
  rcpt: string;
  sender: string;
  cause: string | null;
  final: 'delivered' | 'bounced' | 'expired';
  stage?: string;
  reply?: string;
  listing?: string;
}

const LOGS = join(FIXTURES, 'real-logs');
const truth = readFileSync(join(LOGS, 'truth.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Truth);

const FILES: [tag: string, file: string][] = [
  ['p1', 'p1-mail.rfc3164.log'],
  ['p1', 'p1-mail.iso.log'],
  ['p1', 'p1-mail.rfc5424.log'],
  ['p2', 'p2-maillog_file.log'],
  ['e1', 'e1-mainlog'],
  ['e2', 'e2-mainlog'],
  ['e3', 'e3-mainlog'],
];

/** What the events say of one recipient: its last event decides. */
function fateOf(events: EventJson[]): string {
  const last = events.at(-1)?.outcome;
  return last === undefined || last === 'recovered' ? 'delivered' : last;
}

describe.each(FILES)('%s: %s', (tag, file) => {
  let events: EventJson[] = [];

  beforeAll(() => {
    const db = join(scratch(afterAll), `${file}.db`);
    const ran = bouncelog(['ingest', join(LOGS, file), '--db', db]);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('; 0 lines not understood');
    events = eventsOf(db);
  });

  it.each(truth.filter((one) => one.tag === tag))('$rcpt: $final, $cause', (one) => {
    const own = events.filter((event) => event.recipient === one.rcpt);
    expect(fateOf(own)).toBe(one.final);
    for (const event of own) expect(event['sender']).toBe(one.sender);
    if (one.cause === null) expect(own).toEqual([]);
    else expect(own.at(-1)?.cause).toBe(one.cause);
    if (one.stage && own.length > 0) expect(own.at(-1)?.['stage']).toBe(one.stage === 'unreachable' ? 'connect' : one.stage);
    if (one.reply && /^\d/.test(one.reply)) {
      expect(own.at(-1)?.['reply']).toBe(one.reply.replaceAll('|', ' ').replaceAll('{rcpt}', one.rcpt).replaceAll('{ip}', '192.0.2.10'));
    }
    if (one.listing) expect(own.at(-1)?.['listing']).toMatchObject({ subject: one.listing.split(' ')[1] });
  });
});

it('reads one run in three envelopes as the same events', () => {
  const folder = scratch();
  const [rfc3164, iso, rfc5424] = FILES.slice(0, 3).map(([, file]) => {
    const db = join(folder, `${file}.db`);
    bouncelog(['ingest', join(LOGS, file), '--db', db]);
    // RFC 3164 stamps have no fraction, RFC 5424 lines no daemon.
    return eventsOf(db).map((event) => ({ ...event, id: null, time: String(event['time']).slice(0, 19), transport: null, delay_seconds: null }));
  });
  expect(rfc3164).toEqual(iso);
  expect(rfc5424).toEqual(iso);
});
