import { expect, it } from 'vitest';
import { Interpreter } from '../../src/bounce/interpret.js';
import { Anonymizer } from '../../src/ingest/anonymize.js';
import { MAX_LINE_BYTES } from '../../src/log/lines.js';
import { readLine } from '../records.js';

/** What the syntax of logs and replies is made of; a whole line of one of them is what backtracking dies of. */
const PIECES = [
  ...[
    'a',
    'a@',
    '"',
    '""',
    '\\',
    '\\"',
    '<',
    '>',
    '<>',
    '<a@b.c>',
    '[',
    '[1.2.3.4]',
    '[1/2]',
    ' ',
    '\t',
    ')',
    '(',
    ': ',
    '; ',
    ',',
    '=',
    'a=',
    '%',
    '&',
    "'",
    "('",
  ],
  ...[
    'said: ',
    '(host a[1.1.1.1] said: ',
    '(in reply to RCPT TO command)',
    'to=<',
    'to=<a@b>, ',
    'status=bounced (',
    '=> ',
    ' R=x',
    ' T=y',
    'H=x [1.1.1.1] ',
  ],
  ...[
    'SMTP error from remote mail server after RCPT TO:<a>: ',
    '550 ',
    '550-5.1.1 ',
    '5.1.1 ',
    '1.2.3.4',
    '1:',
    '::',
    'http://a.b/',
    'a.',
    'a-',
    '.',
    '/',
    '_',
  ],
  ...[
    '{recipient}',
    '{',
    'é',
    '\0',
    '\u001b[',
    '#012',
    '\\n',
    'host ',
    'listed ',
    'blocked using ',
    'user ',
    'mailbox ',
    'unknown ',
    '0x',
    'abcdef0123456789',
    '?',
  ],
];
const POSTFIX = 'Nov 23 10:00:01 mx1 postfix';
const EXIM = '2026-11-23 10:00:06 [12] 1vNAbC-0000000001k-1Abc';
/** Each place of a line that a stranger fills. */
const PLACES: readonly (readonly [string, string])[] = [
  [
    `${POSTFIX}/smtp[1]: 4CDEF1: to=<u@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host mx.c.example[192.0.2.1] said: 550 `,
    ')',
  ],
  [`${POSTFIX}/smtp[1]: 4CDEF1: to=<`, '>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host x said: 550 no)'],
  [`${POSTFIX}/smtp[1]: 4CDEF1: to=<u@c>, relay=`, ', delay=1, dsn=5.1.1, status=bounced (host x said: 550 no)'],
  [`${POSTFIX}/smtp[1]: `, ''],
  [`${POSTFIX}/smtpd[1]: NOQUEUE: reject: RCPT from `, ': 554 5.7.1 <r@d.example>: Relay access denied; from=<s@e> to=<r@d> proto=ESMTP helo=<h>'],
  [`${POSTFIX}/smtpd[1]: NOQUEUE: reject: RCPT from u[1.1.1.1]: 554 5.7.1 `, '; from=<s@e> to=<r@d> proto=ESMTP helo=<h>'],
  [`${POSTFIX}/qmgr[1]: 4CDEF1: from=<`, ', size=10'],
  [`${POSTFIX}/cleanup[1]: 4CDEF1: `, 'message-id=<x>'],
  [`${EXIM} ** a@b.example R=local T=smtp H=mx [1.1.1.1]: SMTP error from remote mail server after RCPT TO:<a@b.example>: 550 `, ''],
  [`${EXIM} ** `, ' R=local: unknown user'],
  [`${EXIM} <= `, ' P=local S=300'],
  [`${EXIM} => `, ''],
  ['2026-11-23 10:00:06 [12] H=', ' F=<a@b> rejected RCPT <c@d>: no'],
  ['2026-11-23 10:00:06 [12] H=x [1.1.1.1] F=<a@b> rejected RCPT <c@d>: ', ''],
  ['', ''],
  ['Nov 23 10:00:01 ', ''],
];

it('the longest lines are read, anonymized and classified in time linear in their length: one quadratic step takes longer than this test may', () => {
  const interpreter = new Interpreter();
  const anonymizer = new Anonymizer(Buffer.alloc(32));
  const kinds = new Set<string>();
  for (const [before, after] of PLACES) {
    for (const piece of PIECES) {
      const line = before + piece.repeat(Math.floor((MAX_LINE_BYTES - before.length - after.length) / Buffer.byteLength(piece))) + after;
      const read = readLine(line)?.record ?? null;
      if (read === null) continue;
      kinds.add(read.kind);
      const record = anonymizer.record(read);
      if (record.kind !== 'attempt') continue;
      const { text, dsn, transport, recipient, mx, mxIp } = record;
      expect(interpreter.read(text, 'postfix', dsn, transport, { recipient, mx, mxIp }, null).kind.cause).toBeTypeOf('string');
    }
  }
  expect([...kinds]).toEqual(expect.arrayContaining(['attempt', 'accepted', 'rejected']));
}, 10_000);
