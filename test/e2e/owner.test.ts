import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { busyHour } from '../busy-hour.js';
import { bouncelog, COMMAND, scratch } from '../run.js';

const NOBODY = 65534;

/** As a user who owns nothing and is in no group; only root can become one. */
function asNobody(args: string[]): { code: number | null; err: string } {
  const ran = spawnSync(process.execPath, [COMMAND, ...args], { uid: NOBODY, gid: NOBODY, env: { TZ: 'UTC', NO_COLOR: '1' } });
  return { code: ran.status, err: ran.stderr.toString() };
}

describe.skipIf(process.getuid?.() !== 0)('a user who is nobody', () => {
  it('reads a log that he may read into a database of his own, which only he may read', () => {
    const folder = scratch();
    chmodSync(folder, 0o777);
    const log = join(folder, 'mail.log');
    writeFileSync(log, `${busyHour(40).join('\n')}\n`);
    const db = join(folder, 'his.db');
    expect(asNobody(['ingest', log, '--db', db])).toMatchObject({ code: 0 });
    expect(spawnSync('stat', ['-c', '%u %a', db]).stdout.toString()).toBe(`${NOBODY} 600\n`);
  });

  it('is refused the database of another, though its mode would let him', () => {
    const folder = scratch();
    chmodSync(folder, 0o777);
    const log = join(folder, 'mail.log');
    writeFileSync(log, `${busyHour(40).join('\n')}\n`);
    const db = join(folder, 'b.db');
    expect(bouncelog(['ingest', log, '--db', db]).code).toBe(0);
    chmodSync(db, 0o644);
    const refused = { code: 1, err: `bouncelog: ${db}: belongs to another user. Run as its owner, or choose another database with --db.\n` };
    expect(asNobody(['top', '--db', db])).toEqual(refused);
    expect(asNobody(['ingest', log, '--db', db])).toMatchObject({ code: 1 });
  });

  it('is told of a log that he may not read', () => {
    const folder = scratch();
    chmodSync(folder, 0o777);
    const log = join(folder, 'mail.log');
    writeFileSync(log, `${busyHour(40).join('\n')}\n`, { mode: 0o600 });
    expect(asNobody(['ingest', log, '--db', join(folder, 'b.db')])).toEqual({
      code: 1,
      err: `bouncelog: ${log}: not readable for this user. Run as root or as a user in the group that owns the log (usually adm).\n`,
    });
  });
});
