import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncelog, eventsOf, FIXTURES, scratch } from '../run.js';

/**
 * A journalctl that prints the entries of a file behind `--after-cursor`, and notes how it was called: this host may have no
 * journal. The real one is met in the slower suite.
 */
const JOURNALCTL = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2);
appendFileSync(process.env.CALLS, JSON.stringify(args) + '\\n');
if (process.env.COMPLAINT) { process.stderr.write(process.env.COMPLAINT + '\\n'); process.exit(1); }
const from = args.find((arg) => arg.startsWith('--cursor='))?.slice(9);
const lines = readFileSync(process.env.ENTRIES, 'utf8').split('\\n').filter(Boolean);
const start = from === undefined ? 0 : Math.max(0, lines.findIndex((line) => JSON.parse(line).__CURSOR === from));
for (const line of lines.slice(start)) process.stdout.write(line + '\\n');
`;

/** The lines of a real log as entries. */
function entries(): string[] {
  const lines = readFileSync(join(FIXTURES, 'real-logs', 'p1-mail.iso.log'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line, index) => {
    const [, stamp = '', host, program, pid, message] = /^(\S+) (\S+) ([^[:]+)(?:\[(\d+)\])?: (.*)$/.exec(line) ?? [];
    const micros = `${new Date(stamp).getTime()}${/\.\d{3}(\d{3})/.exec(stamp)?.[1] ?? '000'}`;
    return JSON.stringify({
      __CURSOR: `s=1;i=${index}`,
      __REALTIME_TIMESTAMP: micros,
      _HOSTNAME: host,
      SYSLOG_IDENTIFIER: program,
      SYSLOG_PID: pid,
      MESSAGE: message,
    });
  });
}

function journal(): { db: string; ingest: (lines: string[], env?: NodeJS.ProcessEnv) => ReturnType<typeof bouncelog>; calls: () => string[][] } {
  const folder = scratch();
  const files = { CALLS: join(folder, 'calls'), ENTRIES: join(folder, 'entries') };
  writeFileSync(join(folder, 'journalctl'), JOURNALCTL);
  chmodSync(join(folder, 'journalctl'), 0o755);
  const db = join(folder, 'b.db');
  return {
    db,
    ingest: (lines, env = {}) => {
      writeFileSync(files.ENTRIES, lines.join('\n'));
      return bouncelog(['ingest', '--journal', '--db', db], '', { PATH: `${folder}:${process.env['PATH']}`, ...files, ...env });
    },
    calls: () =>
      readFileSync(files.CALLS, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as string[]),
  };
}

describe('ingest --journal', () => {
  const lines = entries();

  it('reads what a log file would have said, and goes on after the last entry', () => {
    const { db, ingest, calls } = journal();
    for (const end of [100, 100, 437, lines.length]) expect(ingest(lines.slice(0, end)).code).toBe(0);
    const fromFile = join(scratch(), 'b.db');
    bouncelog(['ingest', join(FIXTURES, 'real-logs', 'p1-mail.iso.log'), '--db', fromFile]);
    const without = (path: string) => eventsOf(path).map((event) => JSON.stringify({ ...event, id: null }));
    expect(without(db)).toEqual(without(fromFile));
    expect(calls().map((args) => args.find((arg) => arg.startsWith('--cursor=')))).toEqual([
      undefined,
      '--cursor=s=1;i=99',
      '--cursor=s=1;i=99',
      '--cursor=s=1;i=436',
    ]);
    expect(calls()[0]).toContain('SYSLOG_FACILITY=2');
  });

  it('says what is missing when the journal no longer holds the place where it stopped', () => {
    const { db, ingest } = journal();
    ingest(lines.slice(0, 200));
    const ran = ingest(lines.slice(300));
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('journal: the journal no longer holds the entries after the last one read');
    expect(eventsOf(db).length).toBeGreaterThan(20);
  });

  it('says what journalctl complains of, and keeps what was read before', () => {
    const { db, ingest } = journal();
    ingest(lines.slice(0, 200));
    const before = eventsOf(db).length;
    const ran = ingest(lines, { COMPLAINT: 'Failed to open journal: Permission denied' });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('bouncelog: journalctl: Failed to open journal: Permission denied. Run as root or as a user in the group');
    expect(eventsOf(db)).toHaveLength(before);
  });

  it('says that there is no journal', () => {
    const { ingest } = journal();
    const ran = ingest(lines, { PATH: '/nowhere' });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('journalctl: no such command. This host has no journal; name the log files instead.');
  });
});
