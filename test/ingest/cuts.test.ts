import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContentSource } from '../../src/source/source.js';
import { FIXTURES } from '../run.js';
import { eventsIn, ingest, memoryDatabase, sourceOf, totalsIn } from './memory.js';

const real = (name: string) =>
  readFileSync(join(FIXTURES, 'real-logs', name), 'latin1')
    .trimEnd()
    .split('\n');

/** Lines whose meaning depends on the lines before them, between lines of other writers. */
const DEPENDENT = [
  'Nov 24 08:00:00 mx1 postfix/smtpd[1]: 20E43EA2081: client=client.example[192.0.2.9], sasl_username=bob',
  'Nov 24 08:00:00 mx1 postfix/cleanup[2]: 20E43EA2081: message-id=<1@a.example>',
  'Nov 24 08:00:00 mx1 postfix/qmgr[3]: 20E43EA2081: from=<s@a.example>, size=1, nrcpt=2 (queue active)',
  'Nov 24 08:00:01 mx1 postfix/smtpd[1]: 20E43EA2082: client=localhost[127.0.0.1]',
  'Nov 24 08:00:01 mx1 postfix/cleanup[2]: 20E43EA2082: message-id=<1@a.example>',
  'Nov 24 08:00:01 mx1 dovecot: imap-login: Login: user=<bob>',
  'Nov 24 08:00:02 mx1 postfix/smtp[4]: 20E43EA2082: to=<u@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=4.2.2, status=deferred (host mx.c.example[192.0.2.1] said: 452 4.2.2 full (in reply to RCPT TO command))',
  'Nov 24 08:00:02 mx1 postfix/smtp[4]: 20E43EA2081: to=<u@c.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.0.0, status=sent (250 Ok: queued as 20E43EA2082)',
  'Nov 24 08:00:03 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from x.example[192.0.2.8]: 554 5.7.1 <z@z.example>: Relay access denied; from=<a@x.example> to=<z@z.example> proto=ESMTP helo=<x>',
  'Nov 24 08:00:05 mx1 last message repeated 3 times',
  'Nov 24 08:00:06 mx1 postfix/smtpd[1]: message repeated 2 times: [ NOQUEUE: reject: RCPT from x.example[192.0.2.8]: 554 5.7.1 <y@z.example>: Relay access denied; from=<a@x.example> to=<y@z.example> proto=ESMTP helo=<x>]',
  'Nov 24 08:30:02 mx1 postfix/smtp[4]: 20E43EA2082: to=<u@c.example>, relay=none, delay=1800, dsn=4.2.2, status=deferred (delivery temporarily suspended: connect to mx.c.example[192.0.2.1]:25: Connection refused)',
  'Nov 24 09:00:02 mx1 postfix/smtp[4]: 20E43EA2082: to=<u@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=3600, dsn=4.7.1, status=deferred (host mx.c.example[192.0.2.1] said: 450 4.7.1 wait (in reply to RCPT TO command))',
  'Nov 24 10:00:02 mx1 postfix/qmgr[3]: 20E43EA2082: from=<s@a.example>, status=expired, returned to sender',
  'Nov 24 10:00:02 mx1 postfix/qmgr[3]: 20E43EA2082: removed',
];
const EXIM_SYSLOG = [
  'Nov 24 08:00:00 mx2 exim[7]: [1/3] 1xVlMV-0002A2-2h ** u@c.example R=dnslookup T=remote_smtp H=mx.c.exa',
  'Nov 24 08:00:00 mx2 exim[8]: [1/2] 1xVlMV-0002A2-2i == v@c.example R=dnslookup T=remote_smtp defer (-44) H=mx.c.example [192.0.2.1]: SMTP err',
  'Nov 24 08:00:00 mx2 exim[7]: [2/3] mple [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<u@c.example>: 550 5.1.1 no ',
  'Nov 24 08:00:00 mx2 exim[8]: [2\\2] or from remote mail server after RCPT TO:<v@c.example>: 452 4.2.2 full',
  'Nov 24 08:00:00 mx2 exim[7]: [3\\3] such user',
  'Nov 24 08:00:01 mx2 exim[9]: H=x [192.0.2.8] F=<a@x.example> rejected RCPT <r@b.example>: relay not permitted',
  'Nov 24 08:00:01 mx2 exim[9]: H=x [192.0.2.8] F=<a@x.example> rejected RCPT <r@b.example>: relay not permitted',
];
const LINES = [...DEPENDENT, ...EXIM_SYSLOG, ...real('p1-mail.rfc3164.log').slice(0, 150)];

const bytes = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');

async function contentOf(runs: ContentSource[][]): Promise<{ events: string[]; totals: unknown[] }> {
  const db = memoryDatabase();
  for (const sources of runs) await ingest(db, sources);
  const content = { events: eventsIn(db), totals: totalsIn(db) };
  db.close();
  return content;
}

describe('the same events', async () => {
  const content = bytes(LINES);
  const whole = await contentOf([[sourceOf(content)]]);

  it('has something to compare', () => {
    expect(whole.events.length).toBeGreaterThan(25);
    expect(whole.events.filter((event) => event.includes('"outcome":"rejected"')).length).toBe(8);
  });

  it('for any chunking of the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(content.length), { maxLength: 30 }), async (cuts) => {
        expect(await contentOf([[sourceOf(content, { cuts })]])).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('for any cut into files, read in one run or in several', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(LINES.length), { maxLength: 6 }), fc.boolean(), async (cuts, inOneRun) => {
        const places = [0, ...cuts.sort((a, b) => a - b), LINES.length];
        const files = places
          .slice(1)
          .map((end, index) => LINES.slice(places[index], end))
          .filter((lines) => lines.length > 0)
          .map(bytes);
        // What begins with all of another file cannot be told from that file, grown: two refusals that are alike, the first one alone in its file.
        fc.pre(!files.some((file, index) => files.slice(index + 1).some((later) => later.subarray(0, file.length).equals(file))));
        const sources = files.map((file, index) => sourceOf(file, { name: `log.${index}` }));
        expect(await contentOf(inOneRun ? [sources] : sources.map((source) => [source]))).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('for a file that grows, cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: content.length }), { minLength: 1, maxLength: 5 }), async (cuts) => {
        const runs = [...cuts.sort((a, b) => a - b), content.length].map((end) => [sourceOf(content.subarray(0, end), { isFinal: false })]);
        expect(await contentOf(runs)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('for any interleaving of hosts', async () => {
    const byHost = [DEPENDENT, EXIM_SYSLOG, real('p1-mail.rfc3164.log').slice(0, 60)];
    const one = await contentOf([[sourceOf(bytes(byHost.flat()))]]);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(byHost.length - 1)), async (order) => {
        const rest = byHost.map((lines) => [...lines]);
        const mixed: string[] = [];
        while (rest.some((lines) => lines.length > 0)) {
          const next = rest[order.next().value ?? 0]?.shift();
          if (next !== undefined) mixed.push(next);
        }
        expect(await contentOf([[sourceOf(bytes(mixed))]])).toEqual(one);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a refusal in Exim’s main and reject log', () => {
  const line = (second: number) => `2026-11-24 08:00:0${second} H=x [192.0.2.8] F=<a@x.example> rejected RCPT <r@b.example>: relay not permitted`;
  const rejections = async (files: [name: string, lines: string[]][]) => {
    const { events } = await contentOf([files.map(([name, lines]) => sourceOf(bytes(lines), { name }))]);
    return events.filter((event) => event.includes('"outcome":"rejected"')).length;
  };

  it('is one', async () => {
    expect(
      await rejections([
        ['/var/log/exim4/mainlog', [line(1)]],
        ['/var/log/exim4/rejectlog', [line(1)]],
      ]),
    ).toBe(1);
    expect(
      await rejections([
        ['rejectlog', [line(1), line(2)]],
        ['mainlog', [line(1), line(2), line(3)]],
      ]),
    ).toBe(3);
  });

  it('is as many as one log has in the same second', async () => {
    expect(await rejections([['mainlog', [line(1), line(1), line(1)]]])).toBe(3);
    expect(
      await rejections([
        ['mainlog', [line(1), line(1), line(1)]],
        ['rejectlog', [line(1), line(1), line(1)]],
      ]),
    ).toBe(3);
    expect(
      await rejections([
        ['rejectlog', [line(1), line(1)]],
        ['mainlog.1', [line(1)]],
        ['mainlog', [line(1)]],
      ]),
    ).toBe(2);
  });

  it('keeps the headers that the reject log adds out of it', async () => {
    const headers = [
      'Envelope-from: <a@x.example>',
      'Envelope-to: <r@b.example>',
      'P Received: from x rejected RCPT',
      'F From: 2026-11-24 08:00:01 H=x [1.2.3.4] rejected',
    ];
    expect(await rejections([['rejectlog', [line(1), ...headers, '----------', line(2)]]])).toBe(2);
  });
});

describe('years', () => {
  it('go back from the last change over every New Year in the file', async () => {
    const at = (stamp: string) => `${stamp} mx1 postfix/smtp[1]: 20E43EA2081: to=<u@c.example>, relay=none, delay=1, dsn=5.1.1, status=bounced (x)`;
    const months = Array.from({ length: 33 }, (_, i) => new Date(Date.UTC(2024, 2 + i, 1 + (i % 9), 10)));
    const stamp = (time: Date) => `${time.toUTCString().slice(8, 11)} ${String(time.getUTCDate()).padStart(2)} 10:00:00`;
    const { events } = await contentOf([[sourceOf(bytes(months.map((time) => at(stamp(time)))))]]);
    expect(events.map((event) => new Date(JSON.parse(event).time).toISOString()).sort()).toEqual(months.map((time) => time.toISOString()));
  });
});
