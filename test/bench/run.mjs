// npm run bench [-- --mb 100 --failures 0.12]: our ingest against pflogsumm, eximstats and ripgrep on the same file, in turns.
// Prints ratios (speed differs from machine to machine, ratios hardly) and peak memory. Tools that are not installed are left out.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '100' },
    failures: { type: 'string', default: '0.12' },
    runs: { type: 'string', default: '5' },
    json: { type: 'boolean' },
  },
});
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'bouncelog-bench-'));
const bouncelog = join(here, '../../bin/bouncelog.js');

/** Wall seconds and peak memory of one command; null when it is not installed. */
function time(command, args) {
  const ran = spawnSync(process.execPath, [join(here, 'measure.mjs'), command, ...args], { maxBuffer: 1 << 28 });
  return ran.status === 0 ? JSON.parse(ran.stderr.toString().trim().split('\n').at(-1)) : null;
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

const rows = [];
for (const mta of ['postfix', 'exim']) {
  const log = join(folder, `${mta}.log`);
  spawnSync(process.execPath, [join(here, 'generate.mjs'), '--mta', mta, '--mb', values.mb, '--failures', values.failures, '--out', log], {
    stdio: 'inherit',
  });
  const megabytes = statSync(log).size / 1e6;
  const db = join(folder, 'bench.db');
  const contestants = [
    ['bouncelog', process.execPath, [bouncelog, 'ingest', '-q', log, '--db', db]],
    mta === 'postfix' ? ['pflogsumm', 'pflogsumm', [log]] : ['eximstats', 'eximstats', [log]],
    ['ripgrep', 'rg', ['-c', mta === 'postfix' ? 'status=(deferred|bounced)' : ' (==|\\*\\*) ', log]],
  ];
  const results = new Map(contestants.map(([name]) => [name, []]));
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [name, command, args] of contestants) {
      for (const end of ['', '-wal', '-shm', '.lock']) rmSync(db + end, { force: true });
      const result = time(command, args);
      if (result !== null) results.get(name).push(result);
    }
  }
  const own = median(results.get('bouncelog').map((result) => result.seconds));
  for (const [name, list] of results) {
    if (list.length === 0) continue;
    const seconds = median(list.map((result) => result.seconds));
    rows.push({
      log: mta,
      tool: name,
      seconds: Number(seconds.toFixed(2)),
      mb_per_second: Math.round(megabytes / seconds),
      bouncelog_is_faster: Number((seconds / own).toFixed(2)),
      peak_mb: Math.max(...list.map((result) => result.peakMb)),
    });
  }
}
rmSync(folder, { recursive: true, force: true });
if (values.json)
  console.log(
    JSON.stringify({ machine: cpus()[0]?.model, node: process.version, mb: Number(values.mb), failures: Number(values.failures), rows }, null, 2),
  );
else console.table(rows);
