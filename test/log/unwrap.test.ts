import { describe, expect, it } from 'vitest';
import { isJournalExport } from '../../src/log/wrapping/export.js';
import { unwrap } from '../../src/log/wrapping/unwrap.js';

const TEXT = '20E43EA2084: to=<u@c.example>, relay=none, delay=1, dsn=5.1.1, status=bounced (x)';

/** An entry as journalctl -o json writes it, with more fields than matter. */
const entry = (fields: Record<string, unknown>) =>
  JSON.stringify({
    __CURSOR: 's=1;i=2',
    __REALTIME_TIMESTAMP: '1795506887463899',
    _TRANSPORT: 'syslog',
    PRIORITY: '6',
    SYSLOG_FACILITY: '2',
    _HOSTNAME: 'vm',
    _PID: '8271',
    SYSLOG_IDENTIFIER: 'postfix/smtp',
    MESSAGE: TEXT,
    ...fields,
  });

const TABLE: [name: string, line: string, inner: string][] = [
  ['journal', entry({}), `2026-11-24T07:54:47.463Z vm postfix/smtp[8271]: ${TEXT}`],
  [
    'journal, the time the message was sent',
    entry({ _SOURCE_REALTIME_TIMESTAMP: '1795506886000000' }),
    `2026-11-24T07:54:46.000Z vm postfix/smtp[8271]: ${TEXT}`,
  ],
  ['journal, pid of the message', entry({ SYSLOG_PID: '9' }), `2026-11-24T07:54:47.463Z vm postfix/smtp[9]: ${TEXT}`],
  ['journal, bytes', entry({ MESSAGE: [...Buffer.from('a\u00e9\u0001b')] }), '2026-11-24T07:54:47.463Z vm postfix/smtp[8271]: a\u00c3\u00a9\u0001b'],
  ['journal, field twice', entry({ MESSAGE: ['one', 'two'] }), '2026-11-24T07:54:47.463Z vm postfix/smtp[8271]: one'],
  ['journal, too large', entry({ MESSAGE: null }), '2026-11-24T07:54:47.463Z vm postfix/smtp[8271]: '],
  ['journal, lines', entry({ MESSAGE: 'a\nNov 24 07:54:47 vm b' }), '2026-11-24T07:54:47.463Z vm postfix/smtp[8271]: a Nov 24 07:54:47 vm b'],
  [
    'journal, standard output of a container',
    entry({ SYSLOG_IDENTIFIER: '3f2a', MESSAGE: `Nov 24 07:54:47 mx postfix/smtp[1]: ${TEXT}` }),
    `2026-11-24T07:54:47.463Z mx postfix/smtp[1]: ${TEXT}`,
  ],
  [
    'journal, standard output without a time',
    entry({ SYSLOG_IDENTIFIER: '3f2a', MESSAGE: `postfix/smtp[1]: ${TEXT}` }),
    `2026-11-24T07:54:47.463Z postfix/smtp[1]: ${TEXT}`,
  ],
  ['journal, json-seq', `\x1e${entry({})}`, `2026-11-24T07:54:47.463Z vm postfix/smtp[8271]: ${TEXT}`],
  ['journal, json-sse', `data: ${entry({})}`, `2026-11-24T07:54:47.463Z vm postfix/smtp[8271]: ${TEXT}`],
  ['journal, short-full', `Tue 2026-11-24 07:54:47 UTC vm postfix/smtp[1]: ${TEXT}`, `2026-11-24T07:54:47Z vm postfix/smtp[1]: ${TEXT}`],
  ['journal, short-unix', `1795506887.463899 vm postfix/smtp[1]: ${TEXT}`, `2026-11-24T07:54:47.463Z vm postfix/smtp[1]: ${TEXT}`],
  ['docker compose', `mail-1  | Nov 24 07:54:47 mx postfix/smtp[1]: ${TEXT}`, `Nov 24 07:54:47 mx postfix/smtp[1]: ${TEXT}`],
  [
    'docker json-file',
    JSON.stringify({ log: `Nov 24 07:54:47 mx postfix/smtp[1]: ${TEXT}\n`, stream: 'stdout', time: '2026-11-24T07:54:47.463899123Z' }),
    `2026-11-24T07:54:47.463899123Z mx postfix/smtp[1]: ${TEXT}`,
  ],
  [
    'filebeat',
    JSON.stringify({ '@timestamp': '2026-11-24T07:54:47.463Z', message: `Nov 24 07:54:47 mx postfix/smtp[1]: ${TEXT}`, host: { name: 'mx' } }),
    `2026-11-24T07:54:47.463Z mx postfix/smtp[1]: ${TEXT}`,
  ],
  ['a day without padding', `<22>Nov 4 07:54:47 mx postfix/smtp[1]: ${TEXT}`, `<22>Nov  4 07:54:47 mx postfix/smtp[1]: ${TEXT}`],
  ['a stamp with a year', `Nov 4 2026 07:54:47 mx postfix/smtp[1]: ${TEXT}`, `2026-11-04T07:54:47 mx postfix/smtp[1]: ${TEXT}`],
  [
    'Kubernetes',
    `2026-11-24T07:54:47.463899123Z stdout F Nov 24 07:54:47 mx postfix/smtp[1]: ${TEXT}`,
    `2026-11-24T07:54:47.463899123Z mx postfix/smtp[1]: ${TEXT}`,
  ],
  ['docker logs -t', `2026-11-24T07:54:47.463899123Z postfix/smtp[1]: ${TEXT}`, `2026-11-24T07:54:47.463899123Z postfix/smtp[1]: ${TEXT}`],
  [
    'Exim in a container',
    '2026-11-24T07:54:47.463899123Z stdout F 2026-11-24 07:54:47 1xVlMw-0002Nv-0u Completed',
    '2026-11-24T07:54:47.463899123Z exim: 1xVlMw-0002Nv-0u Completed',
  ],
];

describe('wrappings', () => {
  it.each(TABLE)('%s', (_, line, inner) => {
    expect(unwrap(line)?.line).toBe(inner);
  });

  it('keeps the journal’s cursor', () => {
    expect(unwrap(entry({}))?.cursor).toBe('s=1;i=2');
  });

  it.each(['{', '{}', '{"MESSAGE":"x"}', '[1]', '{"log":1}', 'x | ', '| x', '', 'null', `{"a":${'['.repeat(10_000)}`])('is none: %s', (line) => {
    expect(unwrap(line)?.line ?? null).toBe(line === 'x | ' ? '' : null);
  });

  it('tells an export by its first field', () => {
    expect(isJournalExport(Buffer.from('__CURSOR=s=1\n'))).toBe(true);
    expect(isJournalExport(Buffer.from('Nov 24'))).toBe(false);
  });
});
