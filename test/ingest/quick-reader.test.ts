import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Correlator } from '../../src/delivery/correlate.js';
import type { DeliveryEvent } from '../../src/delivery/event.js';
import { FailedRecipients } from '../../src/delivery/failed.js';
import { OpenMessages } from '../../src/delivery/open.js';
import { Collector } from '../../src/ingest/collector.js';
import { LineReader } from '../../src/ingest/line-reader.js';
import { LineState } from '../../src/ingest/line-state.js';
import { QuickReader } from '../../src/ingest/quick-reader.js';
import { LineFramer } from '../../src/log/lines.js';
import { Timestamps } from '../../src/log/timestamp.js';
import { Window } from '../../src/log/window.js';
import { zoneOf } from '../../src/log/zone.js';
import { COUNT_COLUMNS, type DeliveredCounts } from '../../src/store/store.js';

/** Everything that comes of a log; `settleAt`: after these lines what was read is stored, as at a commit. */
function read(lines: readonly string[], isQuick: boolean, settleAt: readonly number[] = []) {
  const events: DeliveryEvent[] = [];
  const open = new OpenMessages();
  const collector = new Collector(
    {
      event: (event) => events.push(structuredClone(event)),
      keepUp: async () => {},
      commit: async () => {},
      settled: async () => {},
      close: async () => {},
    },
    new FailedRecipients(),
  );
  const times = new Timestamps({ zone: zoneOf('Europe/Berlin'), reference: Date.UTC(2026, 10, 25) });
  const state = new LineState('here');
  const correlator = new Correlator(open, collector);
  const reader = new LineReader({ format: 'auto', times, correlator, state, log: 'main', anonymizer: null });
  // So small that lines are forgotten again and again.
  const window = new Window(2500);
  const quick = new QuickReader({ reader, times, open, collector, state, window, format: 'auto' });
  const framer = new LineFramer(isQuick ? quick : quick.readingAll, window);
  const changes: unknown[] = [];
  const settle = () => {
    quick.settle();
    changes.push(structuredClone(open.takeChanges()).changed.sort((a, b) => (`${a.host} ${a.queueId}` < `${b.host} ${b.queueId}` ? -1 : 1)));
  };
  for (const [index, line] of lines.entries()) {
    framer.push(Buffer.from(`${line}\n`));
    if (settleAt.includes(index)) settle();
  }
  settle();
  const tallies = talliesOf(collector.take());
  const redelivered = collector.takeRedelivered();
  return { events, kinds: reader.kinds, tallies, redelivered, changes, last: times.last, state: state.save(), totals: collector.totals };
}

/** Counts by the names of destinations and the hour, in an order of their own. */
function talliesOf({ fresh, rows }: DeliveredCounts): string[] {
  const sums = new Map<string, [number, number, number]>();
  for (let at = 0; at < rows.length; at += COUNT_COLUMNS) {
    const [number = 0, count = 0, first = 0, last = 0] = rows.subarray(at, at + COUNT_COLUMNS);
    const key = JSON.stringify([fresh[number], Math.floor(first / 3_600_000)]);
    const sum = sums.get(key) ?? [0, first, last];
    sums.set(key, [sum[0] + count, Math.min(sum[1], first), Math.max(sum[2], last)]);
  }
  return [...sums].map(([key, sum]) => `${key} ${sum.join(' ')}`).sort();
}

const IDS = ['4ABCDE1', '4ABCDE2', '4Zq9Xk5RbRz1Fp', 'NOQUEUE', '12AB'];
const EXIM_IDS = ['1xVlMw-0002Nv-0u', '1xVlMx-00000000abc-1a2B'];
const id = fc.constantFrom(...IDS);
const address = fc.constantFrom('a@x.example', 'B@X.Example', 'c', '', '"q > r"@x.example', 'ü@x.example', 'd@y.example', 'x y@z.example');
const messageId = fc.constantFrom('<m1@x>', '<m2@x>', 'm3', '<ü@x>', '<>');
const host = fc.constantFrom(
  'mx.x.example[192.0.2.1]:25',
  'MX.x.example[192.0.2.1]:25',
  '127.0.0.1[127.0.0.1]:10024',
  'localhost[private/lmtp]',
  'local',
  'none',
);
const client = fc.constantFrom(
  'c.example[10.0.0.1]',
  'localhost[127.0.0.1]',
  'unknown[10.0.0.2], sasl_method=PLAIN, sasl_username=u',
  'localhost[127.0.0.1], orig_queue_id=4ABCDE1, orig_client=c.example[10.0.0.9]',
);

const postfix = fc.oneof(
  fc.tuple(id, client).map(([queueId, from]) => ['smtpd', `${queueId}: client=${from}`]),
  fc.tuple(id, messageId).map(([queueId, name]) => ['cleanup', `${queueId}: message-id=${name}`]),
  fc
    .tuple(id, address, fc.constantFrom(', size=1, nrcpt=1 (queue active)', ', status=expired, returned to sender', ''))
    .map(([queueId, from, rest]) => ['qmgr', `${queueId}: from=<${from}>${rest}`]),
  fc
    .tuple(
      id,
      address,
      fc.constantFrom('', ', orig_to=<o@x.example>'),
      host,
      fc.constantFrom(
        'sent (250 Ok: queued as 4ABCDE2)',
        'sent (forwarded as 4ABCDE2)',
        'sent',
        'deferred (host mx.x.example[192.0.2.1] said: 450 4.2.0 later (in reply to RCPT TO command))',
        'bounced (host mx.x.example[192.0.2.1] said: 550 5.1.1 no)',
        'deliverable (x)',
      ),
      fc.constantFrom('smtp', 'lmtp', 'local', 'discard'),
    )
    .map(([queueId, to, orig, relay, status, daemon]) => [
      daemon,
      `${queueId}: to=<${to}>${orig}, relay=${relay}, delay=1, delays=0/0/0/1, dsn=2.0.0, status=${status}`,
    ]),
  id.map((queueId) => ['qmgr', `${queueId}: removed`]),
  fc.constantFrom(
    ['smtpd', 'connect from c.example[10.0.0.1]'],
    ['smtpd', 'NOQUEUE: reject: RCPT from c.example[10.0.0.1]: 554 5.7.1 no; from=<a@x> to=<b@y> proto=ESMTP helo=<h>'],
    ['smtp', '4ABCDE1: host mx said: 450 wait'],
    ['smtpd', 'message repeated 2 times: [ 4ABCDE1: to=<a@x.example>, relay=none, delay=1, dsn=4.4.1, status=deferred (connect to x)]'],
  ),
);

const exim = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...EXIM_IDS),
      address,
      fc.constantFrom(
        ' H=c.example [10.0.0.1] P=esmtp S=1 id=m1@x',
        ' H=localhost [127.0.0.1] P=esmtp id=m1@x T="a id=m2@x"',
        ' U=root P=local S=1 T="x id=m3" id=m4@x',
        ' R=1xVlMw-0002Nv-0u P=local',
      ),
    )
    .map(([eximId, from, rest]) => `${eximId} <= ${from || '<>'}${rest}`),
  fc
    .tuple(
      fc.constantFrom(...EXIM_IDS),
      fc.constantFrom('=>', '->', '>>', '**', '=='),
      address,
      fc.constantFrom('', ' <o@x.example>', ' F=<s@x>'),
      fc.constantFrom(
        ' R=r T=t H=mx.x.example [192.0.2.1] C="250 OK id=1xVlMx-00000000abc-1a2B"',
        ' R=r T=t H=mx.x.example (helo) [192.0.2.1] C="250"',
        ' R=r T=t H=[192.0.2.1]',
        ' R=local T=maildir',
        ' R=r T=t defer (-44) H=mx.x.example [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<a>: 450 later',
        ' R=r T=t H=127.0.0.1 [127.0.0.1] C="250 queued"',
      ),
    )
    .map(([eximId, flag, to, orig, rest]) => `${eximId} ${flag} ${to}${orig}${rest}`),
  fc.constantFrom(...EXIM_IDS).map((eximId) => `${eximId} Completed`),
  fc.constantFrom(
    'SMTP connection from c [10.0.0.1]',
    '[12] 1xVlMw-0002Nv-0u Completed QT=1s',
    '+0100 1xVlMw-0002Nv-0u <= a@x.example H=c [10.0.0.1] id=m9@x',
    '1xVlMw-0002Nv-0u H=mx [192.0.2.1]: Connection refused',
  ),
);

const pad = (value: number) => String(value).padStart(2, '0');
const STAMPS = [
  (second: number) => `Oct 25 ${pad(Math.floor(second / 3600))}:${pad(Math.floor(second / 60) % 60)}:${pad(second % 60)} mail1`,
  (second: number) => `${new Date(Date.UTC(2026, 9, 25) + second * 1000).toISOString().slice(0, -1)}456+02:00 mail2`,
  (second: number) => `${new Date(Date.UTC(2026, 9, 25) + second * 1000).toISOString().slice(0, 19)} mail1`,
];
const line = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(postfix, fc.constantFrom(...STAMPS), fc.nat(14_000), fc.constantFrom('postfix', 'postfix/relay'))
      .map(([[daemon, text], stamp, second, name]) => `${stamp(second)} ${name}/${daemon}[12]: ${text}`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(exim, fc.nat(14_000), fc.constantFrom('', '.123', '.123 +0100'))
      .map(
        ([text, second, rest]) => `${new Date(Date.UTC(2026, 9, 25) + second * 1000).toISOString().slice(0, 19).replace('T', ' ')}${rest} ${text}`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'Oct 25 01:00:00 mail1 last message repeated 2 times',
      'Oct 25 01:00:00 mail1 dovecot: imap: x',
      'Oct 25 01:00:00 mail1 postfix/smtp[12: x',
      'Oct 25 25:61:00 mail1 postfix/qmgr[1]: 4ABCDE1: removed',
    ),
  },
);
/** Mail of a healthy day, in order, so that most of a log is of the kind that a glance settles. */
const whole = fc
  .tuple(fc.constantFrom(...IDS.slice(0, 3)), fc.nat(14_000), address, fc.constantFrom('<m1@x>', '<m5@x>'))
  .map(([queueId, second, to, name]) =>
    [
      `smtpd[1]: ${queueId}: client=c.example[10.0.0.1]`,
      `cleanup[2]: ${queueId}: message-id=${name}`,
      `qmgr[3]: ${queueId}: from=<s@x.example>, size=1, nrcpt=1 (queue active)`,
      `smtp[4]: ${queueId}: to=<${to}>, relay=mx.x.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)`,
      `qmgr[3]: ${queueId}: removed`,
    ].map((text) => `${STAMPS[0]?.(second)} postfix/${text}`),
  );
const log = fc
  .array(fc.oneof({ weight: 2, arbitrary: whole }, { weight: 3, arbitrary: line.map((one) => [one]) }), { maxLength: 30 })
  .map((parts) => parts.flat());

describe('a glance', () => {
  it('gives what reading every line gives, whatever the lines and wherever they are stored', () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat(60), { maxLength: 3 }), (lines, settleAt) => {
        expect(read(lines, true, settleAt)).toEqual(read(lines, false, settleAt));
      }),
      { numRuns: 3000 },
    );
  });

  it('does so when a character of a line is another one', () => {
    fc.assert(
      fc.property(
        log,
        fc.nat(),
        fc.nat(),
        fc.constantFrom(' ', ':', '<', '>', '"', ',', '=', '[', ']', '@', 'é', '(', '0', 'a'),
        (lines, which, where, character) => {
          if (lines.length === 0) return;
          const at = which % lines.length;
          const changed = lines.map((one, index) =>
            index === at ? one.slice(0, where % (one.length + 1)) + character + one.slice((where % (one.length + 1)) + 1) : one,
          );
          expect(read(changed, true)).toEqual(read(changed, false));
        },
      ),
      { numRuns: 3000 },
    );
  });

  const folder = new URL('../fixtures/real-logs/', import.meta.url).pathname;
  it.each(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )('and in a real log: %s', (path) => {
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(read(lines, true)).toEqual(read(lines, false));
  });
});
