import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runIngest } from '../../src/cli/ingest/run.js';
import { FIXTURES, scratch } from '../run.js';

const LOG = join(FIXTURES, 'real-logs', 'p1-mail.iso.log');

/** What this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The one that the listing itself had open.
      return '';
    }
  });
}

it('an ingest that cannot begin leaves no log open', async () => {
  const folder = scratch();
  const rules = join(folder, 'rules');
  mkdirSync(rules);
  writeFileSync(join(rules, 'own.toml'), '[[rule]]\nid = "wrong"\n');
  await expect(runIngest([LOG], { db: join(folder, 'b.db'), format: 'auto', rules })).rejects.toThrow('own.toml');
  expect(openFiles()).not.toContain(LOG);
});
