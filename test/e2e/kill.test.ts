import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { contentOf } from '../content.js';
import { bouncelog, COMMAND, scratch } from '../run.js';

/** Kills at so many random points, over as many runs from nothing to the end as that takes. */
const KILLS = 200;
const MEGABYTES = 12;

it('kill -9 at random points, and again: the same database as a calm run', async () => {
  const folder = scratch();
  const log = join(folder, 'mail.log');
  const generate = join(import.meta.dirname, '../bench/generate.mjs');
  execFileSync(process.execPath, [generate, '--mb', String(MEGABYTES), '--failures', '0.3', '--out', log]);
  const calm = join(folder, 'calm.db');
  expect(bouncelog(['ingest', log, '--db', calm]).code).toBe(0);
  const expected = contentOf(calm);

  let killed = 0;
  for (let round = 0; killed < KILLS; round++) {
    const db = join(folder, `killed-${round}.db`);
    const args = [COMMAND, 'ingest', log, '--db', db, '--batch-bytes', '100000'];
    let killedInRound = 0;
    for (let code: number | null = null; code === null; ) {
      // In turns with and without the second thread.
      const child = spawn(process.execPath, [...args, '--thread-bytes', killedInRound % 2 === 0 ? '0' : '1000000000'], {
        stdio: 'ignore',
        env: { ...process.env, TZ: 'UTC' },
      });
      const ended = once(child, 'exit');
      // Should a machine be so slow that nothing is stored before the kill, it gets longer each time.
      await Promise.race([setTimeout(100 + killedInRound * 5 + Math.random() * 350), ended]);
      child.kill('SIGKILL');
      [code] = await ended;
      if (code === null) killedInRound++;
    }
    killed += killedInRound;
    expect(killedInRound).toBeGreaterThan(3);
    expect(contentOf(db)).toEqual(expected);
    expect(bouncelog(['status', '--check', '--db', db]).code).toBe(0);
  }
});
