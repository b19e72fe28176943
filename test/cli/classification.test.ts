import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncelog, eventsOf, scratch } from '../run.js';

const at = (minute: number, text: string, daemon = 'smtp') =>
  `2026-11-24T08:${String(minute).padStart(2, '0')}:00Z mx1 postfix/${daemon}[1]: ${text}\n`;
let serial = 0;
/** One delivery of a message of its own. */
function delivery(minute: number, to: string, said: string, status = 'bounced'): string {
  const id = `A${(0xbcde0 + serial++).toString(16).toUpperCase()}`;
  return at(minute, `${id}: to=<${to}>, relay=mx.c.example[192.0.2.1]:25, delay=1, dsn=5.0.0, status=${status} (${said})`);
}
const refused = (reply: string) => `host mx.c.example[192.0.2.1] said: ${reply} (in reply to RCPT TO command)`;

function database(...lines: string[]): { db: string; folder: string; log: string; args: string[] } {
  const folder = scratch();
  const [db, log] = [join(folder, 'b.db'), join(folder, 'mail.log')] as [string, string];
  writeFileSync(log, lines.join(''));
  expect(bouncelog(['ingest', log, '--db', db]).code).toBe(0);
  return { db, folder, log, args: ['--db', db] };
}

const RULES = `[[rule]]
id = "own-gnome"
cause = "content-filter"
text = ['the gnome has gone fishing']
examples = ['550 the gnome has gone fishing']
counter = ['550 5.1.1 user unknown']
`;

describe('suppress', () => {
  const lines = [
    delivery(1, 'gone@c.example', refused('550 5.1.1 User unknown')),
    delivery(2, 'gone@c.example', refused('550 5.1.1 User unknown')),
    delivery(2, 'Moved@c.example', refused('551 5.1.6 User has moved')),
    delivery(3, 'back@c.example', refused('550 5.1.1 User unknown')),
    delivery(4, 'BACK@C.example', '250 OK', 'sent'),
    delivery(4, 'again@c.example', '250 OK', 'sent'),
    delivery(5, 'again@c.example', refused('550 5.1.1 User unknown')),
    delivery(6, 'full@c.example', refused('552 5.2.2 Mailbox full')),
    delivery(6, 'spam@c.example', refused('554 5.7.1 Message rejected as spam')),
    delivery(6, 'listed@c.example', refused('554 5.7.1 blocked using zen.spamhaus.org')),
    delivery(6, 'policy@c.example', refused('554 5.7.1 rejected by policy')),
    delivery(6, 'waiting@c.example', refused('450 4.1.1 unverified address: user unknown'), 'deferred'),
    delivery(7, 'joe@gmial.com', refused('550 5.1.1 User unknown')),
    delivery(7, '=evil@c.example', refused('550 5.1.1 User unknown')),
  ];

  it('lists lasting failures of the recipient, and nobody who took mail since', () => {
    const { args } = database(...lines);
    const answer = JSON.parse(bouncelog(['suppress', '--format', 'json', ...args]).out);
    expect(answer.addresses.map(({ address }: { address: string }) => address)).toEqual([
      '=evil@c.example',
      'again@c.example',
      'gone@c.example',
      'joe@gmial.com',
      'moved@c.example',
    ]);
    expect(answer.addresses[2]).toEqual({
      address: 'gone@c.example',
      cause: 'unknown-user',
      count: 2,
      first: '2026-11-24T08:01:00.000Z',
      last: '2026-11-24T08:02:00.000Z',
      suggestion: null,
    });
    expect(answer.addresses[3]).toMatchObject({ suggestion: 'joe@gmail.com' });
    expect(bouncelog(['suppress', '--format', 'plain', '--since', '2026-11-24T08:05:00Z', ...args]).out).toBe(
      '=evil@c.example\nagain@c.example\njoe@gmial.com\n',
    );
    expect(
      bouncelog(['suppress', ...args])
        .out.split('\r\n')
        .slice(0, 2),
    ).toEqual(['address,cause,first,last,count,suggestion', "'=evil@c.example,unknown-user,2026-11-24T08:07:00.000Z,2026-11-24T08:07:00.000Z,1,"]);
  });

  it('learns of a later delivery from another file, in another run', () => {
    const { args, folder } = database(...lines);
    writeFileSync(join(folder, 'later.log'), delivery(30, 'gone@c.example', '250 OK', 'sent'));
    bouncelog(['ingest', join(folder, 'later.log'), ...args]);
    expect(bouncelog(['suppress', '--format', 'plain', ...args]).out).not.toContain('gone@');
  });

  it('shows the likely address in a trace', () => {
    const { args } = database(...lines);
    expect(bouncelog(['trace', 'joe@gmial.com', ...args]).out).toContain('joe@gmail.com is probably meant');
  });
});

describe('rules of your own', () => {
  const withRules = (text = RULES) => {
    const folder = scratch();
    mkdirSync(join(folder, 'rules.d'));
    writeFileSync(join(folder, 'rules.d', 'own.toml'), text);
    return join(folder, 'rules.d');
  };
  const gnome = delivery(1, 'u@c.example', refused('550 5.7.1 the gnome has gone fishing, id 4f3a'));

  it('classify at once, and history when asked', () => {
    const { args, folder, db } = database(gnome);
    const rules = withRules();
    const before = eventsOf(db)[0]?.cause;
    expect(before).not.toBe('content-filter');
    writeFileSync(join(folder, 'later.log'), delivery(30, 'v@c.example', refused('554 oh dear, the gnome has gone fishing')));
    const ran = bouncelog(['ingest', join(folder, 'later.log'), '--rules', rules, ...args]);
    expect(ran.err).toContain('the rules have changed since earlier replies were classified; `bouncelog reclassify` applies them to all history');
    expect(eventsOf(db).map(({ cause }) => cause)).toEqual([before, 'content-filter']);
    const dry = bouncelog(['reclassify', '--dry-run', '--rules', rules, ...args]);
    expect(dry.out).toContain('1 of 2 kinds of reply would move, with 1 failures (--dry-run: nothing was changed)');
    expect(eventsOf(db)[0]?.cause).toBe(before);
    const moved = bouncelog(['reclassify', '--rules', rules, ...args]);
    expect(moved.out).toMatch(new RegExp(`${before} +content-filter +1 +1 +own-gnome`));
    expect(eventsOf(db).map(({ cause, rule }) => [cause, rule])).toEqual([
      ['content-filter', 'own-gnome'],
      ['content-filter', 'own-gnome'],
    ]);
    writeFileSync(join(folder, 'last.log'), delivery(31, 'w@c.example', refused('554 oh dear, the gnome has gone fishing')));
    expect(bouncelog(['ingest', join(folder, 'last.log'), '--rules', rules, ...args]).err).not.toContain('the rules have changed');
  });

  it('are used by classify, explain and by a thread of its own', () => {
    const rules = withRules();
    expect(JSON.parse(bouncelog(['classify', '--rules', rules], '550 the gnome has gone fishing\n').out)).toMatchObject({
      cause: 'content-filter',
      rule: 'own-gnome',
    });
    expect(bouncelog(['explain', '550 the gnome has gone fishing'], '', { BOUNCELOG_RULES: rules }).out).toContain('(content-filter)');
    const folder = scratch();
    const [db, log] = [join(folder, 'b.db'), join(folder, 'mail.log')] as [string, string];
    writeFileSync(log, gnome);
    expect(bouncelog(['ingest', log, '--db', db, '--rules', rules, '--thread-bytes', '1']).code).toBe(0);
    expect(eventsOf(db)[0]?.cause).toBe('content-filter');
  });

  it('are checked', () => {
    const rules = withRules();
    expect(bouncelog(['rules', 'check', '--rules', rules])).toMatchObject({ code: 0, out: '1 rule in 1 file: all well\n' });
    const wrong = bouncelog([
      'rules',
      'check',
      join(
        withRules(
          RULES.replace("counter = ['550 5.1.1 user unknown']", "counter = ['554 the gnome has gone fishing']").replace(
            "examples = ['550 the gnome",
            "examples = ['550 5.1.1 user unknown', '550 the gnome",
          ),
        ),
        'own.toml',
      ),
    ]);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain(`own.toml:1: rule "own-gnome" does not decide its example '550 5.1.1 user unknown'; unknown-user-phrase does`);
    expect(wrong.err).toContain(`decides its counter-example '554 the gnome has gone fishing'`);
  });

  it.each([
    [
      '(a+)+(?=x)',
      /^bouncelog: \S+own\.toml:4: rule "own-gnome": "text" holds an expression that is refused: .*look-around and back references can run away/,
    ],
    ['(unclosed', /^bouncelog: \S+own\.toml:4: rule "own-gnome": .*missing closing \)/],
  ])('that could run away or are wrong stop every command with one line: %s', (pattern, message) => {
    const rules = withRules(RULES.replace('the gnome has gone fishing', pattern));
    const { args, log } = database(gnome);
    for (const command of [
      ['classify'],
      ['explain', '550'],
      ['ingest', log, ...args],
      ['ingest', log, '--thread-bytes', '1', ...args],
      ['reclassify', ...args],
      ['rules', 'list'],
    ]) {
      const ran = bouncelog([...command, '--rules', rules], '550\n');
      expect(ran.code).toBe(1);
      expect(ran.err).toMatch(message);
      expect(ran.err.trim().split('\n')).toHaveLength(1);
    }
  });

  it('that are not there are said to be missing', () => {
    expect(bouncelog(['explain', '550', '--rules', '/nowhere'])).toMatchObject({
      code: 1,
      err: 'bouncelog: /nowhere: no such file. Check the path.\n',
    });
  });

  it('can be tested on a reply, which says why', () => {
    const { out } = bouncelog(['rules', 'test', '550 5.1.1 <u@c.example>: User unknown']);
    expect(out).toContain('unknown-user by unknown-user-phrase (built-in 1-address.toml:');
    expect(out).toContain("Because the text has 'User unknown'");
    expect(JSON.parse(bouncelog(['rules', 'test', '550 5.1.1 User unknown', '--format', 'json']).out)).toMatchObject({
      cause: 'unknown-user',
      rules: [{ id: 'unknown-user-phrase', found: 'User unknown' }, { layer: 'text' }, { id: 'enhanced-unknown-user', found: null }],
    });
  });
});

describe('unknown', () => {
  it('gives rules that can be used as they are', () => {
    const { args, folder, db } = database(
      delivery(1, 'u@c.example', refused('550 blurb fizzle gronk {odd} one')),
      delivery(2, 'u@d.example', refused('550 blurb fizzle gronk {odd} two')),
      delivery(3, 'u@d.example', refused('450 isn\'t "wobble" dandy 7f3a')),
    );
    const text = bouncelog(['unknown', ...args]).out;
    const toml = bouncelog(['unknown', '--format', 'toml', ...args]).out;
    expect(text).toContain('2 deliveries, ');
    expect(text).toContain('[[rule]]');
    mkdirSync(join(folder, 'rules.d'));
    writeFileSync(join(folder, 'rules.d', 'own.toml'), toml);
    expect(bouncelog(['rules', 'check', '--rules', join(folder, 'rules.d')])).toMatchObject({ code: 0 });
    bouncelog(['reclassify', '--rules', join(folder, 'rules.d'), ...args]);
    expect(eventsOf(db).every(({ rule }) => String(rule).startsWith('own-'))).toBe(true);
    expect(bouncelog(['unknown', ...args]).out).toContain('Every reply has a cause.');
  });
});

describe('explain', () => {
  const EML = `From: MAILER-DAEMON@mx1.a.example
Subject: Mail delivery failed: returning message to sender
Message-ID: <1@mx1.a.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  joe@gmial.com
    host mx.gmial.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<joe@gmial.com>:
    550 5.1.1 <joe@gmial.com>: User unknown
  full@c.example
    host mx.c.example [192.0.2.2]
    SMTP error from remote mail server after end of data:
    552 5.2.2 Mailbox full
`;

  it('reads a bounce message from a file and from stdin, each recipient', () => {
    const file = join(scratch(), 'bounce.eml');
    writeFileSync(file, EML);
    const { out } = bouncelog(['explain', file]);
    expect(out).toBe(bouncelog(['explain'], EML).out);
    expect(out).toBe(bouncelog(['explain', '-'], EML).out);
    expect(out).toContain(
      'joe@gmial.com\n  Server  mx.gmial.example [192.0.2.1], after RCPT TO\n  Said    550 5.1.1 <joe@gmial.com>: User unknown\n  Typo?   joe@gmail.com is probably meant\nNo such mailbox (unknown-user)\n  Kind    hard',
    );
    expect(out).toContain('full@c.example\n  Server  mx.c.example [192.0.2.2], after the whole message\n');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(JSON.parse(bouncelog(['explain', file, '--format', 'json']).out)).toMatchObject({
      schema: 'bouncelog/bounce/1',
      recipients: [
        {
          address: 'joe@gmial.com',
          server: 'mx.gmial.example',
          cause: 'unknown-user',
          hardness: 'hard',
          suggestion: 'joe@gmail.com',
          stage: 'rcpt',
          code: 550,
        },
        { address: 'full@c.example', cause: 'mailbox-full', stage: 'eod' },
      ],
    });
  });

  it('takes a multi-line reply from stdin', () => {
    expect(bouncelog(['explain'], '550-5.1.1 The account\n550 5.1.1 does not exist\n').out).toContain('(unknown-user)');
  });

  it('names what the provider asks for', () => {
    const { out } = bouncelog([
      'explain',
      '550 5.7.606 Access denied, banned sending IP [192.0.2.10]. To request removal visit https://sender.office.com/',
    ]);
    expect(out).toContain('Microsoft 365: ');
    expect(out).toContain('Removal');
  });

  it('says what is wrong with a file', () => {
    expect(bouncelog(['explain', '/nowhere/bounce.eml'])).toMatchObject({
      code: 1,
      err: 'bouncelog: /nowhere/bounce.eml: no such file. Check the path.\n',
    });
    expect(bouncelog(['explain', '-'], 'From: a@b.example\nSubject: hi\nTo: c@d.example\n\nhow are you?\n').err).toContain(
      'this message is no bounce that bouncelog can read',
    );
    expect(bouncelog(['explain'], '').code).toBe(2);
  });
});
