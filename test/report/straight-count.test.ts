import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/delivery/event.js';
import { BUCKETS, type Bucket, steps } from '../../src/report/buckets.js';
import { digest } from '../../src/report/digest.js';
import { type EventRow, type Filters, NO_FILTERS } from '../../src/report/question.js';
import { problemsIn } from '../../src/store/sqlite/check.js';
import { openForWriting } from '../../src/store/sqlite/open-for-writing.js';
import { SqliteReportStore } from '../../src/store/sqlite/report-store.js';
import { eachFirstFailure } from '../../src/store/sqlite/summary/first-failures.js';
import { PackedWriter } from '../../src/store/sqlite/summary/packed-writer.js';
import { ProviderKeys } from '../../src/store/sqlite/summary/provider-keys.js';
import { SummaryWriter } from '../../src/store/sqlite/summary/summaries.js';
import { ingest, ingestToEnd, memoryDatabase, sourceOf } from '../ingest/memory.js';
import { scratch } from '../run.js';

const HOUR = 3_600_000;
/** Two days around the end of summer time in Europe (01:00 UTC) and a week before that of North America. */
const START = Date.parse('2026-10-24T18:00:00Z');
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];

const REPLIES = [
  '452 4.2.2 mailbox full',
  '451 4.7.1 greylisted',
  '550 5.1.1 user unknown',
  '554 5.7.1 192.0.2.9 blocked using zen.spamhaus.org',
  '450 4.7.1 192.0.2.9 blocked using bl.spamcop.net',
];

interface Try {
  minute: number;
  delivery: number;
  reply: number;
  end: string;
}

const tries = fc.array(
  fc.record<Try>({
    minute: fc.nat(48 * 60),
    delivery: fc.nat(3),
    reply: fc.nat(REPLIES.length - 1),
    end: fc.constantFrom('deferred', 'deferred', 'deferred', 'bounced', 'sent'),
  }),
  { maxLength: 40, size: 'max' },
);

function linesOf(all: readonly Try[]): string {
  return [...all]
    .sort((a, b) => a.minute - b.minute)
    .map(({ minute, delivery, reply, end }, index) => {
      // One that is known, so that a reply is kept for it alone, and one that is not.
      const mx = minute % 3 === 0 ? 'gmail-smtp-in.l.google.com' : 'mx.e.example';
      const said =
        end === 'sent'
          ? '250 OK'
          : `host ${mx}[192.0.2.1] said: ${REPLIES[reply]} (in reply to ${minute % 2 === 0 ? 'RCPT TO' : 'end of DATA'} command)`;
      const stamp = new Date(START + minute * 60_000 + index).toISOString();
      // Of one delivery nobody says who sent it.
      const from =
        delivery === 3 ? '' : `${stamp} h postfix/qmgr[1]: AAAAAA${delivery}: from=<s${delivery % 2}@s.example>, size=1, nrcpt=1 (queue active)\n`;
      return `${from}${stamp} h postfix/smtp[1]: AAAAAA${delivery}: to=<u${delivery}@d${delivery % 2}.example>, relay=${mx}[192.0.2.1]:25, delay=1, dsn=4.0.0, status=${end} (${said})\n`;
    })
    .join('');
}

/** Which delivery each event belongs to: one that has ended is followed by another. */
function withDelivery(events: readonly EventRow[]): { event: EventRow; delivery: string }[] {
  const ended = new Map<string, number>();
  return events.map((event) => {
    const name = `${event.host} ${event.queueId} ${event.recipient}`;
    const serial = ended.get(name) ?? 0;
    if (event.outcome !== 'deferred') ended.set(name, serial + 1);
    return { event, delivery: `${name} ${serial}` };
  });
}

/** How far in an hour a range begins or ends, ms. */
const minutes = fc.constantFrom(0, 0, 17, 30).map((minute) => minute * 60_000);

/** Figures by cause, counted one by one. */
function countByCause(events: readonly { event: EventRow; delivery: string }[], since: number, until: number): Record<string, unknown> {
  const causes: Record<string, { hard: Set<string>; soft: Set<string>; all: Set<string> }> = {};
  for (const { event, delivery } of events) {
    if (event.time < since || event.time >= until || event.outcome === 'recovered' || event.outcome === 'rejected') continue;
    causes[event.cause] ??= { hard: new Set(), soft: new Set(), all: new Set() };
    causes[event.cause]?.[event.outcome === 'deferred' ? 'soft' : 'hard'].add(delivery);
    causes[event.cause]?.all.add(delivery);
  }
  return Object.fromEntries(Object.entries(causes).map(([cause, { hard, soft, all }]) => [cause, [hard.size, soft.size, all.size]]));
}

const filters = fc.record<Partial<Filters>>(
  { domain: fc.constantFrom([], ['d0.example']), cause: fc.constantFrom([], ['mailbox-full', 'greylisted']) },
  { requiredKeys: [] },
);

/** This host may be anywhere: its days are what is summed up. */
const OWN_ZONE = process.env.TZ;
afterEach(() => {
  if (OWN_ZONE === undefined) delete process.env.TZ;
  else process.env.TZ = OWN_ZONE;
});

/** @param summed how much of the log comes before everything is summed up; the rest comes after it, and some of that is summed up again */
async function storeOf(all: readonly Try[], summed: number): Promise<SqliteReportStore> {
  process.env.TZ = ZONES[summed % ZONES.length];
  const db = memoryDatabase();
  const log = Buffer.from(linesOf(all));
  const cut = log.indexOf('\n', Math.floor((log.length * summed) / 100)) + 1;
  await ingest(db, [sourceOf(log.subarray(0, cut))]);
  new SummaryWriter(db).summarizeAll();
  await ingest(db, [sourceOf(log)]);
  if (summed % 2 === 1) new SummaryWriter(db).summarizeAll();
  expect(problemsIn(db)).toEqual([]);
  return new SqliteReportStore(db);
}

/** Days from both sides of a summary: every group that has one, against the same question of the events alone (a filter that holds for all leads there). */
const SUMMED = [
  'cause',
  'code',
  'domain',
  'provider',
  'sender',
  'outcome',
  'enhanced',
  'stage',
  'host',
  'listing',
  'reply',
  'sender-domain',
] as const;

describe('reports count what a straight count of the events counts', () => {
  it('trend: in every hour, day and week of every zone, with any filter', async () => {
    let mail = 0;
    await fc.assert(
      fc.asyncProperty(
        tries,
        filters,
        fc.constantFrom(...ZONES),
        fc.constantFrom<Bucket>(...BUCKETS),
        fc.nat(40 * 60),
        fc.integer({ min: 1, max: 30 * 60 }),
        fc.nat(100),
        async (all, some, zone, bucket, from, length, summed) => {
          const store = await storeOf(all, summed);
          const asked = { ...NO_FILTERS, ...some };
          const events = withDelivery([...store.events({ range: { since: null, until: null }, filters: NO_FILTERS, limit: 0 })]).filter(
            ({ event }) =>
              (asked.domain.length === 0 || asked.domain.includes(event.recipientDomain ?? '')) &&
              (asked.cause.length === 0 || asked.cause.includes(event.cause)),
          );
          const range = { since: START + from * 60_000, until: START + (from + length) * 60_000 };
          const answer = store.trend({ by: 'cause', range, bucket, zone, filters: asked, limit: 0, compare: false, now: range.until });
          const expected = steps(range.since, range.until, bucket, zone).map((step) =>
            countByCause(events, Math.max(step.since, range.since), Math.min(step.until, range.until)),
          );
          const found = answer.steps.map((_, index) =>
            Object.fromEntries(
              answer.groups.flatMap(({ key, values }) => {
                const value = values[index];
                return value === null || value === undefined || value.deliveries === 0
                  ? []
                  : [[String(key), [value.hard, value.soft, value.deliveries]]];
              }),
            ),
          );
          // Recovered deliveries stand in no step: a table of failures alone is compared.
          expect(found.map((step) => withoutRecovered(step))).toEqual(expected);
          for (const { since, until, delivered, all: failures } of answer.steps) {
            const { rows, totals } = store.top({ by: ['outcome'], range: { since, until }, filters: asked, sort: 'deliveries', limit: 0 });
            if (failures === null) expect(totals.delivered).toBe(0);
            else expect([delivered, failures.deliveries]).toEqual([totals.delivered, rows.reduce((sum, row) => sum + row.deliveries, 0)]);
            mail += totals.delivered ?? 0;
          }
          store.close();
        },
      ),
      { numRuns: 150 },
    );
    expect(mail).toBeGreaterThan(0);
  });

  it('the digest: totals and causes of a span and of the one before, and what most of a group is', async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(tries, fc.nat(30), fc.integer({ min: 1, max: 18 }), fc.nat(100), minutes, async (all, from, length, summed, late) => {
        const store = await storeOf(all, summed);
        const events = withDelivery([...store.events({ range: { since: null, until: null }, filters: NO_FILTERS, limit: 0 })]);
        const range = { since: START + from * HOUR + late, until: START + (from + length) * HOUR + late };
        const answer = digest(store, { range, now: range.until, limit: 0 });
        const sum = (since: number, until: number, outcomes: string[]) =>
          new Set(
            events
              .filter(({ event }) => event.time >= since && event.time < until && outcomes.includes(event.outcome))
              .map(({ delivery }) => delivery),
          ).size;
        expect([answer.totals.hard, answer.totals.soft]).toEqual([
          sum(range.since, range.until, ['bounced', 'expired']),
          sum(range.since, range.until, ['deferred']),
        ]);
        expect([answer.totalsBefore.hard, answer.totalsBefore.soft]).toEqual([
          sum(range.since - length * HOUR, range.since, ['bounced', 'expired']),
          sum(range.since - length * HOUR, range.since, ['deferred']),
        ]);
        const causes = Object.fromEntries(answer.groups.cause.rows.map(({ key, hard, soft, deliveries }) => [String(key), [hard, soft, deliveries]]));
        expect(withoutRecovered(causes)).toEqual(countByCause(events, range.since, range.until));
        for (const row of [...answer.groups.domain.rows, ...answer.groups.provider.rows, ...answer.groups.sender.rows]) {
          if (row.mainCause === null) continue;
          told++;
          const own = events.filter(({ event }) => [event.recipientDomain, event.provider, event.sender].includes(row.key as string | null));
          const counts = Object.entries(countByCause(own, range.since, range.until)).map(
            ([cause, figures]) => [cause, (figures as number[])[2] ?? 0] as const,
          );
          const [, deliveries = 0] = counts.find(([cause]) => cause === row.mainCause?.cause) ?? [];
          expect(deliveries / row.deliveries).toBeGreaterThanOrEqual(row.mainCause.share);
          // A delivery that failed for two causes counts for both.
          if (row.mainCause.share > 0.5) expect(deliveries).toBeGreaterThan(row.deliveries / 2);
        }
        store.close();
      }),
      { numRuns: 100 },
    );
    expect(told).toBeGreaterThan(20);
  });

  it('top: by each group that has summaries, from these as from everything', async () => {
    await fc.assert(
      fc.asyncProperty(
        tries,
        fc.nat(40),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(100),
        // Eleven times as long, there are weeks.
        fc.constantFrom(1, 11),
        fc.constantFrom<Outcome[]>([], [], ['bounced', 'expired'], ['deferred'], ['deferred', 'expired'], ['recovered']),
        minutes,
        minutes,
        async (all, from, length, summed, stretch, outcome, since, until) => {
          const tried = all.map((one) => ({ ...one, minute: one.minute * stretch }));
          const store = await storeOf(tried, summed);
          const range = { since: START + from * stretch * HOUR + since, until: START + (from + length) * stretch * HOUR + until };
          for (const by of SUMMED) {
            const ask = (host: string[]) => store.top({ by: [by], range, filters: { ...NO_FILTERS, host }, sort: 'deliveries', limit: 0 });
            // A filter that holds for everything: the summaries do not know hosts.
            const { all: sum, rows, totals } = ask([]);
            const expected = ask(['*']);
            expect({ sum, rows, totals }).toEqual({ sum: expected.all, rows: expected.rows, totals: expected.totals });
            // Some outcomes, and step by step.
            const some = (host: string[]) => ({ ...NO_FILTERS, host, outcome });
            const ofOutcomes = (host: string[]) => store.top({ by: [by], range, filters: some(host), sort: 'deliveries', limit: 0 });
            expect(ofOutcomes([])).toEqual(ofOutcomes(['*']));
            const steps = (host: string[], limit: number) =>
              store.trend({
                by,
                range,
                bucket: 'day',
                zone: ZONES[summed % ZONES.length] ?? 'UTC',
                filters: some(host),
                limit,
                compare: true,
                now: range.until,
              });
            const { groups, ...trend } = steps(['*'], 0);
            expect(steps([], 2)).toEqual({ ...trend, groups: groups.slice(0, 2), more: Math.max(0, groups.length - 2) });
            for (const sort of ['hard', 'deliveries'] as const) {
              const limit = 1 + (length % 3);
              const few = store.top({ by: [by], range, filters: NO_FILTERS, sort, limit });
              const sorted = store.top({ by: [by], range, filters: NO_FILTERS, sort, limit: 0 });
              expect([few.rows, few.more, few.all]).toEqual([sorted.rows.slice(0, limit), Math.max(0, rows.length - limit), sum]);
            }
            // Some of the groups, asked for by name, are what they are among all.
            const only = rows.filter((_, index) => index % 2 === 0).map(({ keys }) => keys[0] ?? null);
            const chosen = store.groups({ by: [by], range, filters: NO_FILTERS, sort: 'deliveries', limit: 0, only });
            expect(chosen.rows.map((row) => ({ ...row, share: 0 }))).toEqual(
              rows.filter(({ keys }) => only.includes(keys[0] ?? null)).map((row) => ({ ...row, share: 0 })),
            );
          }
          // What the page's picture asks for.
          const named = ['no-such', 'GOOGLE', 'e.example', ''].slice(from % 3);
          const picture = (host: string[]) =>
            store.groups({ by: ['cause', 'provider'], range, filters: { ...NO_FILTERS, host, provider: named }, sort: 'deliveries', limit: 0 });
          expect(picture([])).toEqual(picture(['*']));
          for (const provider of ['GOOGLE', 'e.example']) {
            const ofOne = (host: string[]) =>
              store.top({ by: ['cause'], range, filters: { ...NO_FILTERS, host, provider: [provider] }, sort: 'deliveries', limit: 0 });
            expect(ofOne([])).toEqual(ofOne(['*']));
            const filters = { ...NO_FILTERS, provider: [provider] };
            const only = ofOne([])
              .rows.slice(1)
              .map(({ keys }) => keys[0] ?? null);
            const some = store.groups({ by: ['cause'], range, filters, sort: 'deliveries', limit: 0, only });
            expect(some.rows.map(({ keys }) => keys[0] ?? null)).toEqual(only);
          }
          store.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('what is added up of an hour while its log is read is what the totals and events tell', async () => {
    let gathered = 0;
    await fc.assert(
      fc.asyncProperty(tries, fc.nat(100), async (all, cutAt) => {
        const path = join(scratch(), 'b.db');
        const log = Buffer.from(linesOf(all));
        const cut = log.indexOf('\n', Math.floor((log.length * cutAt) / 100)) + 1;
        for (const part of [log.subarray(0, cut), log]) await ingestToEnd(openForWriting(path), [sourceOf(part)]);
        const db = openForWriting(path);
        const hours = db.prepare('SELECT DISTINCT hour FROM totals ORDER BY hour').pluck().all() as number[];
        const packed = db.prepare('SELECT by, start, first, rows FROM packed_summary WHERE hours = 1 ORDER BY by, start, first');
        const before = packed.all();
        gathered += before.length;
        const writer = new PackedWriter(db, new ProviderKeys(db));
        for (const hour of hours) writer.putHour(hour);
        // Which reply of a value comes first is nothing that is asked for.
        const inOrder = (rows: unknown[]) =>
          (rows as { by: number; start: number; first: number; rows: Buffer }[]).map(({ by, start, first, rows: bytes }) => {
            const firsts: string[] = [];
            if (by >= 8) eachFirstFailure(bytes, (...one) => firsts.push(one.join(' ')));
            return [by, start, first, by >= 8 ? firsts.sort().join() : bytes.toString('hex')];
          });
        expect(inOrder(before)).toEqual(inOrder(packed.all()));
        db.close();
      }),
    );
    expect(gathered).toBeGreaterThan(100);
  });

  it('causes of providers: also of one that is not among those with the most failures of its day', async () => {
    const db = memoryDatabase();
    const lines = Array.from({ length: 60 }, (_, provider) =>
      Array.from({ length: provider + 1 }, (__, mail) => {
        const stamp = new Date(START + (provider * 5 + mail) * 60_000).toISOString();
        const mx = `mx.p${provider}.example`;
        return `${stamp} h postfix/smtp[1]: AAAA${provider}X${mail}: to=<u@d.example>, relay=${mx}[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host ${mx}[192.0.2.1] said: ${REPLIES[2]})\n`;
      }).join(''),
    );
    await ingest(db, [sourceOf(Buffer.from(lines.join('')))]);
    new SummaryWriter(db).summarizeAll();
    expect(db.prepare('SELECT count(*) FROM summary WHERE by = 12').pluck().get()).toBeGreaterThan(20);
    const store = new SqliteReportStore(db);
    const range = { since: START, until: START + 72 * HOUR };
    const ask = (host: string[]) =>
      store.groups({
        by: ['provider', 'cause'],
        range,
        filters: { ...NO_FILTERS, host, provider: ['p0.example', 'p9.example', 'p59.example'] },
        sort: 'deliveries',
        limit: 0,
      });
    expect(ask([]).rows.map(({ keys, hard }) => [keys[0], hard])).toEqual([
      ['p59.example', 60],
      ['p9.example', 10],
      ['p0.example', 1],
    ]);
    expect(ask([])).toEqual(ask(['*']));
    store.close();
  });

  it('top: of a sender, by events where there are few, as by totals', async () => {
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(
        tries,
        fc.constantFrom(...SUMMED),
        fc.constantFrom(...SUMMED),
        fc.constantFrom('s0', 's1'),
        fc.nat(40),
        fc.integer({ min: 1, max: 40 }),
        minutes,
        fc.nat(100),
        async (all, by, within, sender, from, length, cut, summed) => {
          const store = await storeOf(all, summed);
          const range = { since: START + from * HOUR + cut, until: START + (from + length) * HOUR + cut };
          const ask = (asked: string) =>
            store.top({ by: [by, within], range, filters: { ...NO_FILTERS, sender: [asked] }, sort: 'deliveries', limit: 0 });
          const fromEvents = ask(`${sender}@s.example`);
          // Patterns are counted from the totals.
          expect(fromEvents).toEqual(ask(`${sender}@*`));
          failures += fromEvents.all.deliveries;
          store.close();
        },
      ),
      { numRuns: 60 },
    );
    expect(failures).toBeGreaterThan(0);
  });

  it('top: by sender, with mail in more scattered hours than a condition can name', async () => {
    const hours = Array.from({ length: 1200 }, (_, index) => index * 120);
    const db = memoryDatabase();
    await ingest(db, [sourceOf(Buffer.from(linesOf(hours.map((minute, delivery) => ({ minute, delivery, reply: 2, end: 'bounced' })))))]);
    const first = START / HOUR;
    new SummaryWriter(db).summarize(first - (first % 24) + 48);
    const store = new SqliteReportStore(db);
    const range = { since: START, until: START + 2400 * HOUR };
    const { all } = store.top({ by: ['sender'], range, filters: NO_FILTERS, sort: 'deliveries', limit: 0 });
    expect(all).toEqual({ hard: 1200, soft: 0, deliveries: 1200 });
    store.close();
  });
});

function withoutRecovered(causes: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(causes).filter(([, figures]) => (figures as number[])[0] !== 0 || (figures as number[])[1] !== 0));
}
