import { describe, expect, it } from 'vitest';
import { exim } from '../records.js';

const ID = '1xVlMV-0002A2-2h';

const TABLE: [name: string, text: string, expected: object | null][] = [
  [
    'arrived',
    '<= s@a.example H=(client) [192.0.2.9] P=esmtp S=317 id=17@a.example',
    { kind: 'accepted', sender: 's@a.example', messageId: '17@a.example', authUser: null, opens: true },
  ],
  ['arrived, null sender', '<= <> R=1xVlMV-0002A2-2g U=Debian-exim P=local S=2000', { sender: '', authUser: 'Debian-exim' }],
  [
    'arrived, logged in',
    '<= s@a.example H=h [192.0.2.9] P=esmtpsa A=dovecot_login:bob@a.example S=1 id=1@a T="x id=fake A=y:z" for r@b.example',
    { authUser: 'bob@a.example', messageId: '1@a' },
  ],
  [
    'failed',
    '** u@c.example R=remote T=remote_smtp H=mx.c.example [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<u@c.example>: 550 5.1.1 no',
    {
      kind: 'attempt',
      recipient: 'u@c.example',
      result: 'bounced',
      tried: true,
      mx: 'mx.c.example',
      mxIp: '192.0.2.1',
      transport: 'remote_smtp',
      text: 'SMTP error from remote mail server after RCPT TO:<u@c.example>: 550 5.1.1 no',
    },
  ],
  [
    'failed, every field, times behind the text',
    '** u@c.example F=<s@a.example> P=<s@a.example> R=remote T=remote_smtp H=mx.c.example [192.0.2.1]:25 I=[192.0.2.9]:51636 X=TLS1.3:x:256 CV=yes DN="CN=mx: x": SMTP error from remote mail server after end of data: 550 no QT=1m2s DT=0.001s',
    { sender: 's@a.example', mx: 'mx.c.example', delay: 62, text: 'SMTP error from remote mail server after end of data: 550 no' },
  ],
  [
    'quoted local part, printed without quotes',
    '** two words@c.example <"two words"@c.example> R=remote T=remote_smtp H=mx [192.0.2.1]: x',
    { recipient: '"two words"@c.example', origRecipient: null },
  ],
  [
    'the case of the original',
    '== upper.case@c.example <UPPER.Case@c.example> R=remote T=remote_smtp defer (-44) H=mx [192.0.2.1]: x',
    { recipient: 'UPPER.Case@c.example', result: 'deferred' },
  ],
  [
    'alias',
    '** new@c.example <old@d.example> R=remote T=remote_smtp H=mx [192.0.2.1]: x',
    { recipient: 'new@c.example', origRecipient: 'old@d.example' },
  ],
  ['not routed', '** u@c.example: Unrouteable address', { recipient: 'u@c.example', text: 'Unrouteable address', mx: null, result: 'bounced' }],
  [
    'pipe',
    '** |/bin/false <pipefail@c.example> R=aliases T=address_pipe: Child process of address_pipe transport returned 1 from command: /bin/false',
    { recipient: 'pipefail@c.example', transport: 'address_pipe' },
  ],
  [
    'deferred',
    '== u@c.example R=remote T=remote_smtp defer (-44) H=mx [192.0.2.1] DT=0.000s: SMTP error from remote mail server after RCPT TO:<u@c.example>: 452 4.2.2 full',
    { result: 'deferred', tried: true, mx: 'mx' },
  ],
  [
    'deferred, system error',
    '== u@c.example R=remote T=remote_smtp defer (111): Connection refused',
    { text: 'Connection refused', tried: true, mx: null },
  ],
  [
    'deferred, system error and host',
    '== u@c.example R=remote T=remote_smtp defer (110): Connection timed out H=mx [192.0.2.1]',
    { text: 'Connection timed out' },
  ],
  ['routing, no attempt', '== u@c.example routing defer (-52): retry time not reached', { tried: false, text: 'retry time not reached' }],
  ['host, no attempt', "== u@c.example R=remote T=remote_smtp defer (-54): retry time not reached for any host for 'c.example'", { tried: false }],
  [
    'redirect error',
    '== full@c.example R=aliases defer (-17): error in redirect data: ":fail: 552 5.2.2 mailbox is full" is not permitted',
    { tried: true },
  ],
  ['retry timeout', '** u@c.example: retry timeout exceeded', { result: 'expired', tried: false }],
  [
    'retry timeout after a try',
    '** u@c.example R=remote T=remote_smtp H=mx [192.0.2.1]: Connection timed out: retry timeout exceeded',
    { result: 'expired', tried: true },
  ],
  [
    'delivered',
    '=> u@c.example R=remote T=remote_smtp H=mx.c.example [127.0.12.1] C="250 2.0.0 OK"',
    { kind: 'sent', to: 'world', mx: 'mx.c.example' },
  ],
  ['delivered, one more address', '-> u@c.example R=remote T=remote_smtp H=mx.c.example [192.0.2.1]', { kind: 'sent' }],
  ['delivered to the filter on this host', '=> u@c.example R=filter T=filter_smtp H=localhost [127.0.0.1]', { to: 'hop' }],
  ['blackhole', '=> :blackhole: <hole@c.example> R=aliases', { recipient: 'hole@c.example', kind: 'sent' }],
  ['suppressed by -N', '*> u@c.example R=remote T=remote_smtp H=mx [192.0.2.1]', null],
  ['completed', 'Completed', { kind: 'done' }],
  ['host error', 'H=mx.c.example [192.0.2.1] Connection refused', { kind: 'host-error', mx: 'mx.c.example', mxIp: '192.0.2.1' }],
  ['no immediate delivery', 'no immediate delivery: more than 10 messages', null],
];

describe('Exim', () => {
  it.each(TABLE)('%s', (_, text, expected) => {
    const record = exim(`${ID} ${text}`);
    if (expected === null) expect(record).toBeNull();
    else expect(record).toMatchObject({ queueId: ID, ...expected });
  });

  it.each([
    [
      'H=(client) [192.0.2.9] F=<s@a.example> rejected RCPT <r@b.example>: relay not permitted',
      {
        kind: 'rejected',
        clientIp: '192.0.2.9',
        helo: 'client',
        sender: 's@a.example',
        recipient: 'r@b.example',
        text: 'rejected RCPT: relay not permitted',
      },
    ],
    [
      '[9159] H=h.example (client) [192.0.2.9]:37100 I=[192.0.2.1]:25 F=<s@a.example> temporarily rejected RCPT <r@b.example>: greylisted',
      { client: 'h.example', text: 'temporarily rejected RCPT: greylisted' },
    ],
  ])('%s', (text, expected) => {
    expect(exim(text)).toMatchObject(expected);
  });

  it.each([
    'Start queue run: pid=8258',
    'exim 4.96 daemon started: pid=8254, -q4s, listening for SMTP on [127.0.0.1]:10325',
    'SMTP connection from [192.0.2.1]:33114 closed by QUIT',
  ])('says nothing: %s', (text) => {
    expect(exim(text)).toBeNull();
  });
});
