import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Interpreter } from '../../src/bounce/interpret.js';
import { DEFAULT_LIMITS } from '../../src/delivery/open.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { InterpretingWriter } from '../../src/ingest/interpreting-writer.js';
import { zoneOf } from '../../src/log/zone.js';
import { type Filters, GROUPS, type Group, NO_FILTERS, SORTS, type TopAnswer } from '../../src/report/question.js';
import type { Range } from '../../src/report/range.js';
import type { Source } from '../../src/source/source.js';
import { eventRows } from '../../src/store/sqlite/event-rows.js';
import { SqliteIngestStore } from '../../src/store/sqlite/ingest-store.js';
import { migrate } from '../../src/store/sqlite/migrate.js';
import { top } from '../../src/store/sqlite/top.js';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-24T00:00:00Z');

/** A database with the events of these lines. */
async function database(lines: string[]): Promise<Database.Database> {
  const db = new Database(':memory:');
  migrate(db);
  const content = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const source: Source = {
    kind: 'content',
    name: 'test',
    size: content.length,
    modified: START,
    isFinal: true,
    read: async function* (offset) {
      yield content.subarray(offset);
    },
    head: async (length) => content.subarray(0, length),
    slice: async (from, to) => content.subarray(from, to),
    close: async () => {},
  };
  const store = new SqliteIngestStore(db);
  const ingest = new Ingest(store, new InterpretingWriter(new Interpreter(), store), {
    format: 'auto',
    zone: zoneOf('UTC'),
    year: null,
    host: 'h',
    batchBytes: 1000,
    limits: DEFAULT_LIMITS,
    anonymizer: null,
  });
  await ingest.read(source);
  return db;
}

const REPLIES = [
  '452 4.2.2 mailbox full',
  '451 4.7.1 greylisted',
  '421 4.7.0 Too many connections',
  '554 5.7.1 blocked using zen.spamhaus.org',
  '550 5.1.1 user unknown',
];
const SENDER_DOMAINS = ['a.example', 'b.example'];
const HOSTS = ['mx1.c.example[192.0.2.1]', 'mx2.c.example[192.0.2.2]', 'gmail-smtp-in.l.google.com[192.0.2.3]'];

/** Tries of few deliveries with few replies, so that repeated and changing reasons are frequent. */
const attempts = fc.array(
  fc.record({
    hour: fc.nat(5),
    delivery: fc.nat(4),
    reply: fc.nat(REPLIES.length - 1),
    host: fc.nat(HOSTS.length - 1),
    end: fc.constantFrom('deferred', 'deferred', 'deferred', 'deferred', 'bounced', 'sent', 'expired'),
  }),
  { maxLength: 25 },
);

function linesOf(tries: { hour: number; delivery: number; reply: number; host: number; end: string }[]): string[] {
  const taken = tries.map(({ delivery }) => delivery).filter((delivery) => delivery !== 0);
  const queued = [...new Set(taken)].map(
    (delivery) =>
      `${new Date(START).toISOString()} h postfix/qmgr[1]: AAAAAA${delivery}: from=<s${delivery}@${SENDER_DOMAINS[delivery % 2]}>, size=1, nrcpt=1 (queue active)`,
  );
  const tried = tries
    .map((one, index) => ({ ...one, time: START + one.hour * HOUR + index * 1000 }))
    .sort((a, b) => a.time - b.time)
    .map(({ time, delivery, reply, host, end }) => {
      const id = `AAAAAA${delivery}`;
      const stamp = new Date(time).toISOString();
      if (end === 'expired') return `${stamp} h postfix/qmgr[1]: ${id}: from=<s${delivery}@a.example>, status=expired, returned to sender`;
      const said = end === 'sent' ? '250 OK' : `host ${HOSTS[host]} said: ${REPLIES[reply]} (in reply to RCPT TO command)`;
      return `${stamp} h postfix/smtp[1]: ${id}: to=<u${delivery % 3}@d${delivery % 2}.example>, relay=${HOSTS[host]}:25, delay=1, dsn=4.0.0, status=${end} (${said})`;
    });
  return [...queued, ...tried];
}

function figures(answer: TopAnswer): unknown {
  return {
    totals: { ...answer.totals, delivered: null },
    rows: answer.rows.map(({ keys, hard, soft, attempts: tries, deliveries, firstSeen, lastSeen }) => ({
      keys,
      hard,
      soft,
      tries,
      deliveries,
      firstSeen,
      lastSeen,
    })),
  };
}

const filters = fc.record<Partial<Filters>>(
  {
    outcome: fc.subarray(['deferred', 'bounced', 'expired', 'recovered']),
    cause: fc.subarray(['mailbox-full', 'greylisted']),
    mx: fc.subarray(['mx1.c.example', '*.google.com']),
    domain: fc.subarray(['d0.example', '*']),
    provider: fc.subarray(['google', '']),
    sender: fc.subarray(['s1@a.example', 's1@b.example', '*@b.example', '<>', '*']),
    host: fc.subarray(['h', '*']),
    code: fc.subarray(['4xx', '550']),
  },
  { requiredKeys: [] },
);

/** The beginning of an hour, or a time within it, in which some of its events lie. */
const moment = fc.tuple(fc.nat(5), fc.oneof(fc.constant(0), fc.nat(26))).map(([hour, seconds]) => START + hour * HOUR + seconds * 1000);

describe('top', () => {
  it('counts the same from the totals as from the events, for any range, group and filter', async () => {
    await fc.assert(
      fc.asyncProperty(
        attempts,
        fc.subarray([...GROUPS], { minLength: 1, maxLength: 3 }),
        filters,
        fc.option(moment),
        fc.option(moment),
        fc.constantFrom(...SORTS),
        fc.nat(3),
        async (tries, by, some, since, until, sort, limit) => {
          const db = await database(linesOf(tries));
          const range: Range = { since, until };
          // A recipient filter that lets everything pass makes the same question one for the events.
          const question = { by, range, filters: { ...NO_FILTERS, ...some }, sort, limit };
          const fromEvents = top(db, { ...question, filters: { ...question.filters, recipient: ['*'] } });
          expect(figures(top(db, question))).toEqual(figures(fromEvents));
          db.close();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('tells on which side of the beginning of a range a delivery was deferred in the hour that it cuts', async () => {
    const often = fc.array(
      fc.record({ hour: fc.nat(2), delivery: fc.nat(2), reply: fc.nat(1), host: fc.nat(1), end: fc.constantFrom('deferred', 'deferred', 'bounced') }),
      { minLength: 3, maxLength: 15 },
    );
    const second = fc.nat(15);
    const some = fc.constantFrom<Partial<Filters>>({}, { cause: ['mailbox-full'] }, { mx: ['mx1.c.example'] });
    const groups = fc.subarray<Group>(['cause', 'mx', 'outcome'], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(often, second, second, groups, some, async (tries, from, to, by, asked) => {
        const db = await database(linesOf(tries));
        const range: Range = { since: START + from * 1000 + 500, until: START + 2 * HOUR + to * 1000 + 500 };
        const question = { by, range, filters: { ...NO_FILTERS, ...asked }, sort: 'deliveries' as const, limit: 0 };
        const fromEvents = top(db, { ...question, filters: { ...question.filters, recipient: ['*'] } });
        expect(figures(top(db, question))).toEqual(figures(fromEvents));
        db.close();
      }),
      { numRuns: 200 },
    );
  });

  it('finds what whole addresses name as what patterns find', async () => {
    const whole = fc.record({
      recipient: fc.subarray(['u0@d0.example', 'U1@D1.Example', 'u2@d0.example', 'nobody@else.example']),
      sender: fc.subarray(['s1@b.example', 'S2@a.example', 's9@a.example']),
    });
    await fc.assert(
      fc.asyncProperty(attempts, whole, fc.option(fc.nat(5 * 3600)), async (tries, asked, to) => {
        const db = await database(linesOf(tries));
        const patterns = Object.fromEntries(Object.entries(asked).map(([name, values]) => [name, values.map((value) => value.replace(/.$/, '*'))]));
        const range: Range = { since: null, until: to === null ? null : START + to * 1000 };
        const answers = [asked, patterns].map((some) => {
          const filters: Filters = { ...NO_FILTERS, ...some };
          const rows = [...eventRows(db, { range, filters, limit: 3 })];
          return [rows, figures(top(db, { by: ['cause'], range, filters, sort: 'deliveries', limit: 0 }))];
        });
        expect(answers[0]).toEqual(answers[1]);
        db.close();
      }),
      { numRuns: 200 },
    );
  });

  it('counts a delivery that is deferred in three hours once', async () => {
    const one = { delivery: 0, reply: 0, host: 0, end: 'deferred' };
    const db = await database(linesOf([0, 1, 2].map((hour) => ({ ...one, hour }))));
    const question = { by: ['cause' as const], range: { since: null, until: null }, filters: NO_FILTERS, sort: 'deliveries' as const, limit: 0 };
    expect(top(db, question).rows).toMatchObject([{ keys: ['mailbox-full'], soft: 1, hard: 0, attempts: 3, deliveries: 1, share: 1 }]);
    expect(top(db, { ...question, range: { since: START + HOUR, until: null } }).rows).toMatchObject([{ soft: 1, attempts: 2 }]);
  });

  it('counts one that expires as soft and as hard, and as one delivery', async () => {
    const one = { delivery: 0, reply: 0, host: 0 };
    const db = await database(
      linesOf([
        { ...one, hour: 0, end: 'deferred' },
        { ...one, hour: 1, end: 'expired' },
      ]),
    );
    const answer = top(db, { by: ['cause'], range: { since: null, until: null }, filters: NO_FILTERS, sort: 'deliveries', limit: 0 });
    expect(answer.rows).toMatchObject([{ soft: 1, hard: 1, attempts: 1, deliveries: 1 }]);
    expect(answer.totals).toMatchObject({ deferred: 1, expired: 1, hard: 1, soft: 1 });
  });

  it('limits and sorts each level of nested groups', async () => {
    const tries = [0, 1, 2, 3, 4].map((delivery) => ({ hour: 0, delivery, reply: delivery % 2, host: delivery % 3, end: 'deferred' }));
    const db = await database(linesOf(tries));
    const answer = top(db, { by: ['cause', 'mx'], range: { since: null, until: null }, filters: NO_FILTERS, sort: 'deliveries', limit: 1 });
    expect(answer.rows.map(({ keys, deliveries }) => [...keys, deliveries])).toEqual([['mailbox-full', 'gmail-smtp-in.l.google.com', 1]]);
    expect(answer.more).toBe(1);
  });
});
