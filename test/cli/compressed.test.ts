import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncelog, eventsOf, FIXTURES, scratch } from '../run.js';

const LOG = join(FIXTURES, 'real-logs', 'p1-mail.iso.log');
const TOOLS = ['xz', 'zstd', 'bzip2'];
const has = (tool: string) => spawnSync(tool, ['--version']).status === 0;
const compressed = (tool: string) => spawnSync(tool, ['-c'], { input: readFileSync(LOG), maxBuffer: 1 << 28 }).stdout;

// Where a tool is missing the test says so; CI installs them and must not pass without.
describe.each(TOOLS)('a log compressed with %s', (tool) => {
  it.skipIf(!has(tool) && !process.env['CI'])('is the log, whatever its name, and is read once', () => {
    const folder = scratch();
    const [db, file] = [join(folder, 'b.db'), join(folder, 'old.log')] as [string, string];
    writeFileSync(file, compressed(tool));
    expect(bouncelog(['ingest', file, '--db', db]).code).toBe(0);
    const events = eventsOf(db);
    expect(events.length).toBeGreaterThan(100);
    expect(bouncelog(['ingest', LOG, file, '--db', db]).code).toBe(0);
    expect(eventsOf(db)).toEqual(events);
  });

  it.skipIf(!has(tool) && !process.env['CI'])('says when it is cut off or damaged, and keeps what could be read', () => {
    const folder = scratch();
    const whole = compressed(tool);
    const broken = Buffer.from(whole);
    broken.fill(0xff, Math.floor(whole.length / 2));
    for (const [name, content] of [
      ['cut.log', whole.subarray(0, Math.floor(whole.length / 2))],
      ['broken.log', broken],
    ] as const) {
      const [db, file] = [join(folder, `${name}.db`), join(folder, name)] as [string, string];
      writeFileSync(file, content);
      const ran = bouncelog(['ingest', file, '--db', db]);
      expect(ran.code).toBe(1);
      expect(ran.err.split('\n')[0]).toMatch(/^bouncelog: \S+\.log: the \w+ file is (?:cut off|damaged)\. What could be unpacked is stored/);
    }
  });

  it('names what is missing where there is no such command', () => {
    const magic = { xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], zstd: [0x28, 0xb5, 0x2f, 0xfd], bzip2: [0x42, 0x5a, 0x68] }[tool] ?? [];
    const folder = scratch();
    writeFileSync(join(folder, 'x.log'), Buffer.from([...magic, 1, 2, 3]));
    const ran = bouncelog(['ingest', join(folder, 'x.log'), '--db', join(folder, 'b.db')], '', { PATH: '/nowhere' });
    expect(ran).toMatchObject({
      code: 1,
      err: expect.stringContaining(`compressed with ${tool}, and there is no ${tool} command. Install it (Debian: `),
    });
  });
});
