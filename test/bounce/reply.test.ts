import { describe, expect, it } from 'vitest';
import { readBareReply, readReply } from '../../src/bounce/reply.js';

describe('replies that Postfix logs', () => {
  it.each([
    ['host m[1.2.3.4] said: 550 5.1.1 no (in reply to RCPT TO command)', { text: '550 5.1.1 no', code: 550, enhanced: '5.1.1', stage: 'rcpt' }],
    ['host m said: 550 5.1.1 no (in reply to RCPT TO command)', { text: '550 5.1.1 no', code: 550, enhanced: '5.1.1', stage: 'rcpt' }],
    ['host m[1.2.3.4] said: 550 no (in reply to end of DATA command)', { text: '550 no', code: 550, enhanced: null, stage: 'eod' }],
    ['host m[1.2.3.4] said: 503 no (in reply to DATA command)', { stage: 'data' }],
    ['host m[1.2.3.4] said: 550 no (in reply to MAIL FROM command)', { stage: 'mail' }],
    [
      'host m[1.2.3.4] said: 450 4.1.1 <x>: unverified: host 1.2.3.5 said: 550 5.1.1 no (in reply to RCPT TO command)',
      { code: 450, enhanced: '4.1.1', stage: 'rcpt' },
    ],
    ['host m[1.2.3.4] said: 550 no (see (this)) (in reply to RCP', { text: '550 no (see (this))', stage: 'unknown' }],
    ['host m[1.2.3.4] refused to talk to me: 421 4.7.0 busy', { text: '421 4.7.0 busy', code: 421, stage: 'connect' }],
    ['delivery temporarily suspended: host m[1.2.3.4] refused to talk to me: 554 no', { text: '554 no', code: 554, stage: 'connect' }],
    ['host h[private/dovecot-lmtp] said: 452 4.2.2 full (in reply to end of DATA command)', { code: 452, stage: 'eod' }],
    ['connect to m[1.2.3.4]:25: Connection refused', { code: null, enhanced: '4.4.1', stage: 'connect' }],
    ['Host or domain name not found. Name service error for name=x type=A: Host not found', { stage: 'dns' }],
    ['lost connection with m[1.2.3.4] while sending RCPT TO', { stage: 'rcpt' }],
    ['TLS is required, but was not offered by host m[1.2.3.4]', { stage: 'tls' }],
  ])('%s', (text, expected) => {
    expect(readReply(text, 'postfix', '4.4.1', 'smtp')).toMatchObject(expected);
  });

  it('takes the status our own MTA attached only where no server spoke', () => {
    expect(readReply('host m[1.2.3.4] said: 550 no (in reply to RCPT TO command)', 'postfix', '5.0.0', 'smtp').enhanced).toBeNull();
    expect(readReply('unknown user: "x"', 'postfix', '5.1.1', 'local')).toMatchObject({ enhanced: '5.1.1', stage: 'local' });
  });
});

describe('replies that Exim logs', () => {
  it.each([
    [
      'SMTP error from remote mail server after RCPT TO:<u@c.example>: 550 5.1.1 no',
      { text: '550 5.1.1 no', code: 550, enhanced: '5.1.1', stage: 'rcpt' },
    ],
    [
      'SMTP error from remote mail server after pipelined MAIL FROM:<s@a.example> SIZE=1376: 552 5.2.3 large',
      { text: '552 5.2.3 large', stage: 'mail' },
    ],
    ['SMTP error from remote mail server after end of data: 550-a\\n550-b\\n550 c', { text: '550-a 550-b 550 c', stage: 'eod' }],
    ['SMTP error from remote mail server after pipelined DATA: 503 5.5.1 no', { stage: 'data' }],
    ['SMTP error from remote mail server after initial connection: 421 4.7.0 busy', { code: 421, stage: 'connect' }],
    ['SMTP error from remote mailer after RCPT TO:<u@c.example>: host mx [1.2.3.4]: 550 no', { text: '550 no', code: 550, stage: 'rcpt' }],
    ['LMTP error after RCPT TO:<u@c.example>: 550 5.1.1 no', { text: '550 5.1.1 no', stage: 'rcpt' }],
    ['Unrouteable address', { code: null, stage: 'dns' }],
    ['Connection refused', { stage: 'connect' }],
    ['Remote host closed connection in response to EHLO x', { stage: 'helo' }],
  ])('%s', (text, expected) => {
    expect(readReply(text, 'exim', null, 'remote_smtp')).toMatchObject(expected);
  });

  it.each(['local_delivery', 'address_pipe', 'mail_spool', 'virtual_userdelivery', 'dovecot_lmtp', 'maildir_home', 'procmail_pipe'])(
    'are of our own delivery by %s',
    (transport) => {
      expect(readReply('something happened', 'exim', null, transport).stage).toBe('local');
    },
  );

  it.each(['remote_smtp', 'smarthost_lmtp', 'dkim_remote_smtp', 'local_relay'])('are not by %s', (transport) => {
    expect(readReply('something happened', 'exim', null, transport).stage).toBe('unknown');
  });
});

describe('bare replies', () => {
  it.each([
    ['511 sorry, no mailbox here by that name (#5.1.1 - chkuser)', { code: 511, enhanced: '5.1.1' }],
    ['5.1.1 <x>... User Unknown', { code: null, enhanced: '5.1.1' }],
    ['554 30 Sorry', { code: 554, enhanced: null }],
    ['550', { code: 550 }],
    ['550 cuda_nsu 5.4.1 [a@b.example]: no', { code: 550, enhanced: '5.4.1' }],
    ['5.7.26', { enhanced: '5.7.26' }],
    ['host m[1.2.3.4] said: 550 5.1.1 no (in reply to RCPT TO command)', { text: '550 5.1.1 no', stage: 'rcpt' }],
    ['smtp; 550 5.1.1 no', { text: '550 5.1.1 no', code: 550, enhanced: '5.1.1' }],
    ['Diagnostic-Code: smtp;550-5.1.1 no', { text: '550-5.1.1 no', code: 550, enhanced: '5.1.1' }],
    ['no code at all', { code: null, enhanced: null }],
    ['', { code: null, enhanced: null }],
    ['1234567 times', { code: null }],
  ])('%s', (text, expected) => {
    expect(readBareReply(text)).toMatchObject(expected);
  });
});
