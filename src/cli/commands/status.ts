import { statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { safeText } from '../../render/safe.js';
import type { SourceStatus } from '../../report/status.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { terminal, wholeNumber, write, writePaged } from '../output.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

interface StatusOptions {
  db?: string;
  limit: number;
  check?: boolean;
  tz?: string;
  format?: 'text' | 'json';
}

export function addStatus(program: Command): Command {
  return newCommand(program, 'status')
    .option('--check', 'look whether the database is whole and its totals equal its events; exit code 1 when not')
    .option('--limit <n>', 'sources and samples to show; 0 = all', wholeNumber('--limit'), 10)
    .option('--tz <zone>', 'time zone of the times shown (default: this host’s)')
    .addOption(new Option('--format <format>', 'text for people, json for programs').choices(['text', 'json']).default('text'))
    .option(...DB_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog status
  $ bouncelog status --check
  $ bouncelog status --format json | jq '.sources[] | [.name, .lag.unread_bytes]'`,
    )
    .action(async (options: StatusOptions) => {
      if (options.check) {
        await check(databasePath(options.db));
        return;
      }
      const zone = zoneName(options.tz);
      const path = databasePath(options.db);
      const render = await import('../../render/status.js');
      const store = await openReports(path);
      try {
        const answer = store.status();
        const databaseBytes = ['', '-wal'].reduce((sum, suffix) => sum + (sizeOf(path + suffix) ?? 0), 0);
        const shown = { databaseBytes, lagOf, now: Date.now() };
        if (options.format === 'json') await write(`${JSON.stringify(render.statusJson(answer, shown), null, 2)}\n`);
        else await writePaged(render.statusText(answer, { ...terminal(), ...shown, zone, limit: options.limit }));
      } finally {
        store.close();
      }
    });
}

async function check(path: string): Promise<void> {
  const [{ openForReading, guard }, { problemsIn }] = await Promise.all([
    import('../../store/sqlite/open.js'),
    import('../../store/sqlite/check.js'),
  ]);
  const db = openForReading(path);
  try {
    // One transaction: an ingest that writes meanwhile must not look like a difference.
    const problems = guard(path, () => db.transaction(() => problemsIn(db))());
    for (const problem of problems) process.stderr.write(`bouncelog: ${path}: ${safeText(problem)}\n`);
    if (problems.length > 0) process.exitCode = 1;
    else await write('The database is whole, and its totals equal its events.\n');
  } finally {
    db.close();
  }
}

/** What is in the file behind the position; a smaller file under this name is another one, or a compressed one. */
function lagOf(source: SourceStatus): { unread: number | null } {
  const size = source.cursor === null ? sizeOf(source.name) : null;
  return { unread: size === null || size < source.position ? null : size - source.position };
}

function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null;
}
