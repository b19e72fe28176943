import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLEAR_AFTER, incidentsIn } from '../../src/report/incidents.js';
import { problemsIn } from '../../src/store/sqlite/check.js';
import { incidents, incidentsFrom, keptIncidents } from '../../src/store/sqlite/incidents.js';
import { SummaryWriter } from '../../src/store/sqlite/summary/summaries.js';
import { ingest, memoryDatabase, sourceOf } from '../ingest/memory.js';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 10);
const DOMAINS = ['one.example', 'two.example'];
const LISTS = ['zen.spamhaus.org', 'bl.spamcop.net'];

/** A mail to one of two receivers, refused for a list, or taken (`list` 2). */
const mails = fc.array(fc.record({ minute: fc.nat(6 * 24 * 60), to: fc.nat(1), list: fc.nat(2) }), { maxLength: 30 });

function logOf(list: readonly { minute: number; to: number; list: number }[], number: number): Buffer {
  const lines = list
    .toSorted((a, b) => a.minute - b.minute)
    .map(({ minute, to, list: on }, index) => {
      const stamp = new Date(START + minute * 60_000).toISOString();
      const domain = DOMAINS[to];
      const said = on === 2 ? 'sent (250 OK)' : `bounced (host mx.${domain}[192.0.2.1] said: 554 5.7.1 192.0.2.9 blocked using ${LISTS[on]})`;
      return `${stamp} h postfix/smtp[1]: ${number}ABCD${index}: to=<u@${domain}>, relay=mx.${domain}[192.0.2.1]:25, delay=1, dsn=5.7.1, status=${said}\n`;
    });
  return Buffer.from(lines.join(''));
}

describe('block list incidents that are kept', () => {
  it('are those that a look at all hits finds, in whatever order logs come in', async () => {
    let kept = 0;
    let standing = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mails, { minLength: 1, maxLength: 4 }), fc.nat(8 * 24), async (logs, hours) => {
        const db = memoryDatabase();
        for (const [number, log] of logs.entries()) {
          await ingest(db, [sourceOf(logOf(log, number), { name: `log${number}` })]);
          new SummaryWriter(db).summarizeAll();
          kept += keptIncidents(db).length;
          standing += JSON.parse(String(db.prepare('SELECT incidents FROM standing').pluck().get())).length;
          const now = START + hours * HOUR;
          const asked = { range: { since: null, until: null }, now, clearAfter: CLEAR_AFTER };
          const counted = incidentsFrom(db, { now, clearAfter: CLEAR_AFTER, afterKept: false });
          expect(incidents(db, asked)).toEqual(incidentsIn(asked.range, counted));
        }
        expect(problemsIn(db)).toEqual([]);
        db.close();
      }),
      { numRuns: 200 },
    );
    expect(kept).toBeGreaterThan(0);
    expect(standing).toBeGreaterThan(0);
  });
});
