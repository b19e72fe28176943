import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { bouncelog, scratch } from '../run.js';

let id = 0xabcde0;
const NO_USER = '550 5.1.1 no such user';
const LISTED = '554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.25';

/** Deliveries of one day, spread over its hours: so many sent, so many refused with each reply. */
function day(date: string, sent: number, refused: Record<string, number>): string[] {
  const results = [
    ...Array.from({ length: sent }, () => 'dsn=2.0.0, status=sent (250 OK)'),
    ...Object.entries(refused).flatMap(([reply, n]) =>
      Array.from({ length: n }, () => `dsn=5.0.0, status=bounced (host mx.c.example[192.0.2.1] said: ${reply} (in reply to RCPT TO command))`),
    ),
  ];
  return results.map((result, i) => {
    const hour = String(Math.floor((i * 7) % 24)).padStart(2, '0');
    const queueId = (id++).toString(16).toUpperCase();
    return `${date}T${hour}:30:00Z mx1 postfix/smtp[1]: ${queueId}: to=<u${id}@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=1, ${result}`;
  });
}

function database(lines: string[]): string {
  const folder = scratch();
  writeFileSync(join(folder, 'mail.log'), lines.map((line) => `${line}\n`).join(''));
  const db = join(folder, 'b.db');
  expect(bouncelog(['ingest', '-q', join(folder, 'mail.log'), '--db', db]).code).toBe(0);
  return db;
}

const DAY = ['--since', '2026-11-21', '--until', '2026-11-22', '--tz', 'UTC'];
const json = (db: string, ...args: string[]) => JSON.parse(bouncelog(['report', ...DAY, ...args, '--format', 'json', '--db', db]).out);

describe('bouncelog report', () => {
  it('calls a day like the one before healthy', () => {
    const db = database([...day('2026-11-20', 400, { [NO_USER]: 10 }), ...day('2026-11-21', 390, { [NO_USER]: 12 })]);
    const answer = json(db);
    expect(answer).toMatchObject({
      schema: 'bouncelog/report/1',
      verdict: 'healthy',
      reasons: [],
      totals: { delivered: 390, hard: 12 },
      totals_before: { delivered: 400, hard: 10 },
      changes: { hard: { significant: false } },
    });
    expect(answer.groups.cause).toEqual([expect.objectContaining({ cause: 'unknown-user', hard: 12, before: 10 })]);
    expect(bouncelog(['report', ...DAY, '--db', db]).out.split('\n')[0]).toBe('Mail is healthy: 390 delivered, 3.0% hard, 0.0% soft');
  });

  it('says what changed, what is new, and which list names us', () => {
    const db = database([...day('2026-11-20', 400, { [NO_USER]: 10 }), ...day('2026-11-21', 300, { [NO_USER]: 60, [LISTED]: 20 })]);
    const answer = json(db);
    expect(answer.verdict).toBe('trouble');
    expect(answer.reasons[0]).toBe('newly listed: spamhaus-zen 192.0.2.25');
    expect(answer.reasons).toContainEqual(expect.stringMatching(/^hard failures went from 2\.4% to 21\.1%$/));
    expect(answer.changes.hard.significant).toBe(true);
    expect(answer.new_reasons).toEqual([expect.objectContaining({ cause: 'ip-blocklisted', deliveries: 20 })]);
    expect(answer.blocklists.opened).toHaveLength(1);
  });

  it('is silent about nothing', () => {
    const db = database(day('2026-11-10', 3, {}));
    expect(json(db)).toMatchObject({ verdict: 'silent' });
    expect(bouncelog(['report', ...DAY, '--db', db])).toMatchObject({ code: 0, out: expect.stringMatching(/^Nothing was logged\./) });
  });

  it('says on the page in which zone its times are, by the name that people know', () => {
    const db = database(day('2026-11-20', 40, { [NO_USER]: 10 }));
    const page = join(scratch(), 'page.html');
    for (const [args, zone] of [
      [[], 'Europe/Berlin'],
      [['--tz', 'Asia/Kathmandu'], 'Asia/Kathmandu'],
    ] as const) {
      const ran = bouncelog(['report', '--since', '2026-11-20', '--until', '2026-11-21', '--html', page, ...args, '--db', db], '', {
        TZ: 'Europe/Berlin',
      });
      expect(ran.code).toBe(0);
      expect(readFileSync(page, 'utf8')).toContain(`20 Nov 2026 00:00 to 21 Nov 2026 00:00 (${zone})`);
    }
  });

  it('tells years apart on the page where its charts span more than one', () => {
    const db = database(day('2026-11-20', 40, { [NO_USER]: 10 }));
    const page = join(scratch(), 'page.html');
    const ticks = (since: string) => {
      bouncelog(['report', '--since', since, '--until', '2026-11-21', '--tz', 'UTC', '--html', page, '--db', db]);
      return [...readFileSync(page, 'utf8').matchAll(/text-anchor="middle">(\d+ [A-Z][a-z]{2}[^<]*)</g)].map(([, tick]) => tick);
    };
    expect(ticks('2024-11-21')).toContain('21 Nov 2024');
    expect(ticks('2024-11-21').every((tick) => / 202[4-6]$/.test(tick ?? ''))).toBe(true);
    expect(ticks('2026-10-21')).toContain('21 Oct');
  });

  it('goes by mail, as text and HTML, when it is worth it', async () => {
    const db = database([...day('2026-11-20', 400, { [NO_USER]: 10 }), ...day('2026-11-21', 300, { [NO_USER]: 60, '550 5.9.9 <b>x</b>\u202e&': 9 })]);
    const folder = scratch();
    const [sendmail, got] = [join(folder, 'sendmail'), join(folder, 'got')] as [string, string];
    writeFileSync(sendmail, `#!/bin/sh\necho "$@" > ${got}.args\ncat > ${got}\n`, { mode: 0o755 });
    const args = ['report', ...DAY, '--mail', 'postmaster@example.com', '--sendmail', sendmail, '--db', db];
    expect(bouncelog(args)).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(`${got}.args`, 'utf8')).toMatch(/^-i -f \S+ -- postmaster@example\.com\n$/);
    expect(bouncelog(args.with(args.indexOf('postmaster@example.com'), 'postmaster')).code).toBe(0);
    expect(readFileSync(`${got}.args`, 'utf8')).toMatch(/^-i -f \S+ -- postmaster\n$/);
    expect((await PostalMime.parse(readFileSync(got))).to?.[0]?.address).toMatch(/^postmaster@/);
    expect(bouncelog(args).code).toBe(0);
    const mail = await PostalMime.parse(readFileSync(got));
    expect(mail.subject).toMatch(/: Mail is in trouble: 300 delivered/);
    expect(mail.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
    expect(mail.text).toContain('Why mail failed');
    expect(mail.html).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect(mail.html).not.toMatch(/<b>|\u202e|src=|href=|<script/);

    rmSync(got);
    const healthy = database([...day('2026-11-20', 400, { [NO_USER]: 10 }), ...day('2026-11-21', 390, { [NO_USER]: 12 })]);
    for (const what of ['changed', 'problems']) {
      expect(bouncelog([...args.slice(0, -1), healthy, '--only-if', what])).toEqual({ code: 0, out: '', err: '' });
    }
    expect(existsSync(got)).toBe(false);
    expect(bouncelog([...args, '--only-if', 'problems']).code).toBe(0);
    expect(existsSync(got)).toBe(true);
  });

  it('refuses addresses that are none, and says when no mail can be sent', () => {
    const db = database(day('2026-11-21', 3, {}));
    for (const address of ['-oQ/tmp', 'a b@c', 'a@b\nBcc: x@y', 'a@b,c@d']) {
      expect(bouncelog(['report', ...DAY, '--mail', address, '--sendmail', '/bin/true', '--db', db])).toMatchObject({ code: 2, out: '' });
    }
    const ran = bouncelog(['report', ...DAY, '--mail', 'a@b.example', '--sendmail', '/nonexistent/sendmail', '--db', db]);
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/^bouncelog: \/nonexistent\/sendmail: .*\n$/) });
  });

  it('fits 80 columns, and shows what strangers write without obeying it', () => {
    const hostile = `550 5.9.9 \u001b[31mred\u001b[0m | [click](http://evil.example) <script>alert(1)</script> ![x](y) *bold* ${'long '.repeat(60)}`;
    const db = database([...day('2026-11-20', 40, {}), ...day('2026-11-21', 40, { [hostile]: 30 })]);
    const { out } = bouncelog(['report', ...DAY, '--db', db]);
    expect(out).not.toContain('\u001b');
    for (const line of out.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    const markdown = bouncelog(['report', ...DAY, '--format', 'markdown', '--db', db]).out;
    expect(markdown).toContain('## Never seen before');
    expect(markdown).not.toMatch(/<script|[^\\]\[click|[^\\]!\\?\[x/);
  });
});
