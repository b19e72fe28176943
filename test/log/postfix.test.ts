import { describe, expect, it } from 'vitest';
import { postfix } from '../records.js';

const REST =
  'delay=0.04, delays=0.01/0.01/0/0.01, dsn=5.1.1, status=bounced (host mx.c.example[192.0.2.1] said: 550 5.1.1 no (in reply to RCPT TO command))';
const SAID = 'host mx.c.example[192.0.2.1] said: 550 5.1.1 no (in reply to RCPT TO command)';

/** Text → the fields of the attempt that matter in this form. */
const ATTEMPTS: [name: string, text: string, expected: object][] = [
  [
    'remote bounce',
    `20E43EA2084: to=<u@c.example>, relay=mx.c.example[192.0.2.1]:25, ${REST}`,
    {
      kind: 'attempt',
      queueId: '20E43EA2084',
      recipient: 'u@c.example',
      origRecipient: null,
      result: 'bounced',
      tried: true,
      mx: 'mx.c.example',
      mxIp: '192.0.2.1',
      transport: 'smtp',
      text: SAID,
      dsn: '5.1.1',
      delay: 0.04,
    },
  ],
  ['long queue id', `4jYZpb3g4Kz2Ff9d: to=<u@c.example>, relay=mx.c.example[192.0.2.1]:25, ${REST}`, { queueId: '4jYZpb3g4Kz2Ff9d' }],
  [
    'orig_to',
    `20E43EA2084: to=<u@c.example>, orig_to=<root>, relay=mx.c.example[192.0.2.1]:25, ${REST}`,
    { recipient: 'u@c.example', origRecipient: 'root' },
  ],
  ['quoted local part', `20E43EA2084: to=<"two words"@c.example>, relay=mx.c.example[192.0.2.1]:25, ${REST}`, { recipient: '"two words"@c.example' }],
  [
    'quoted local part that imitates fields',
    `20E43EA2084: to=<"a>, relay=evil[6.6.6.6]:25, x\\"y"@c.example>, relay=mx.c.example[192.0.2.1]:25, ${REST}`,
    { recipient: '"a>, relay=evil[6.6.6.6]:25, x\\"y"@c.example', mx: 'mx.c.example' },
  ],
  ['UTF-8 address', `20E43EA2084: to=<jürgen@bücher.example>, relay=mx.c.example[192.0.2.1]:25, ${REST}`, { recipient: 'jürgen@bücher.example' }],
  ['empty recipient', `20E43EA2084: to=<>, relay=mx.c.example[192.0.2.1]:25, ${REST}`, { recipient: '' }],
  ['IPv6 relay', `20E43EA2084: to=<u@c.example>, relay=mx.c.example[2001:db8::1]:25, ${REST}`, { mx: 'mx.c.example', mxIp: '2001:db8::1' }],
  ['conn_use', `20E43EA2084: to=<u@c.example>, relay=mx.c.example[192.0.2.1]:25, conn_use=2, ${REST}`, { delay: 0.04 }],
  [
    'LMTP socket',
    '20E43EA2084: to=<u@c.example>, relay=c.example[private/dovecot-lmtp], delay=1, delays=0/0/0/1, dsn=4.2.2, status=deferred (host c.example[private/dovecot-lmtp] said: 452 4.2.2 full (in reply to end of DATA command))',
    { mx: null, mxIp: null, result: 'deferred' },
  ],
  [
    'no relay: the host stands in the text',
    '20E43EA2084: to=<u@c.example>, relay=none, delay=0, delays=0/0/0/0, dsn=4.4.1, status=deferred (connect to mx.c.example[192.0.2.1]:25: Connection refused)',
    { mx: 'mx.c.example', mxIp: '192.0.2.1', result: 'deferred', tried: true },
  ],
  [
    'no attempt',
    '20E43EA2084: to=<u@c.example>, relay=none, delay=0, delays=0/0/0/0, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to mx.c.example[192.0.2.1]:25: Connection refused)',
    { result: 'deferred', tried: false, mx: 'mx.c.example' },
  ],
  [
    'soft bounce',
    `20E43EA2084: to=<u@c.example>, relay=x[192.0.2.1]:25, delay=1, dsn=4.1.1, status=SOFTBOUNCE (no)`,
    { result: 'deferred', text: 'no' },
  ],
  [
    'old Postfix without dsn',
    '20E43EA2084: to=<u@c.example>, relay=x[192.0.2.1], delay=5, status=bounced (no)',
    { result: 'bounced', dsn: null, delay: 5 },
  ],
  [
    'cut off by syslog',
    '20E43EA2084: to=<u@c.example>, relay=x[192.0.2.1], delay=5, dsn=5.0.0, status=bounced (host x[192.0.2.1] said: 550 no su',
    { text: 'host x[192.0.2.1] said: 550 no su' },
  ],
  [
    'delivered',
    '20E43EA2084: to=<u@c.example>, relay=mx.c.example[127.0.10.1]:25, delay=0, dsn=2.0.0, status=sent (250 2.0.0 OK)',
    { kind: 'sent', to: 'world', mx: 'mx.c.example' },
  ],
  [
    'handed to the content filter',
    '20E43EA2084: to=<u@c.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=0, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 3C434EA208F)',
    { kind: 'sent', to: 'hop' },
  ],
  ['forwarded', '20E43EA2084: to=<u@c.example>, relay=local, delay=0, dsn=2.0.0, status=sent (forwarded as 3C434EA208F)', { to: 'hop' }],
];

describe('Postfix delivery lines', () => {
  it.each(ATTEMPTS)('%s', (_, text, expected) => {
    expect(postfix(text)).toMatchObject(expected);
  });

  it.each([
    ['local', 'unknown user: "nobody"'],
    ['pipe', 'Command died with status 1: "exit 1"'],
    ['virtual', 'maildir delivery failed: error'],
    ['error', 'user unknown'],
  ])('names the transport %s', (daemon, text) => {
    const line = `20E43EA2084: to=<u@c.example>, relay=${daemon}, delay=0.02, delays=0/0.01/0/0, dsn=5.1.1, status=bounced (${text})`;
    expect(postfix(line, daemon)).toMatchObject({ transport: daemon, text, mx: null });
  });

  it('does not take an address probe for mail', () => {
    expect(postfix('20E43EA2084: to=<u@c.example>, relay=x[192.0.2.1]:25, delay=1, dsn=5.1.1, status=undeliverable (no)')).toBeNull();
    expect(postfix('20E43EA2084: to=<u@c.example>, relay=x[192.0.2.1]:25, delay=1, dsn=2.1.5, status=deliverable (ok)')).toBeNull();
  });

  it.each([
    '20E43EA2084: to=<u@c.example>, relay=x[192.0.2.1]:25, delay=1, dsn=5.1.1, status=perplexed (no)',
    '20E43EA2084: to=<u@c.example, relay status=bounced',
  ])('reports what it does not understand: %s', (text) => {
    expect(postfix(text)).toEqual({ kind: 'not-understood' });
  });
});

describe('Postfix queue lines', () => {
  it.each([
    ['qmgr', '20E43EA2084: from=<s@a.example>, size=334, nrcpt=2 (queue active)', { kind: 'accepted', sender: 's@a.example' }],
    ['qmgr', '20E43EA2084: from=<>, size=334, nrcpt=2 (queue active)', { sender: '' }],
    ['qmgr', '20E43EA2084: from=<s@a.example>, status=expired, returned to sender', { kind: 'expired', sender: 's@a.example' }],
    ['qmgr', '20E43EA2084: from=<s@a.example>, status=force-expired, returned to sender', { kind: 'expired' }],
    ['qmgr', '20E43EA2084: removed', { kind: 'done' }],
    ['cleanup', '20E43EA2084: message-id=<1@a.example>', { messageId: '1@a.example' }],
    ['cleanup', '20E43EA2084: message-id=odd id', { messageId: 'odd id' }],
    ['smtpd', '20E43EA2084: client=h[192.0.2.9], sasl_method=PLAIN, sasl_username=user@a.example', { authUser: 'user@a.example', opens: true }],
  ])('%s: %s', (daemon, text, expected) => {
    expect(postfix(text, daemon)).toMatchObject(expected);
  });

  it.each([
    ['smtpd', 'connect from localhost[127.0.0.1]'],
    ['smtpd', 'disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5'],
    ['bounce', '20E43EA2084: sender non-delivery notification: 2901BEA208C'],
    ['smtp', 'connect to mx.c121.example[192.0.2.1]:25: Connection refused'],
    ['master', 'daemon started -- version 3.7.11, configuration /etc/postfix'],
  ])('says nothing: %s: %s', (daemon, text) => {
    expect(postfix(text, daemon)).toBeNull();
  });
});

describe('Postfix refusals', () => {
  it.each([
    [
      'NOQUEUE: reject: RCPT from h.example[192.0.2.9]: 554 5.7.1 <x@y.example>: Relay access denied; from=<s@a.example> to=<x@y.example> proto=ESMTP helo=<h>',
      {
        kind: 'rejected',
        queueId: null,
        client: 'h.example',
        clientIp: '192.0.2.9',
        helo: 'h',
        sender: 's@a.example',
        recipient: 'x@y.example',
        text: '554 5.7.1 <x@y.example>: Relay access denied',
      },
    ],
    [
      '20E43EA2084: milter-reject: END-OF-MESSAGE from h.example[192.0.2.9]: 5.7.1 Spam; found; from=<s@a.example> to=<x@y.example> proto=ESMTP helo=<h>',
      { queueId: '20E43EA2084', text: '5.7.1 Spam; found' },
    ],
  ])('%s', (text, expected) => {
    expect(postfix(text, 'smtpd')).toMatchObject(expected);
  });

  it('does not take a warning for a refusal', () => {
    expect(postfix('NOQUEUE: reject_warning: RCPT from h[192.0.2.9]: 554 x; from=<a> to=<b> proto=ESMTP helo=<h>', 'smtpd')).toBeNull();
  });
});
