// npm run bench:query [-- --events 1000000 --days 90 --db FILE]: every report as a whole process, on a database of so many events.
// Prints milliseconds (median of 5), and how many times the start of Node alone that is; times differ from machine to machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    days: { type: 'string', default: '90' },
    runs: { type: 'string', default: '5' },
    db: { type: 'string' },
    json: { type: 'boolean' },
  },
});
const here = import.meta.dirname;
const bouncelog = join(here, '../../bin/bouncelog.js');
const folder = mkdtempSync(join(tmpdir(), 'bouncelog-bench-'));
const db = values.db ?? join(folder, 'bench.db');

/** A message of the generated log that fails makes so many bytes for each of its events. */
const BYTES_AN_EVENT = 830;
/** The generated log ends here. */
const END = Date.UTC(2026, 10, 20);
const DAY = 86_400_000;

/** With more certificates to trust than its own, Node reads all of them at each start: most of the time of a short command, and not ours. */
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

function run(command, args) {
  const ran = spawnSync(command, args, { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'inherit'] });
  if (ran.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${ran.status}`);
}

if (!existsSync(db)) {
  const log = join(folder, 'mail.log');
  const megabytes = String((Number(values.events) * BYTES_AN_EVENT) / 1e6);
  run(process.execPath, [join(here, 'generate.mjs'), '--mb', megabytes, '--failures', '0.9', '--days', values.days, '--out', log]);
  run(process.execPath, [bouncelog, 'ingest', '-q', log, '--year', String(new Date(END - Number(values.days) * DAY).getUTCFullYear()), '--db', db]);
}

const date = (time) => new Date(time).toISOString().slice(0, 10);
const month = ['--since', date(END - 40 * DAY), '--until', date(END - 10 * DAY)];
const day = ['--since', date(END - 21 * DAY), '--until', date(END - 20 * DAY)];
const noon = ['--since', `${date(END - 21 * DAY)}T12:00`, '--until', `${date(END - 20 * DAY)}T12:00`];
const half = ['--since', `${date(END - 21 * DAY)}T12:30`, '--until', `${date(END - 20 * DAY)}T12:30`];
const questions = {
  'top by cause, 30 days': ['top', ...month],
  'top by code, 30 days': ['top', '--by', 'code', ...month],
  'top by domain, 30 days': ['top', '--by', 'domain', ...month],
  'top by provider, 30 days': ['top', '--by', 'provider', ...month],
  'top by sender, 30 days': ['top', '--by', 'sender', ...month],
  'top by sender domain, 30 days': ['top', '--by', 'sender-domain', ...month],
  'top by reply, 30 days': ['top', '--by', 'reply', ...month],
  'top by host, 30 days': ['top', '--by', 'host', ...month],
  'top by MX, 30 days': ['top', '--by', 'mx', ...month],
  'top of hard failures, 30 days': ['top', '--hard', ...month],
  'top of a provider, 30 days': ['top', '--provider', 'google', ...month],
  'top of a domain, 30 days': ['top', '--domain', 'company5.example', ...month],
  'top of a cause by domain, 30 days': ['top', '--cause', 'mailbox-full', '--by', 'domain', ...month],
  'top of a sender, 30 days': ['top', '--sender', 'user1@sender0.example', ...month],
  'top by provider and cause, 30 days': ['top', '--by', 'provider,cause', ...month],
  'events of a recipient': ['events', '--recipient', 'info1@company5.example'],
  'trend, 30 days': ['trend', ...month],
  'trend by domain, 30 days': ['trend', '--by', 'domain', ...month],
  'trend of a provider, 30 days': ['trend', '--provider', 'google', ...month],
  'report, 1 day': ['report', ...day],
  'report, 24 hours from noon': ['report', ...noon],
  'top, 24 hours from half past twelve': ['top', ...half],
  'report, 24 hours from half past twelve': ['report', ...half],
  'report, 30 days': ['report', ...month],
  'report --html, 30 days': ['report', ...month, '--html', join(folder, 'page.html')],
  blocklists: ['blocklists'],
  'check, 1 day': ['check', ...day, '--max-hard-rate', '99'],
  metrics: ['metrics'],
  'trace an address': ['trace', 'info1@company5.example'],
  suppress: ['suppress'],
  unknown: ['unknown'],
  status: ['status'],
  '--help': ['--help'],
};

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
function milliseconds(args) {
  const times = Array.from({ length: Number(values.runs) }, () => {
    const started = performance.now();
    spawnSync(process.execPath, args, { env, maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] });
    return performance.now() - started;
  });
  return median(times);
}

const node = milliseconds(['-e', '0']);
const rows = Object.entries(questions).map(([question, args]) => {
  const time = milliseconds([bouncelog, ...args, ...(question === '--help' ? [] : ['--db', db])]);
  return { question, milliseconds: Math.round(time), times_node: Number((time / node).toFixed(1)) };
});
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  node: process.version,
  start_of_node_ms: Math.round(node),
  database_mb: Math.round(statSync(db).size / 1e6),
};
if (values.json) console.log(JSON.stringify({ machine, rows }, null, 2));
else {
  console.log(machine);
  console.table(rows);
}
rmSync(folder, { recursive: true, force: true });
