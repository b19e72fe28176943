import { chmodSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncelog, eventsOf, scratch } from '../run.js';

const LINES = [
  'Nov 23 10:00:00 mx1 postfix/qmgr[1]: 4CDEF1: from=<Secret.Sender@ours.example>, size=10, nrcpt=1 (queue active)',
  'Nov 23 10:00:01 mx1 postfix/smtp[1]: 4CDEF1: to=<secret.one@c.example>, orig_to=<secretalias>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host mx.c.example[192.0.2.1] said: 550 5.1.1 <secret.one@c.example>: no mailbox secret.one here; "secretalias" (in reply to RCPT TO command))',
  'Nov 23 10:00:02 mx1 postfix/smtp[1]: 4CDEF2: to=<"secret two"@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=4.2.2, status=deferred (host mx.c.example[192.0.2.1] said: 452 4.2.2 mailbox full (in reply to RCPT TO command))',
  'Nov 23 10:00:03 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from u[192.0.2.9]: 554 5.7.1 <secretrelay@d.example>: Relay access denied; from=<secretspam@e.example> to=<secretrelay@d.example> proto=ESMTP helo=<h>',
  'Nov 23 10:00:04 mx1 postfix/smtp[1]: 4CDEF3: to=<secret.strange@c.example>, relay=unheard of, status=weird (something)',
  '2026-11-23 10:00:05 [12] 1vNAbC-0000000001k-1Abc <= secretexim@ours.example U=secretuser P=local S=300',
  '2026-11-23 10:00:06 [12] 1vNAbC-0000000001k-1Abc ** secretlocal@ours.example R=local: unknown user: "secretlocal"',
  'Nov 23 10:00:07 mx1 postfix/smtp[1]: 4CDEF4: to=<mailbox@c.example>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=5.2.2, status=bounced (host mx.c.example[192.0.2.1] said: 552 5.2.2 mailbox full (in reply to RCPT TO command))',
];

function logOf(...lines: string[]): { log: string; db: string } {
  const folder = scratch();
  writeFileSync(join(folder, 'mail.log'), lines.map((line) => `${line}\n`).join(''));
  return { log: join(folder, 'mail.log'), db: join(folder, 'b.db') };
}

const ingest = (log: string, db: string, ...more: string[]) => bouncelog(['ingest', log, '--tz', 'UTC', '--year', '2026', '--db', db, ...more]);

describe('ingest --anonymize', () => {
  it('leaves no local part in any file, and keeps domains, causes and what belongs together', () => {
    const { log, db } = logOf(...LINES);
    const plain = join(scratch(), 'plain.db');
    ingest(log, plain);
    expect(ingest(log, db, '--anonymize')).toMatchObject({ code: 0 });
    for (const file of readdirSync(join(db, '..'))) {
      if (file.startsWith('b.db')) expect(readFileSync(join(db, '..', file), 'latin1').toLowerCase()).not.toContain('secret');
    }
    const essence = (path: string) =>
      eventsOf(path).map(({ outcome, cause, recipient_domain, sender_domain }) => ({ outcome, cause, recipient_domain, sender_domain }));
    expect(essence(db)).toEqual(essence(plain));
    expect(eventsOf(db).length).toBeGreaterThan(4);
    for (const { recipient } of eventsOf(db)) expect(recipient).toMatch(/^[0-9a-f]{16}(@[cd]\.example|@ours\.example)$/);
  });

  it('gives an address one hash for the life of the database, which only the key makes, and finds it by name', () => {
    const { log, db } = logOf(...LINES);
    ingest(log, db, '--anonymize');
    writeFileSync(
      log,
      `${readFileSync(log, 'utf8')}${LINES[1]?.replace('10:00:01', '11:00:01').replace('4CDEF1', '4CDEFA').replace('secret.one@c', 'Secret.One@c')}\n`,
    );
    expect(ingest(log, db)).toMatchObject({ code: 0 });
    const found = bouncelog(['events', '--recipient', 'secret.one@c.example', '--format', 'ndjson', '--db', db]).out.trim().split('\n');
    expect(found.map((line) => JSON.parse(line).queue_id)).toEqual(['4CDEF1', '4CDEFA']);
    expect(bouncelog(['trace', 'secret.one@c.example', '--db', db]).out).toContain('4CDEF1');
    expect(statSync(`${db}.key`).mode & 0o777).toBe(0o600);
    const other = logOf(...LINES);
    ingest(other.log, other.db, '--anonymize');
    expect(eventsOf(other.db)[0]?.recipient).not.toBe(eventsOf(db)[0]?.recipient);
  });

  it('refuses a database with plain addresses, and to go on without the key', () => {
    const { log, db } = logOf(...LINES);
    ingest(log, db);
    expect(ingest(log, db, '--anonymize')).toMatchObject({
      code: 1,
      err: expect.stringContaining('has addresses in plain already, which --anonymize cannot take back'),
    });
    const hashed = logOf(...LINES);
    ingest(hashed.log, hashed.db, '--anonymize');
    renameSync(`${hashed.db}.key`, `${hashed.db}.away`);
    expect(ingest(hashed.log, hashed.db)).toMatchObject({ code: 1, err: expect.stringContaining('b.db.key') });
    writeFileSync(`${hashed.db}.key`, `${'00'.repeat(32)}\n`);
    expect(ingest(hashed.log, hashed.db)).toMatchObject({ code: 1, err: expect.stringContaining('is not the key that') });
  });
});

describe('a database that anybody may write to', () => {
  it('is refused', () => {
    const { log, db } = logOf(...LINES);
    ingest(log, db);
    chmodSync(db, 0o666);
    for (const args of [['top'], ['ingest', log]]) {
      expect(bouncelog([...args, '--db', db])).toMatchObject({ code: 1, err: expect.stringContaining(`${db}: anybody may write to it`) });
    }
  });
});
