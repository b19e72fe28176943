import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { contentOf } from '../content.js';
import { bouncelog, scratch } from '../run.js';

const LOG_MB = 30;

/** A file system of a few megabytes; only root can mount one. */
function smallDisk(folder: string): boolean {
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).status !== 0) return false;
  onTestFinished(() => {
    spawnSync('umount', [folder]);
  });
  return true;
}

it.each([
  ['in this thread', '1000000000'],
  ['in a second thread', '0'],
])('a full disk, storing %s: one clear line, and nothing stored is lost', (_, threadBytes) => {
  const folder = scratch();
  const log = join(folder, 'mail.log');
  execFileSync(process.execPath, [join(import.meta.dirname, '../bench/generate.mjs'), '--mb', String(LOG_MB), '--failures', '0.3', '--out', log]);
  const disk = join(folder, 'disk');
  if (!smallDisk(disk)) return;
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
