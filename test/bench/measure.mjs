// Runs a command and prints {seconds, peakMb} as the last line on stderr; exits with its code, 127 when there is no such command.
// Node does not tell the memory of its children, so time(1) runs the command where it is installed; else peakMb is null.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const command = process.argv.slice(2);
const timed = existsSync('/usr/bin/time') ? ['/usr/bin/time', '-f', '%M', ...command] : command;
const start = process.hrtime.bigint();
const ran = spawnSync(timed[0], timed.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const kilobytes = Number(ran.stderr?.toString().trim().split('\n').at(-1));
process.stderr.write(`\n${JSON.stringify({ seconds, peakMb: kilobytes > 0 ? Math.round(kilobytes / 1024) : null })}\n`);
process.exit(ran.error === undefined ? ran.status : 127);
