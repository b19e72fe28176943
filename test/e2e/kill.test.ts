import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { contentOf } from '../content.js';
import { bouncelog, COMMAND, scratch } from '../run.js';

/** Kills at so many random points; each run then goes on until it is killed again or done. */
const KILLS = 30;
const MEGABYTES = 12;

it('kill -9 at random points, and again: the same database as a calm run', async () => {
  const folder = scratch();
  const log = join(folder, 'mail.log');
  const generate = join(import.meta.dirname, '../bench/generate.mjs');
  execFileSync(process.execPath, [generate, '--mb', String(MEGABYTES), '--failures', '0.3', '--out', log]);
  const calm = join(folder, 'calm.db');
  expect(bouncelog(['ingest', log, '--db', calm]).code).toBe(0);
  const expected = contentOf(calm);

  const db = join(folder, 'killed.db');
  const args = [COMMAND, 'ingest', log, '--db', db, '--batch-bytes', '100000'];
  let killed = 0;
  for (let i = 0; i < KILLS; i++) {
    // In turns with and without the second thread.
    const child = spawn(process.execPath, [...args, '--thread-bytes', i % 2 === 0 ? '0' : '1000000000'], {
      stdio: 'ignore',
      env: { ...process.env, TZ: 'UTC' },
    });
    const ended = once(child, 'exit');
    await Promise.race([setTimeout(150 + Math.random() * 450), ended]);
    child.kill('SIGKILL');
    const [code] = await ended;
    if (code === null) killed++;
  }
  expect(killed).toBeGreaterThan(3);
  expect(bouncelog(args.slice(1)).code).toBe(0);
  expect(contentOf(db)).toEqual(expected);
});
