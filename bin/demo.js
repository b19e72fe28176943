#!/usr/bin/env node
// `npm start`: the main job on the sample logs, in a database that is thrown away.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../lib/main.cjs';

const folder = mkdtempSync(join(tmpdir(), 'bouncelog-'));
const db = join(folder, 'demo.db');
const samples = fileURLToPath(new URL('../sample-logs/', import.meta.url));
try {
  await main(['node', 'bouncelog', 'ingest', samples, '--db', db]);
  await main(['node', 'bouncelog', 'top', '--db', db, '--advice', '--limit', '8']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
