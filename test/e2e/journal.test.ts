import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncelog, eventsOf, FIXTURES, scratch } from '../run.js';

const WRITER = ['/usr/lib/systemd/systemd-journal-remote', '/lib/systemd/systemd-journal-remote'].find(existsSync);
const hasJournal = WRITER !== undefined && spawnSync('journalctl', ['--version']).status === 0;

const LOG = join(FIXTURES, 'real-logs', 'p1-mail.iso.log');
const LINES = readFileSync(LOG, 'utf8').trim().split('\n');

/** Lines of a log in the journal's export format. */
function exported(lines: readonly string[], first: number): string {
  return lines
    .map((line, index) => {
      const [, stamp = '', host, program, pid, message] = /^(\S+) (\S+) ([^[:]+)(?:\[(\d+)\])?: (.*)$/.exec(line) ?? [];
      return `__CURSOR=x;i=${first + index}
__REALTIME_TIMESTAMP=${new Date(stamp).getTime()}${/\.\d{3}(\d{3})/.exec(stamp)?.[1] ?? '000'}
__MONOTONIC_TIMESTAMP=${1_000_000 + first + index}
_BOOT_ID=0123456789abcdef0123456789abcdef
_MACHINE_ID=fedcba9876543210fedcba9876543210
_HOSTNAME=${host}
SYSLOG_FACILITY=2
SYSLOG_IDENTIFIER=${program}
SYSLOG_PID=${pid ?? ''}
MESSAGE=${message}

`;
    })
    .join('');
}

/** Appends lines to a journal file, as journald would. */
function append(journal: string, lines: readonly string[], first: number): void {
  const input = join(scratch(), 'export');
  writeFileSync(input, exported(lines, first));
  execFileSync(WRITER ?? '', [`--output=${journal}`, input], { stdio: 'ignore' });
}

const without = (db: string) => eventsOf(db).map((event) => JSON.stringify({ ...event, id: null }));

function fromLog(): string[] {
  const db = join(scratch(), 'b.db');
  bouncelog(['ingest', LOG, '--db', db]);
  return without(db);
}

// Where the tools are missing the suite says so; CI installs them and must not pass without.
describe.skipIf(!hasJournal && !process.env['CI'])('a real journal file', () => {
  it('is read like the log, goes on where it stopped, and is the same under another name', () => {
    const folder = scratch();
    const [db, journal, copy] = ['b.db', 'system.journal', 'copy.bin'].map((name) => join(folder, name)) as [string, string, string];
    append(journal, LINES.slice(0, 400), 0);
    expect(bouncelog(['ingest', journal, '--db', db]).code).toBe(0);
    append(journal, LINES.slice(400), 400);
    expect(bouncelog(['ingest', journal, '--db', db]).code).toBe(0);
    const expected = fromLog();
    expect(without(db)).toEqual(expected);
    copyFileSync(journal, copy);
    expect(bouncelog(['ingest', journal, copy, '--db', db]).code).toBe(0);
    expect(without(db)).toEqual(expected);
  });

  it('may be a directory of files', () => {
    const folder = scratch();
    const journals = join(folder, 'fedcba9876543210fedcba9876543210');
    mkdirSync(journals);
    append(join(journals, 'system@1.journal'), LINES.slice(0, 300), 0);
    append(join(journals, 'system.journal'), LINES.slice(300), 300);
    const db = join(folder, 'b.db');
    for (let run = 0; run < 2; run++) expect(bouncelog(['ingest', journals, '--db', db]).code).toBe(0);
    expect(without(db)).toEqual(fromLog());
  });

  it.each(['json', 'export', 'short-iso-precise'])('gives the same as text: journalctl -o %s', (format) => {
    const folder = scratch();
    const journal = join(folder, 'system.journal');
    append(journal, LINES, 0);
    const text = execFileSync('journalctl', [`--file=${journal}`, '--utc', '--output', format], { maxBuffer: 1 << 28 });
    const db = join(folder, 'b.db');
    expect(bouncelog(['ingest', '-', '--db', db], text).code).toBe(0);
    expect(without(db)).toEqual(fromLog());
  });
});
