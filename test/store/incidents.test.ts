import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLEAR_AFTER, type Flow, incidentsIn } from '../../src/report/incidents.js';
import { problemsIn } from '../../src/store/sqlite/check.js';
import { incidents, incidentsAnew, keptIncidents } from '../../src/store/sqlite/incidents/incidents.js';
import { mailFrom } from '../../src/store/sqlite/incidents/mail.js';
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
      fc.asyncProperty(fc.array(fc.tuple(mails, fc.boolean()), { minLength: 1, maxLength: 4 }), fc.nat(8 * 24), async (logs, hours) => {
        const db = memoryDatabase();
        const now = START + hours * HOUR;
        const asked = { range: { since: null, until: null }, now, clearAfter: CLEAR_AFTER };
        const expectAll = () => expect(incidents(db, asked)).toEqual(incidentsIn(asked.range, incidentsAnew(db, now)));
        for (const [number, [log, isSummed]] of logs.entries()) {
          await ingest(db, [sourceOf(logOf(log, number), { name: `log${number}` })]);
          if (isSummed) new SummaryWriter(db).summarizeAll();
          kept += keptIncidents(db).length;
          const stand = db.prepare<[], string>('SELECT incidents FROM standing').pluck().get();
          if (stand !== undefined) standing += JSON.parse(stand).length;
          expectAll();
        }
        new SummaryWriter(db).summarizeAll();
        expectAll();
        expect(problemsIn(db)).toEqual([]);
        db.close();
      }),
      { numRuns: 120 },
    );
    expect(kept).toBeGreaterThan(0);
    expect(standing).toBeGreaterThan(0);
  });

  it('see the same mail of an hour in whatever order hours are asked for', async () => {
    const db = memoryDatabase();
    const minutes = [10, 20, 70, 150, 200, 210, 320];
    await ingest(db, [
      sourceOf(logOf([...minutes.map((minute, index) => ({ minute, to: index % 2, list: index % 3 })), { minute: 5, to: 0, list: 2 }], 1)),
    ]);
    const first = START / HOUR;
    const flowsOf = (hours: readonly number[]) => {
      const { flowsIn } = mailFrom(db, '0', first + 10, []);
      return new Map(
        hours.map((hour) => {
          const flows: Flow[] = [];
          flowsIn(first + hour, (flow) => flows.push({ ...flow }));
          return [hour, flows];
        }),
      );
    };
    const alone = [0, 1, 2, 3, 4, 5].map((hour) => flowsOf([hour]));
    const backward = flowsOf([5, 4, 3, 2, 1, 0]);
    expect(alone.map((one) => one.values().next().value)).toEqual([0, 1, 2, 3, 4, 5].map((hour) => backward.get(hour)));
    const at = (minute: number) => START + minute * 60_000;
    expect(backward.get(0)).toEqual([
      { receiver: 'one.example', delivered: false, first: at(10), last: at(10) },
      { receiver: 'one.example', delivered: true, first: at(5), last: at(5) },
      { receiver: 'two.example', delivered: false, first: at(20), last: at(20) },
    ]);
    db.close();
  });
});
