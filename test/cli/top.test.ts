import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bouncelog, scratch } from '../run.js';

let id = 0xabcde0;
const bounced = (time: string, to: string, reply: string) =>
  `${time} mx1 postfix/smtp[1]: ${(id++).toString(16).toUpperCase()}: to=<${to}>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host mx.c.example[192.0.2.1] said: ${reply} (in reply to RCPT TO command))`;
const NO_USER = '550 5.1.1 no such user';
const FULL = '552 5.2.2 mailbox full';
const LINES = [
  bounced('2026-11-20T10:00:00Z', 'a@c.example', NO_USER),
  bounced('2026-11-20T11:00:00Z', 'b@c.example', NO_USER),
  bounced('2026-11-21T10:00:00Z', 'c@c.example', NO_USER),
  bounced('2026-11-21T11:00:00Z', 'd@xn--fsq.example', FULL),
  bounced('2026-11-21T12:00:00Z', 'e@日本語日本語日本語日本語日本語.example', FULL),
];

describe('bouncelog top', () => {
  let db = '';
  beforeAll(() => {
    const folder = scratch((remove) => afterAll(remove));
    writeFileSync(join(folder, 'mail.log'), LINES.map((line) => `${line}\n`).join(''));
    db = join(folder, 'b.db');
    expect(bouncelog(['ingest', '-q', join(folder, 'mail.log'), '--db', db]).code).toBe(0);
  });
  const top = (...args: string[]) => bouncelog(['top', '--tz', 'UTC', ...args, '--db', db]);

  it('compares with the span before', () => {
    const { out } = top('--since', '2026-11-21', '--until', '2026-11-22', '--compare');
    expect(out).toMatch(/mailbox-full +2 +- +67% +new /);
    expect(out).toMatch(/unknown-user +1 +- +33% +▼ 50% /);
    expect(out).toMatch(/all together +3 +0 +100%/);
    expect(top('--compare')).toMatchObject({ code: 2, out: '' });
  });

  it('is a Markdown table, with the span before where it is asked for', () => {
    const { out } = top('--since', '2026-11-21', '--until', '2026-11-22', '--compare', '--format', 'markdown');
    expect(out.split('\n')[0]).toBe('| Cause | Hard | Soft | Share | Before | First | Last |');
    expect(out).toContain('| unknown-user | 1 | 0 | 33.3% | 2 | 2026-11-21T10:00:00.000Z | 2026-11-21T10:00:00.000Z |');
  });

  it('refuses a cause that there is not, and knows the likely one', () => {
    expect(top('--cause', 'unknwon-user')).toMatchObject({
      code: 2,
      out: '',
      err: 'bouncelog: --cause: there is no cause "unknwon-user". Did you mean unknown-user?\n',
    });
    expect(top('--cause', 'zebra').err).toContain('See `bouncelog rules causes`');
    expect(top('--cause', 'unknown-*').out).toContain('unknown-user');
  });

  it('gives exact times with --iso', () => {
    expect(top('--iso').out).toContain('2026-11-21T12:00:00.000Z');
  });

  it('is in line with wide characters, and has room for bars on a wide terminal', () => {
    const { out } = top('--by', 'domain');
    const line = out.split('\n').find((text) => text.includes('日本')) ?? '';
    // Each of them takes two columns.
    expect(line.indexOf(' 1 ') + [...line].filter((character) => character > '\u2e7f').length).toBe(
      out
        .split('\n')
        .find((text) => text.startsWith('c.example'))
        ?.indexOf(' 3 '),
    );
    expect(bouncelog(['top', '--db', db], undefined, { COLUMNS: '140' }).out).toContain('█');
    expect(out).not.toContain('█');
  });
});
