import { describe, expect, it } from 'vitest';
import { readLine } from '../records.js';

const REMOVED = { kind: 'done', queueId: '20E43EA2084' };
const COMPLETED = { kind: 'done', queueId: '1xVlMw-0002Nv-0u' };

/** Line → time, host, record: each envelope of each kind. */
const TABLE: [name: string, line: string, time: string, host: string, record: object][] = [
  ['RFC 3164', 'Nov 24 07:54:47 vm postfix/qmgr[7828]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['RFC 3164, padded day', 'Nov  4 07:54:47 vm postfix/qmgr[7828]: 20E43EA2084: removed', '2026-11-04T07:54:47.000Z', 'vm', REMOVED],
  ['RFC 3164, last year', 'Dec 31 23:59:59 vm postfix/qmgr[7828]: 20E43EA2084: removed', '2025-12-31T23:59:59.000Z', 'vm', REMOVED],
  ['RFC 3164 with priority', '<22>Nov 24 07:54:47 vm postfix/qmgr[7828]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['ISO', '2026-11-24T07:54:47.463899+00:00 vm postfix/qmgr[8278]: 20E43EA2084: removed', '2026-11-24T07:54:47.463Z', 'vm', REMOVED],
  [
    'ISO without fraction, with offset',
    '2026-11-24T08:54:47+01:00 vm postfix/qmgr[8278]: 20E43EA2084: removed',
    '2026-11-24T07:54:47.000Z',
    'vm',
    REMOVED,
  ],
  ['ISO, Z', '2026-11-24T07:54:47Z vm postfix/qmgr[8278]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['multi-instance', '2026-11-24T07:54:47Z vm postfix-out/qmgr[8278]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['RFC 5424', '<22>1 2026-11-24T07:54:47.118245+00:00 vm postfix 8261 - -  20E43EA2084: removed', '2026-11-24T07:54:47.118Z', 'vm', REMOVED],
  [
    'RFC 5424 with structured data and BOM',
    '<22>1 2026-11-24T07:54:47Z vm postfix/qmgr 8261 - [a b="c \\] d"][e f="g"] \ufeff20E43EA2084: removed',
    '2026-11-24T07:54:47.000Z',
    'vm',
    REMOVED,
  ],
  ['Exim', '2026-11-24 07:55:14 1xVlMw-0002Nv-0u Completed', '2026-11-24T07:55:14.000Z', '', COMPLETED],
  ['Exim, everything', '2026-11-24 08:55:14.311 +0100 [9172] 1xVlMw-0002Nv-0u Completed QT=0.1s', '2026-11-24T07:55:14.311Z', '', COMPLETED],
  ['Exim, pid only', '2026-11-24 07:55:14 [9172] 1xVlMw-0002Nv-0u Completed', '2026-11-24T07:55:14.000Z', '', COMPLETED],
  [
    'Exim 4.97 message id',
    '2026-11-24 07:55:14 1xVlMw-000000002Nv-0u1a Completed',
    '2026-11-24T07:55:14.000Z',
    '',
    { kind: 'done', queueId: '1xVlMw-000000002Nv-0u1a' },
  ],
  [
    'Exim through syslog with its own stamp',
    'Nov 24 07:55:14 vm exim[9172]: 2026-11-24 07:55:14 1xVlMw-0002Nv-0u Completed',
    '2026-11-24T07:55:14.000Z',
    'vm',
    COMPLETED,
  ],
  [
    'RFC 3164 with a fraction (journalctl -o short-precise)',
    'Nov 24 07:54:47.463899 vm postfix/qmgr[1]: 20E43EA2084: removed',
    '2026-11-24T07:54:47.463Z',
    'vm',
    REMOVED,
  ],
  ['journalctl -o short-iso', '2026-11-24T08:54:47+0100 vm postfix/qmgr[1]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['no host', 'Nov 24 07:54:47 postfix/qmgr[1]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', '', REMOVED],
  ['no pid', 'Nov 24 07:54:47 vm postfix/qmgr: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['Solaris', 'Nov 24 07:54:47 vm postfix/qmgr[1]: [ID 197553 mail.info] 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['syslog with a date like Exim’s', '2026-11-24 07:54:47.5 vm postfix/qmgr[1]: 20E43EA2084: removed', '2026-11-24T07:54:47.500Z', 'vm', REMOVED],
  [
    'syslog of Exim with a date like Exim’s',
    '2026-11-24 07:54:47 vm exim[1]: 1xVlMw-0002Nv-0u Completed',
    '2026-11-24T07:54:47.000Z',
    'vm',
    COMPLETED,
  ],
  ['a name of two parts', 'Nov 24 07:54:47 vm postfix/submission/qmgr[1]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['any syslog_name', 'Nov 24 07:54:47 vm mail-out/qmgr[1]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['FreeBSD, syslogd -v', 'Nov 24 07:54:47 <2.6> vm postfix/qmgr[1]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['FreeBSD, syslogd -vv', 'Nov 24 07:54:47 <mail.info> vm exim[1]: 1xVlMw-0002Nv-0u Completed', '2026-11-24T07:54:47.000Z', 'vm', COMPLETED],
  ['BusyBox', 'Nov 24 07:54:47 vm mail.info postfix/qmgr[1]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'vm', REMOVED],
  ['BusyBox, Exim', 'Nov 24 07:54:47 vm mail.info exim[1]: 1xVlMw-0002Nv-0u Completed', '2026-11-24T07:54:47.000Z', 'vm', COMPLETED],
  ['OpenWrt', 'Tue Nov 24 07:54:47 2026 mail.info postfix/qmgr[1]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', '', REMOVED],
  ['a host named as a facility', 'Nov 24 07:54:47 mail.info postfix/qmgr[1]: 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', 'mail.info', REMOVED],
  ['metalog', 'Nov 24 07:54:47 [postfix/qmgr] 20E43EA2084: removed', '2026-11-24T07:54:47.000Z', '', REMOVED],
  ['metalog, Exim', 'Nov 24 07:54:47 [exim] 1xVlMw-0002Nv-0u Completed', '2026-11-24T07:54:47.000Z', '', COMPLETED],
  ['Exim through syslog', 'Nov 24 07:55:14 vm exim4[9172]: 1xVlMw-0002Nv-0u Completed', '2026-11-24T07:55:14.000Z', 'vm', COMPLETED],
];

describe('envelopes', () => {
  it.each(TABLE)('%s', (_, line, time, host, record) => {
    expect(readLine(line)).toMatchObject({ time, host, record });
  });

  it.each([
    'Nov 24 07:54:47 vm dovecot: imap-login: Login: user=<a>',
    'Nov 24 07:54:47 vm php[1]: 20E43EA2084: to=<a@b.example>, relay=x[1.2.3.4]:25, delay=1, status=bounced (x)',
    '2026-11-24T07:54:47Z vm sendmail[1]: 20E43EA2084: to=<a@b.example>, delay=1, relay=x, stat=Sent',
    '<22>1 2026-11-24T07:54:47Z vm dovecot 8261 - -  20E43EA2084: to=<a@b.example>, relay=x[1.2.3.4]:25, delay=1, status=bounced (x)',
    '',
    'no log line at all',
    '2026-11-24',
    'Nov 24 07:54:47',
    '<22>',
  ])('is not ours: %s', (line) => {
    expect(readLine(line)).toBeNull();
  });
});
