#!/usr/bin/env node
// `npm start`: the main job on the sample logs, in a database that is thrown away.
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { main } = require('./code-cache.js').bundled('main.cjs');

async function demo() {
  const folder = mkdtempSync(join(tmpdir(), 'bouncelog-'));
  const db = join(folder, 'demo.db');
  try {
    await main(['node', 'bouncelog', 'ingest', join(__dirname, '../sample-logs/'), '--db', db]);
    await main(['node', 'bouncelog', 'top', '--db', db, '--advice', '--limit', '8']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

demo();
