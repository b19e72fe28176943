import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeliveryEvent } from '../../src/delivery/event.js';
import { NOT_MASKED, type PackedEvents, pack, ReceivedTemplates, SentTemplates, unpack } from '../../src/ingest/packed-events.js';
import { maskedTries } from '../../src/ingest/threaded-writer.js';
import type { Commit, Writer } from '../../src/ingest/writer.js';
import type { SqliteIngestStore } from '../../src/store/sqlite/ingest-store.js';
import { FIXTURES } from '../run.js';
import { eventsIn, ingest, interpretingWriter, memoryDatabase, sourceOf, totalsIn } from './memory.js';

/** Sends every event as to another thread: most masked, as when that one is behind, and some as they are. */
function packingWriter(store: SqliteIngestStore): Writer {
  const inner = interpretingWriter(store);
  const sent = new SentTemplates();
  const received = new ReceivedTemplates();
  let count = 0;
  return {
    event(event: DeliveryEvent) {
      const packed: PackedEvents = [];
      pack(packed, event, count++ % 3 === 0 ? NOT_MASKED : maskedTries(event), sent);
      for (const one of unpack(structuredClone(packed), received)) inner.event(one.event, one.masked);
    },
    keepUp: () => inner.keepUp(),
    commit: (commit: Commit) => inner.commit(commit),
    settled: () => inner.settled(),
    close: () => inner.close(),
  };
}

/** What servers say, braces and all, as Postfix logs it. */
function linesOfReplies(): string {
  const replies = readFileSync(join(FIXTURES, 'replies.jsonl'), 'utf8').trim().split('\n');
  return replies
    .map((line, index) => {
      const { text } = JSON.parse(line) as { text: string };
      const said = text.replaceAll(/[\r\n]+/g, ' ');
      const id = `4B${index.toString(16).toUpperCase().padStart(8, '0')}`;
      return `Nov 24 07:54:47 mx1 postfix/smtp[9]: ${id}: to=<u${index}@d.example>, relay=mx.d.example[192.0.2.7]:25, delay=1, delays=0/0/1/0, dsn=4.0.0, status=deferred (host mx.d.example[192.0.2.7] said: ${said} {number} (in reply to RCPT TO command))\n`;
    })
    .join('');
}

describe('events on their way to another thread', () => {
  const logs = readdirSync(join(FIXTURES, 'real-logs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /log|syslog/.test(entry.name) && !/\.(gz|jsonl?|md)$/.test(entry.name))
    .map((entry) => ({ name: entry.name, content: readFileSync(join(entry.parentPath, entry.name)) }));
  it.each([...logs, { name: 'replies', content: Buffer.from(linesOfReplies()) }])(
    'are the same masked and as they are: $name',
    async ({ content }) => {
      const [direct, packed] = [memoryDatabase(), memoryDatabase()];
      await ingest(direct, [sourceOf(content)]);
      await ingest(packed, [sourceOf(content)], {}, packingWriter);
      expect(eventsIn(packed)).toEqual(eventsIn(direct));
      expect(totalsIn(packed)).toEqual(totalsIn(direct));
    },
  );

  it('hold events at all', async () => {
    const db = memoryDatabase();
    await ingest(db, [sourceOf(Buffer.from(linesOfReplies()))], {}, packingWriter);
    expect(eventsIn(db).length).toBeGreaterThan(100);
  });

  it('name a template by its number from the second time on, as far as there are numbers', () => {
    const sent = new SentTemplates();
    const received = new ReceivedTemplates();
    const templates = Array.from({ length: 20_010 }, (_, index) => `550 no ${index} {recipient}`);
    for (const template of [...templates, ...templates]) expect(received.of(sent.numberOf(template))).toBe(template);
    expect(sent.numberOf(templates[7] as string)).toBe(7);
    expect(sent.numberOf(templates[20_005] as string)).toBe(templates[20_005]);
  });
});
