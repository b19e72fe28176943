import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const UNIT = join(import.meta.dirname, '../../systemd/bouncelog.service');

it('the unit is sandboxed: an exposure below 2.0 of 10', () => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=19', '--no-pager', UNIT], {
    encoding: 'utf8',
  });
  expect({ status, report: `${stdout.slice(-300)}${stderr}` }).toMatchObject({ status: 0, report: expect.stringContaining('Overall exposure') });
});

it('the unit has no setting that systemd does not know', () => {
  const { stderr } = spawnSync('systemd-analyze', ['verify', UNIT], { encoding: 'utf8' });
  const complaints = stderr.split('\n').filter((line) => line.includes('bouncelog.service') && !line.includes('is not executable'));
  expect(complaints).toEqual([]);
});
