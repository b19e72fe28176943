import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Classifier } from '../../src/bounce/classify.js';
import { Interpreter } from '../../src/bounce/interpret.js';
import { allRules } from '../../src/bounce/rules.js';
import { DEFAULT_LIMITS } from '../../src/delivery/open.js';
import { Ingest } from '../../src/ingest/ingest.js';
import { InterpretingWriter } from '../../src/ingest/interpreting-writer.js';
import { zoneOf } from '../../src/log/zone.js';
import { NO_FILTERS } from '../../src/report/question.js';
import { problemsIn } from '../../src/store/sqlite/check.js';
import { SqliteIngestStore } from '../../src/store/sqlite/ingest-store.js';
import { prune } from '../../src/store/sqlite/prune.js';
import { reclassify } from '../../src/store/sqlite/reclassify.js';
import { SqliteReportStore } from '../../src/store/sqlite/report-store.js';
import { SummaryWriter } from '../../src/store/sqlite/summary/summaries.js';
import { PRIORS, TOTALS, totalsAsTable } from '../../src/store/sqlite/totals/as-table.js';
import { rebuildTotals } from '../../src/store/sqlite/totals/rebuild.js';
import { eventsIn, memoryDatabase, sourceOf, totalsIn } from '../ingest/memory.js';

const REPLIES = [
  '452 4.2.2 mailbox full',
  '554 5.7.1 the flux capacitor of 192.0.2.10 blocked using rbl.flux.example',
  '550 5.1.1 user unknown',
  '421 4.7.0 blocked using zen.spamhaus.org; 192.0.2.10',
];
const HOSTS = ['mx1.c.example[192.0.2.1]', 'mx2.c.example[192.0.2.2]'];

const tries = fc.array(
  fc.record({
    hour: fc.nat(4),
    delivery: fc.nat(3),
    reply: fc.nat(REPLIES.length - 1),
    host: fc.nat(HOSTS.length - 1),
    end: fc.constantFrom('deferred', 'deferred', 'deferred', 'suspended', 'bounced', 'sent', 'expired'),
  }),
  { maxLength: 20 },
);
type Try = { hour: number; delivery: number; reply: number; host: number; end: string };

function contentOf(list: readonly Try[]): Buffer {
  const lines = list
    .map((one, index) => ({ ...one, time: Date.UTC(2026, 10, 24, one.hour) + index * 1000 }))
    .sort((a, b) => a.time - b.time)
    .map(({ time, delivery, reply, host, end }) => {
      const id = `AAAAAA${delivery}`;
      const stamp = new Date(time).toISOString();
      if (end === 'expired') return `${stamp} h postfix/qmgr[1]: ${id}: from=<s@a.example>, status=expired, returned to sender`;
      const to = `${stamp} h postfix/smtp[1]: ${id}: to=<u${delivery}@c.example>`;
      if (end === 'suspended')
        return `${to}, relay=none, delay=1, dsn=4.0.0, status=deferred (delivery temporarily suspended: connect to ${HOSTS[host]}:25: Connection refused)`;
      const said = end === 'sent' ? '250 OK' : `host ${HOSTS[host]} said: ${REPLIES[reply]} (in reply to RCPT TO command)`;
      return `${to}, relay=${HOSTS[host]}:25, delay=1, dsn=4.0.0, status=${end} (${said})`;
    });
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

async function ingested(content: Buffer, classifier: Classifier): Promise<Database.Database> {
  const db = memoryDatabase();
  const store = new SqliteIngestStore(db);
  const options = { format: 'auto' as const, zone: zoneOf('UTC'), year: null, host: 'h', batchBytes: 700, limits: DEFAULT_LIMITS, anonymizer: null };
  const run = new Ingest(store, new InterpretingWriter(new Interpreter(classifier), store), options);
  await run.read(sourceOf(content));
  return db;
}

/** Totals with what they refer to by name: listings, and the earlier deferrals of the same delivery. */
function exactTotals(db: Database.Database): unknown[] {
  return totalsAsTable(db)
    .prepare(
      `SELECT e.hour, e.outcome, h.name, d.name, ro.mx, r.template, l.list, l.subject, e.prior_hour, sum(e.attempts), sum(e.deliveries), min(e.first_seen), max(e.last_seen),
         group_concat((SELECT group_concat(one, '|') FROM (SELECT pr.template || pro.mx || p.hour || ifnull(pl.list, '') AS one FROM ${PRIORS} p
           JOIN reply pr ON pr.id = p.reply_id JOIN route pro ON pro.id = p.route_id LEFT JOIN listing pl ON pl.id = p.listing_id ORDER BY 1)), char(10)) AS priors
       FROM ${TOTALS} LEFT JOIN host h ON h.id = e.host_id LEFT JOIN domain d ON d.id = e.domain_id LEFT JOIN route ro ON ro.id = e.route_id
         LEFT JOIN reply r ON r.id = e.reply_id LEFT JOIN listing l ON l.id = e.listing_id
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9`,
    )
    .raw()
    .all()
    .map((row) => {
      // Rows of the totals that look alike but for their numbers come in any order.
      const [priors, ...rest] = (row as unknown[]).reverse();
      return [...rest.reverse(), String(priors).split('\n').sort()];
    });
}

const own = (text: string) => new Classifier(allRules([{ name: 'own.toml', text }]));
const BUILT_IN = new Classifier();
/** Takes a reply out of the block lists, and puts another one in. */
const CHANGED = own(`[[rule]]
id = "own-flux"
cause = "content-filter"
text = ['flux capacitor']
[[rule]]
id = "own-full"
cause = "ip-blocklisted"
text = ['mailbox full']
`);

describe('reclassify', () => {
  it('makes what an ingest with the new rules would have made, listings and totals included', async () => {
    await fc.assert(
      fc.asyncProperty(tries, fc.boolean(), async (list, back) => {
        const [before, after] = back ? [CHANGED, BUILT_IN] : [BUILT_IN, CHANGED];
        const content = contentOf(list);
        const changed = await ingested(content, before);
        reclassify(changed, after, { dryRun: false });
        const fresh = await ingested(content, after);
        expect(eventsIn(changed)).toEqual(eventsIn(fresh));
        expect(totalsIn(changed)).toEqual(totalsIn(fresh));
        expect(exactTotals(changed)).toEqual(exactTotals(fresh));
        changed.close();
        fresh.close();
      }),
      { numRuns: 150 },
    );
  });

  it('makes causes anew in the summaries of hours, days and weeks', async () => {
    let summed = 0;
    await fc.assert(
      fc.asyncProperty(tries, fc.boolean(), fc.constantFrom(1, 24, 72), async (list, back, stretch) => {
        const [before, after] = back ? [CHANGED, BUILT_IN] : [BUILT_IN, CHANGED];
        const db = await ingested(contentOf(list.map((one) => ({ ...one, hour: one.hour * stretch }))), before);
        new SummaryWriter(db).summarizeAll();
        reclassify(db, after, { dryRun: false });
        summed += db.prepare('SELECT count(*) FROM summary WHERE by = 12').pluck().get() as number;
        const store = new SqliteReportStore(db);
        const range = { since: Date.UTC(2026, 10, 20), until: Date.UTC(2026, 11, 20) };
        for (const by of [['cause'], ['listing'], ['cause', 'provider']] as const) {
          const provider = by.length === 1 ? [] : ['c.example', ''];
          const ask = (host: string[]) =>
            store.groups({ by: [...by], range, filters: { ...NO_FILTERS, host, provider }, sort: 'deliveries', limit: 0 });
          expect(ask([])).toEqual(ask(['*']));
        }
        expect(problemsIn(db)).toEqual([]);
        store.close();
      }),
      { numRuns: 100 },
    );
    expect(summed).toBeGreaterThan(50);
  });

  it('says what moved, and changes nothing on a dry run', async () => {
    const list = [0, 1, 2].map((delivery) => ({ hour: 0, delivery, reply: 1, host: 0, end: 'bounced' }));
    const db = await ingested(contentOf([...list, { hour: 0, delivery: 3, reply: 2, host: 0, end: 'bounced' }]), BUILT_IN);
    const events = eventsIn(db);
    const expected = {
      kinds: 2,
      moved: [{ from: 'ip-blocklisted', to: 'content-filter', kinds: 1, failures: 3, rules: ['own-flux'], sample: expect.stringContaining('flux') }],
    };
    expect(reclassify(db, CHANGED, { dryRun: true })).toEqual({ ...expected, dryRun: true });
    expect(eventsIn(db)).toEqual(events);
    expect(reclassify(db, CHANGED, { dryRun: false })).toEqual({ ...expected, dryRun: false });
    expect(reclassify(db, CHANGED, { dryRun: false }).moved).toEqual([]);
  });
});

/** Figures by hour and outcome, whatever the earlier deferrals were. */
function figuresByHour(db: Database.Database): unknown[] {
  return totalsAsTable(db)
    .prepare(`SELECT e.hour, e.outcome, e.reply_id, sum(e.attempts), sum(e.deliveries) FROM ${TOTALS} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`)
    .raw()
    .all();
}

describe('the totals', () => {
  it('of hours whose events were pruned stay, when the rest is made anew', async () => {
    await fc.assert(
      fc.asyncProperty(tries, fc.nat(5 * 60), async (list, minutes) => {
        const db = await ingested(contentOf(list), BUILT_IN);
        const before = figuresByHour(db);
        prune(db, Date.UTC(2026, 10, 24, 0, minutes));
        rebuildTotals(db);
        expect(figuresByHour(db)).toEqual(before);
        expect(problemsIn(db)).toEqual([]);
        db.close();
      }),
      { numRuns: 100 },
    );
  });

  it('made anew from the events are what they were', async () => {
    await fc.assert(
      fc.asyncProperty(tries, async (list) => {
        const db = await ingested(contentOf(list), BUILT_IN);
        const before = exactTotals(db);
        const priors = () => db.prepare('SELECT key, priors FROM open_delivery ORDER BY key').raw().all();
        const priorsBefore = priors();
        rebuildTotals(db);
        expect(exactTotals(db)).toEqual(before);
        expect(priors()).toEqual(priorsBefore);
        db.close();
      }),
      { numRuns: 100 },
    );
  });
});
