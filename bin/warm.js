// The last step of `npm run build`: asks what a user asks, of the sample logs, and keeps what was compiled for it (see code-cache.js).
const { execFileSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { bundled, save } = require('./code-cache.js');

const { main } = bundled('main.cjs');

const COMMANDS = [
  ['top', '--advice'],
  ['top', '--by', 'domain', '--since', '2020-01-01', '--until', 'today'],
  ['top', '--by', 'sender', '--last', '9999d'],
  ['report', '--last', '9999d'],
  ['report', '--last', '9999d', '--html'],
  ['trend'],
  ['blocklists'],
  ['check'],
  ['metrics'],
  ['trace', 'postmaster'],
  ['unknown'],
  ['suppress'],
  ['status'],
];

/** In a process of its own: an ingest sets V8's flags, and what is compiled with others is of no use. */
function readSamples(db) {
  try {
    execFileSync(process.execPath, [join(__dirname, 'bouncelog.js'), 'ingest', '-q', join(__dirname, '../sample-logs/'), '--db', db]);
    return true;
  } catch (error) {
    // Rules of the admin's own that are wrong, say: that is no reason not to install.
    process.stderr.write(`bouncelog: the samples cannot be read, so commands will start slower: ${error.message}\n`);
    return false;
  }
}

async function warm() {
  const folder = mkdtempSync(join(tmpdir(), 'bouncelog-'));
  const db = join(folder, 'b.db');
  process.stdout.setMaxListeners(0);
  try {
    await main(['node', 'bouncelog', '--help']);
    for (const words of readSamples(db) ? COMMANDS : []) {
      const page = words.includes('--html') ? [join(folder, 'page.html')] : [];
      await main(['node', 'bouncelog', ...words, ...page, '--db', db]);
    }
    save();
  } finally {
    rmSync(folder, { recursive: true, force: true });
    process.exitCode = 0;
  }
}

warm();
