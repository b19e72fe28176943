import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncelog, scratch } from '../run.js';

/** Two hosts: mx1 takes mail from a user, sends it through its filter, and on to mx2, whose receiver refuses it. */
const LINES = [
  '2026-11-24T08:00:00Z mx1 postfix/smtpd[1]: AAAAAA1: client=pc.example[192.0.2.9], sasl_method=PLAIN, sasl_username=bob',
  '2026-11-24T08:00:00Z mx1 postfix/cleanup[1]: AAAAAA1: message-id=<17@a.example>',
  '2026-11-24T08:00:00Z mx1 postfix/qmgr[1]: AAAAAA1: from=<s@a.example>, size=1, nrcpt=1 (queue active)',
  '2026-11-24T08:00:01Z mx1 postfix/smtpd[1]: BBBBBB1: client=localhost[127.0.0.1]',
  '2026-11-24T08:00:01Z mx1 postfix/cleanup[1]: BBBBBB1: message-id=<17@a.example>',
  '2026-11-24T08:00:01Z mx1 postfix/qmgr[1]: BBBBBB1: from=<s@a.example>, size=1, nrcpt=1 (queue active)',
  '2026-11-24T08:00:01Z mx1 postfix/smtp[1]: AAAAAA1: to=<u@c.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.0.0, status=sent (250 Ok: queued as BBBBBB1)',
  '2026-11-24T08:00:01Z mx1 postfix/qmgr[1]: AAAAAA1: removed',
  '2026-11-24T08:00:03Z mx1 postfix/smtp[1]: BBBBBB1: to=<u@c.example>, relay=none, delay=2, dsn=4.4.1, status=deferred (connect to mx2[192.0.2.2]:25: Connection refused)',
  '2026-11-24T08:15:03Z mx1 postfix/smtp[1]: BBBBBB1: to=<u@c.example>, relay=mx2[192.0.2.2]:25, delay=902, dsn=2.0.0, status=sent (250 Ok: queued as CCCCCC1)',
  '2026-11-24T08:15:03Z mx1 postfix/qmgr[1]: BBBBBB1: removed',
  '2026-11-24T08:15:02Z mx2 postfix/smtpd[1]: CCCCCC1: client=mx1[192.0.2.1]',
  '2026-11-24T08:15:02Z mx2 postfix/cleanup[1]: CCCCCC1: message-id=<17@a.example>',
  '2026-11-24T08:15:02Z mx2 postfix/qmgr[1]: CCCCCC1: from=<s@a.example>, size=1, nrcpt=1 (queue active)',
  '2026-11-24T08:15:04Z mx2 postfix/smtp[1]: CCCCCC1: to=<u@c.example>, relay=mx.c.example[192.0.2.3]:25, delay=2, dsn=4.7.1, status=deferred (host mx.c.example[192.0.2.3] said: 450 4.7.1 greylisted, try again later (in reply to RCPT TO command))',
  '2026-11-24T08:45:04Z mx2 postfix/smtp[1]: CCCCCC1: to=<u@c.example>, relay=mx.c.example[192.0.2.3]:25, delay=1802, dsn=4.7.1, status=deferred (host mx.c.example[192.0.2.3] said: 450 4.7.1 greylisted, try again later (in reply to RCPT TO command))',
  '2026-11-24T09:45:04Z mx2 postfix/smtp[1]: CCCCCC1: to=<u@c.example>, relay=mx.c.example[192.0.2.3]:25, delay=5402, dsn=5.1.1, status=bounced (host mx.c.example[192.0.2.3] said: 550 5.1.1 <u@c.example>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command))',
  '2026-11-24T10:00:00Z mx2 postfix/qmgr[1]: DDDDDD1: from=<other@a.example>, size=1, nrcpt=1 (queue active)',
  '2026-11-24T10:00:00Z mx2 postfix/smtp[1]: DDDDDD1: to=<full@c.example>, orig_to=<alias@b.example>, relay=mx.c.example[192.0.2.3]:25, delay=60, dsn=4.2.2, status=deferred (host mx.c.example[192.0.2.3] said: 452 4.2.2 mailbox full (in reply to RCPT TO command))',
  '2026-11-24T10:05:00Z mx2 postfix/postsuper[1]: DDDDDD1: removed',
  '2026-11-24T11:00:00Z mx2 postfix/smtpd[1]: NOQUEUE: reject: RCPT from x.example[192.0.2.8]: 554 5.7.1 <z@z.example>: Relay access denied; from=<spam@x.example> to=<z@z.example> proto=ESMTP helo=<x>',
];

function database(): string {
  const folder = scratch();
  writeFileSync(join(folder, 'mail.log'), LINES.map((line) => `${line}\n`).join(''));
  const db = join(folder, 'b.db');
  expect(bouncelog(['ingest', join(folder, 'mail.log'), '--db', db]).code).toBe(0);
  return db;
}

describe('trace', () => {
  const trace = (db: string, ...args: string[]) => bouncelog(['trace', '--db', db, ...args]).out;

  it('shows every hop of a message as a timeline, by any of its names', () => {
    const db = database();
    const expected = `From s@a.example (logged in as bob)
Message-ID 17@a.example
at mx1  BBBBBB1
  24 Nov 08:00:01 arrived from pc.example [192.0.2.9]
                  came back from a content filter; before as AAAAAA1
  to u@c.example
  24 Nov 08:00:03 deferred (attempt 1) after 2 s: server-unreachable
                    mx2 [192.0.2.2]: connect to mx2[192.0.2.2]:25: Connection
                    refused
  24 Nov 08:15:03 delivered (attempt 2) after 15 min
and at mx2  CCCCCC1
  24 Nov 08:15:02 arrived from mx1 [192.0.2.1]
  to u@c.example
  24 Nov 08:15:04 deferred (attempt 1) after 2 s: greylisted
                    mx.c.example [192.0.2.3]: 450 4.7.1 greylisted, try again
                    later
  24 Nov 08:45:04 deferred (attempt 2) after 30 min: greylisted
  24 Nov 09:45:04 bounced (attempt 3) after 1 h: unknown-user
                    mx.c.example [192.0.2.3]: 550 5.1.1 <u@c.example>: Recipient
                    address rejected: User unknown in virtual mailbox table
`;
    for (const name of ['u@c.example', 'U@C.example', 's@a.example', '17@a.example', '<17@a.example>', 'CCCCCC1', 'BBBBBB1']) {
      expect(trace(db, name)).toBe(expected);
    }
  });

  it('says who took a message out of the queue, and finds it by its alias', () => {
    const out = trace(database(), 'alias@b.example');
    expect(out).toContain('  to full@c.example (for alias@b.example)\n');
    expect(out).toContain('  24 Nov 10:05:00 taken out of the queue by postsuper\n');
  });

  it('shows refusals of our own', () => {
    expect(trace(database(), 'z@z.example')).toBe(`From spam@x.example
at mx2  refused by us
  to z@z.example
  24 Nov 11:00:00 rejected: relay-denied
                    554 5.7.1 <z@z.example>: Relay access denied
`);
  });

  it('gives JSON', () => {
    const answer = JSON.parse(trace(database(), 'u@c.example', '--format', 'json'));
    expect(answer).toMatchObject({
      schema: 'bouncelog/trace/1',
      more: 0,
      messages: [
        { host: 'mx1', queue_id: 'BBBBBB1', requeued_from: 'AAAAAA1', auth_user: 'bob', deliveries: [{ state: 'delivered', attempts: 2 }] },
        {
          host: 'mx2',
          queue_id: 'CCCCCC1',
          arrived: '2026-11-24T08:15:02.000Z',
          deliveries: [{ state: 'bounced', attempts: 3, first_cause: 'greylisted', ended: '2026-11-24T09:45:04.000Z' }],
        },
      ],
    });
    expect(answer.messages[1].deliveries[0].events.map((event: { waited_seconds: number }) => event.waited_seconds)).toEqual([2, 1800, 3600]);
  });

  it('keeps to the range and the limit, and says when there is nothing', () => {
    const db = database();
    expect(trace(db, 'u@c.example', '--until', '2026-11-24T08:00:00Z')).toContain('Nothing failed that u@c.example names.');
    expect(trace(db, 'u@c.example', '--limit', '1')).toMatch(/^1 earlier messages are not shown/);
    expect(trace(db, "' OR 1=1 --")).toContain('Nothing failed');
  });
});

describe('status', () => {
  it('counts what the limits made us forget, and a trace says so', () => {
    const folder = scratch();
    const [db, log] = [join(folder, 'b.db'), join(folder, 'mail.log')] as [string, string];
    const deferred = (n: number) =>
      `2026-10-24T0${n}:00:00Z mx1 postfix/smtp[1]: AAAAAA${n}: to=<u${n}@c.example>, relay=none, delay=1, dsn=4.4.1, status=deferred (connect to x[192.0.2.1]:25: Connection refused)\n`;
    writeFileSync(log, [1, 2, 3, 4, 5].map(deferred).join(''));
    const ran = bouncelog(['ingest', log, '--max-open', '2', '--db', db]);
    expect(ran.err).toContain('3 open messages were too many or too old and were forgotten');
    expect(JSON.parse(bouncelog(['status', '--format', 'json', '--db', db]).out)).toMatchObject({ forgotten: 3, open_messages: 2, waiting: 2 });
    expect(bouncelog(['trace', 'u1@c.example', '--db', db]).out).toContain('the log says no more of it');
    expect(bouncelog(['trace', 'u5@c.example', '--db', db]).out).toContain('in the queue, deferred for');
    const late = '2026-11-20T09:00:00Z mx1 postfix/qmgr[1]: BBBBBB1: removed\n';
    writeFileSync(join(folder, 'later.log'), late);
    bouncelog(['ingest', join(folder, 'later.log'), '--max-age', '7', '--db', db]);
    expect(JSON.parse(bouncelog(['status', '--format', 'json', '--db', db]).out)).toMatchObject({ forgotten: 5, open_messages: 0 });
  });

  it('counts lines by kind and shows what was not understood, and what is unread', () => {
    const folder = scratch();
    const [db, log] = [join(folder, 'b.db'), join(folder, 'mail.log')] as [string, string];
    const odd =
      '2026-11-24T11:00:01Z mx2 postfix/smtp[1]: EEEEEE1: to=<u@c.example>, relay=x[192.0.2.1]:25, delay=1, dsn=9.9.9, status=pondered (hm)';
    const foreign = '2026-11-24T11:00:01Z mx2 dovecot: imap-login: Login: user=<bob>';
    const content = [...LINES, odd, foreign].map((line) => `${line}\n`).join('');
    writeFileSync(log, content);
    bouncelog(['ingest', log, '--db', db]);
    writeFileSync(log, `${content}0123456789`);
    const answer = JSON.parse(bouncelog(['status', '--format', 'json', '--db', db]).out);
    expect(answer).toMatchObject({
      schema: 'bouncelog/status/1',
      events: 7,
      deliveries: 4,
      waiting: 0,
      last_run: { lines: 23, sources: 1, failed: false },
      sources: [
        {
          name: log,
          position: content.length,
          last_line: '2026-11-24T11:00:01.000Z',
          lag: { unread_bytes: 10 },
          lines: {
            lines: 23,
            accepted: 10,
            delivered: 1,
            handed_on: 1,
            deferred: 4,
            bounced: 1,
            rejected: 1,
            removed: 3,
            foreign: 1,
            not_understood: 1,
          },
        },
      ],
      not_understood: [{ source: log, line: odd }],
    });
    const text = bouncelog(['status', '--db', db]).out;
    expect(text).toContain('Coverage  1 lines look like a delivery and were not understood');
    expect(text).toContain('EEEEEE1: to=<u@c.example>');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
