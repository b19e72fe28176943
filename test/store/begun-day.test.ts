import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsIn } from '../../src/store/sqlite/check.js';
import { SummaryWriter } from '../../src/store/sqlite/summary/summaries.js';
import { ingest, memoryDatabase, sourceOf } from '../ingest/memory.js';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 10);

/** A mail that failed: the hour it did, and whose it was. */
const mails = fc.array(fc.record({ hour: fc.nat(60), to: fc.nat(2) }), { minLength: 1, maxLength: 12 });

function logOf(list: readonly { hour: number; to: number }[], number: number): Buffer {
  const lines = list
    .toSorted((a, b) => a.hour - b.hour)
    .map(({ hour, to }, index) => {
      const stamp = new Date(START + hour * HOUR).toISOString();
      return `${stamp} h postfix/smtp[1]: ${number}ABCD${index}: to=<u@d${to}.example>, relay=mx.example[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host mx.example[192.0.2.1] said: 550 5.1.1 who?)\n`;
    });
  return Buffer.from(lines.join(''));
}

const begunIn = (db: Database.Database) => db.prepare('SELECT start, hours FROM summarized WHERE hours BETWEEN 2 AND 20').all();
const summariesIn = (db: Database.Database) =>
  ['summarized ORDER BY 1, 2', 'summary ORDER BY 1, 2, 3, 4, 5, 6', 'packed_summary ORDER BY 1, 2, 3, 4'].map((rows) =>
    db.prepare(`SELECT * FROM ${rows}`).all(),
  );

async function read(db: Database.Database, number: number, list: readonly { hour: number; to: number }[]): Promise<void> {
  await ingest(db, [sourceOf(logOf(list, number), { name: `log${number}` })]);
  new SummaryWriter(db).summarizeAll();
}

const failuresIn = (...hours: number[]) => hours.map((hour) => ({ hour, to: 0 }));

const before = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'UTC';
});
afterAll(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

describe('a day that is not over', () => {
  it('is summed up as far as it has passed, four hours at a time, but for its last hour', async () => {
    const db = memoryDatabase();
    const start = START / HOUR;
    await read(db, 1, failuresIn(0, 3));
    expect(begunIn(db)).toEqual([]);
    await read(db, 2, failuresIn(4));
    expect(begunIn(db)).toEqual([{ start, hours: 4 }]);
    await read(db, 3, failuresIn(5, 9));
    expect(begunIn(db)).toEqual([{ start, hours: 8 }]);
    await read(db, 4, failuresIn(22));
    expect(begunIn(db)).toEqual([{ start, hours: 20 }]);
    await read(db, 5, failuresIn(24, 29));
    expect(begunIn(db)).toEqual([{ start: start + 24, hours: 4 }]);
    await read(db, 6, failuresIn(47));
    expect(begunIn(db)).toEqual([]);
    db.close();
  });

  it('stays as it is while only its last hour goes on', async () => {
    const db = memoryDatabase();
    await read(db, 1, failuresIn(0, 5));
    const packed = () => db.prepare('SELECT rowid FROM packed_summary WHERE hours = 4 ORDER BY 1').all();
    const before = packed();
    await read(db, 2, failuresIn(5));
    expect(packed()).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
    db.close();
  });

  it('is what its hours are, in whatever order logs come in', async () => {
    let begun = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mails, { minLength: 1, maxLength: 4 }), async (logs) => {
        const db = memoryDatabase();
        for (const [number, log] of logs.entries()) {
          await read(db, number, log);
          begun += begunIn(db).length;
          expect(problemsIn(db)).toEqual([]);
        }
        const kept = summariesIn(db);
        db.exec('DELETE FROM summarized; DELETE FROM summary; DELETE FROM packed_summary');
        new SummaryWriter(db).summarizeAll();
        expect(summariesIn(db)).toEqual(kept);
        db.close();
      }),
      { numRuns: 40 },
    );
    expect(begun).toBeGreaterThan(0);
  });
});
