import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { contentOf } from '../content.js';
import { bouncelog, COMMAND, scratch } from '../run.js';

const LOG_MB = 30;

/** A file system of a few megabytes; only root can mount one, and without one the test is skipped. */
function smallDisk(folder: string, size: string, skip: (why: string) => void): void {
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status !== 0) skip('no file system can be mounted here');
  onTestFinished(() => {
    spawnSync('umount', [folder]);
  });
}

it.for<[string, string]>([
  ['in this thread', '1000000000'],
  ['in a second thread', '0'],
])('a full disk, storing %s: one clear line, and nothing stored is lost', ([, threadBytes], { skip }) => {
  const folder = scratch();
  const log = join(folder, 'mail.log');
  execFileSync(process.execPath, [join(import.meta.dirname, '../bench/generate.mjs'), '--mb', String(LOG_MB), '--failures', '0.3', '--out', log]);
  const disk = join(folder, 'disk');
  smallDisk(disk, '2m', skip);
  const ran = bouncelog(['ingest', log, '--db', join(disk, 'b.db'), '--batch-bytes', '1000000', '--thread-bytes', threadBytes]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain('the disk is full');
  expect(ran.err.trim().split('\n')).toHaveLength(1);

  cpSync(disk, join(folder, 'more'), { recursive: true });
  const more = join(folder, 'more', 'b.db');
  expect(bouncelog(['ingest', log, '--db', more]).code).toBe(0);
  const calm = join(folder, 'calm.db');
  bouncelog(['ingest', log, '--db', calm]);
  expect(contentOf(more)).toEqual(contentOf(calm));
});

it('a daemon waits for room and goes on', async ({ skip }) => {
  const folder = scratch();
  const log = join(folder, 'mail.log');
  execFileSync(process.execPath, [join(import.meta.dirname, '../bench/generate.mjs'), '--mb', String(LOG_MB), '--failures', '0.3', '--out', log]);
  const disk = join(folder, 'disk');
  smallDisk(disk, '64m', skip);
  const filler = join(disk, 'filler');
  writeFileSync(filler, Buffer.alloc(62 * 1024 * 1024));
  const db = join(disk, 'b.db');
  const daemon = spawn(process.execPath, [COMMAND, 'ingest', '--follow', log, '--db', db, '--batch-bytes', '1000000'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => {
    daemon.kill('SIGKILL');
  });
  let errors = '';
  daemon.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const count = () => errors.split('the disk is full').length - 1;
  for (let i = 0; i < 300 && count() < 2; i++) await sleep(100);
  expect(errors).toContain('trying again in 10 s');
  expect({ errors, exit: daemon.exitCode }).toMatchObject({ exit: null });
  rmSync(filler);
  const calm = join(folder, 'calm.db');
  bouncelog(['ingest', log, '--db', calm]);
  const events = () => JSON.parse(bouncelog(['status', '--format', 'json', '--db', db]).out || '{}').events;
  const wanted = JSON.parse(bouncelog(['status', '--format', 'json', '--db', calm]).out).events;
  for (let i = 0; i < 60 && events() !== wanted; i++) await sleep(500);
  daemon.kill('SIGTERM');
  expect((await once(daemon, 'exit'))[0]).toBe(0);
  expect(contentOf(db)).toEqual(contentOf(calm));
});
