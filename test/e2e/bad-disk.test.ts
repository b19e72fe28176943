import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { busyHour } from '../busy-hour.js';
import { contentOf } from '../content.js';
import { bouncelog, eventsOf, scratch } from '../run.js';

const LINES = busyHour(2000);
const text = (from: number, to: number) =>
  LINES.slice(from, to)
    .map((line) => `${line}\n`)
    .join('');
const HALF = text(0, 1000);

describe('a log whose disk fails in the middle', () => {
  let shim = '';
  beforeAll(() => {
    const removals: (() => void)[] = [];
    shim = join(
      scratch((remove) => removals.push(remove)),
      'bad-disk.so',
    );
    execFileSync('g++', ['-shared', '-fPIC', '-o', shim, join(import.meta.dirname, 'bad-disk.cc'), '-ldl']);
    return () => {
      for (const remove of removals) remove();
    };
  });
  const onBadDisk = (args: string[], from: number) => bouncelog(args, undefined, { LD_PRELOAD: shim, BAD_FROM: String(from) });

  it.each([
    ['at the end of a line', HALF.length, 1000],
    ['in a line', HALF.length + 50, 1000],
    // A log of which not even the beginning can be read is not known yet.
    ['in the first block', 70, 0],
    ['at once', 0, 0],
  ])('%s: one clear line, what comes before it is stored, other logs are read, and it goes on when the disk does', (_, from, whole) => {
    const folder = scratch();
    const [bad, good, db] = ['bad.log', 'good.log', 'b.db'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(bad, text(0, 1600));
    writeFileSync(good, text(1600, 2000));
    const ran = onBadDisk(['ingest', '-q', bad, good, '--db', db], from);
    expect(ran).toMatchObject({
      code: 1,
      err: `bouncelog: ${bad}: the disk failed while reading. Check the disk (dmesg). What was read before is stored; run again to go on.\n`,
    });
    const failures = (lines: string) => lines.split('\n').filter((line) => /status=(?:bounced|deferred)/.test(line)).length;
    const outcomes = eventsOf(db).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome !== 'recovered')).toHaveLength(failures(text(0, whole)) + failures(text(1600, 2000)));

    expect(bouncelog(['ingest', '-q', bad, good, '--db', db]).code).toBe(0);
    const calm = join(folder, 'calm.db');
    expect(bouncelog(['ingest', '-q', bad, good, '--db', calm]).code).toBe(0);
    expect(contentOf(db)).toEqual(contentOf(calm));
  });
});
