import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncelog, scratch } from '../run.js';

/** A database with mail of the last hour: so many delivered, so many refused. */
function database(delivered: number, refused: number, reply = '550 5.1.1 no such user'): string {
  const folder = scratch();
  const time = new Date(Date.now() - 20 * 60_000).toISOString();
  const line = (i: number, result: string) =>
    `${time} mx1 postfix/smtp[1]: ${(0xabcde0 + i).toString(16).toUpperCase()}: to=<u${i}@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=1, ${result}`;
  const lines = Array.from({ length: delivered + refused }, (_, i) =>
    line(
      i,
      i < delivered
        ? 'dsn=2.0.0, status=sent (250 OK)'
        : `dsn=5.1.1, status=bounced (host mx.c.example[192.0.2.1] said: ${reply} (in reply to RCPT TO command))`,
    ),
  );
  writeFileSync(join(folder, 'mail.log'), lines.map((one) => `${one}\n`).join(''));
  const db = join(folder, 'b.db');
  expect(bouncelog(['ingest', '-q', join(folder, 'mail.log'), '--db', db]).code).toBe(0);
  return db;
}

describe('bouncelog check', () => {
  it('is a plugin: one line with perfdata, and the exit code', () => {
    const db = database(95, 5);
    const ran = bouncelog(['check', '--db', db]);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(
      /^BOUNCELOG OK - hard 5\.0% \(5 of 100\), soft 0\.0% \(0 of 100\), no new listing \| hard_rate=5%;10;25;0 .*delivered=95;;;0 .*\n$/,
    );
    expect(bouncelog(['check', '--max-hard-rate', '4,50', '--db', db]).code).toBe(1);
    expect(bouncelog(['check', '--max-hard-rate', '4', '--db', db]).code).toBe(2);
    expect(bouncelog(['check', '--silent-for', '10m', '--db', db]).code).toBe(2);
    expect(bouncelog(['check', '--silent-for', '2h', '--min-delivered', '90', '--db', db]).code).toBe(0);
    expect(bouncelog(['check', '--max-hard-rate', '4', '--provider', 'google', '--db', db]).code).toBe(0);
  });

  it('tells of a new listing, in one line whatever the server wrote', () => {
    const listed = '554 5.7.1 Client host [192.0.2.25] blocked using rbl.evil|x.example; see http://a.example/?ip=192.0.2.25';
    const { code, out } = bouncelog(['check', '--new-listing', '--db', database(0, 30, listed)]);
    expect(code).toBe(2);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(out.split('|')).toHaveLength(2);
  });

  it('is unknown without a database, and wrong usage is wrong usage', () => {
    expect(bouncelog(['check', '--db', '/nonexistent/b.db'])).toMatchObject({ code: 3, out: expect.stringMatching(/^BOUNCELOG UNKNOWN - /) });
    expect(bouncelog(['check', '--max-hard-rate', 'much', '--db', '/nonexistent/b.db'])).toMatchObject({ code: 2, out: '' });
  });
});
