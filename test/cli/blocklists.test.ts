import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncelog, scratch } from '../run.js';

const LISTED = 'blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.25';
const line = (time: string, id: string, to: string, mx: string, result: string) =>
  `2026-11-${time}Z mx1 postfix/smtp[1]: ${id}: to=<${to}>, relay=${mx}[192.0.2.1]:25, delay=1, ${result}`;
const refused = (mx: string) =>
  `dsn=5.7.1, status=bounced (host ${mx}[192.0.2.1] said: 554 5.7.1 Service unavailable; Client host [192.0.2.25] ${LISTED} (in reply to RCPT TO command))`;
const sent = 'dsn=2.0.0, status=sent (250 OK)';
const [GOOGLE, OTHER] = ['gmail-smtp-in.l.google.com', 'mx.c.example'];

function database(lines: string[]): string {
  const folder = scratch();
  writeFileSync(join(folder, 'mail.log'), lines.map((line) => `${line}\n`).join(''));
  const db = join(folder, 'b.db');
  expect(bouncelog(['ingest', '-q', join(folder, 'mail.log'), '--db', db]).code).toBe(0);
  return db;
}

describe('bouncelog blocklists', () => {
  const before = [
    line('20T08:00:00', 'AAAAAA1', 'a@gmail.com', GOOGLE, refused(GOOGLE)),
    line('20T09:00:00', 'AAAAAA2', 'b@c.example', OTHER, refused(OTHER)),
    // Refused by us because of a list: that is not about our mail.
    '2026-11-20T09:00:00Z mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from x.example[192.0.2.99]: 554 5.7.1 Service unavailable; Client host [192.0.2.99] blocked using zen.spamhaus.org; from=<a@x.example> to=<z@z.example> proto=ESMTP helo=<x>',
  ];

  it('says which list names us, since when, at whom, and whether it is over', () => {
    const open = database([...before, line('20T10:00:00', 'AAAAAA3', 'a@gmail.com', GOOGLE, sent)]);
    expect(JSON.parse(bouncelog(['blocklists', '--history', '--format', 'json', '--db', open]).out)).toMatchObject({
      schema: 'bouncelog/blocklists/1',
      incidents: [
        {
          subject: '192.0.2.25',
          kind: 'ip',
          first_seen: '2026-11-20T08:00:00.000Z',
          last_seen: '2026-11-20T09:00:00.000Z',
          hits: 2,
          receivers: expect.arrayContaining(['google', 'c.example']),
          delist_url: 'https://check.spamhaus.org/',
        },
      ],
    });
    const cleared = database([
      ...before,
      line('20T10:00:00', 'AAAAAA3', 'a@gmail.com', GOOGLE, sent),
      line('20T11:00:00', 'AAAAAA4', 'b@c.example', OTHER, sent),
      line('21T08:00:00', 'AAAAAA5', 'b@c.example', OTHER, refused(OTHER)),
    ]);
    const { incidents } = JSON.parse(bouncelog(['blocklists', '--history', '--format', 'json', '--db', cleared]).out) as { incidents: unknown[] };
    expect(incidents).toHaveLength(2);
    expect(incidents).toContainEqual(expect.objectContaining({ state: 'cleared', cleared_at: '2026-11-20T11:00:00.000Z', hits: 2 }));
  });

  it('is a page for people, in 80 columns, with what to do', () => {
    const { out } = bouncelog(['blocklists', '--history', '--db', database(before)]);
    expect(out).toContain('spamhaus-zen  192.0.2.25');
    expect(out).toContain('removal: https://check.spamhaus.org/');
    for (const text of out.split('\n')) expect(text.length).toBeLessThanOrEqual(80);
  });

  it('says when there is none', () => {
    const { out } = bouncelog(['blocklists', '--db', database([line('20T10:00:00', 'AAAAAA3', 'a@gmail.com', GOOGLE, sent)])]);
    expect(out).toBe('No open block list incident.\n');
  });
});
