import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
export const COMMAND = fileURLToPath(new URL('../bin/bouncelog.js', import.meta.url));

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the real command, with a fixed time zone and no environment that changes its output. */
export function bouncelog(args: readonly string[], input?: string | Buffer, env: NodeJS.ProcessEnv = {}): Ran {
  const ran = spawnSync(process.execPath, [COMMAND, ...args], {
    input,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC', NO_COLOR: '1', ...env },
    maxBuffer: 1 << 30,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  return { code: ran.status, out: ran.stdout.toString(), err: ran.stderr.toString() };
}

/** A folder for one test; called outside of one, whoever calls removes it. */
export function scratch(removeAfter: (remove: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'bouncelog-test-'));
  removeAfter(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type EventJson = Record<string, unknown> & { recipient: string | null; outcome: string; cause: string };

/** All events of a database as the contract gives them. */
export function eventsOf(db: string, ...args: string[]): EventJson[] {
  const { out } = bouncelog(['events', '--format', 'ndjson', '--db', db, ...args]);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EventJson);
}
