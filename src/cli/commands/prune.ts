import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { write } from '../output.js';
import { spanOf } from '../range.js';

interface PruneOptions {
  db?: string;
  keep: number;
  format: 'text' | 'json';
}

const DAY = 86_400_000;

export function addPrune(program: Command): Command {
  return newCommand(program, 'prune')
    .addOption(new Option('--keep <span>', 'how long to keep events: 90d, 12w, 48h').argParser(keep).default(90 * DAY, '90d'))
    .addOption(new Option('--format <format>', 'text for people, json for programs').choices(['text', 'json']).default('text'))
    .option(...DB_OPTION)
    .addHelpText(
      'after',
      `
Reports by cause, code, domain, provider and MX go on over the whole time; those by sender or recipient, events,
trace and suppress know what is kept.

Examples:
  $ bouncelog prune --keep 90d`,
    )
    .action(async (options: PruneOptions) => {
      const [{ openForReading, guard }, { openForWriting }, { lockForIngest }, { prune }, { bytes, count }, { isoTime }, { Bar }] = await Promise.all(
        [
          import('../../store/sqlite/open.js'),
          import('../../store/sqlite/open-for-writing.js'),
          import('../../store/sqlite/lock.js'),
          import('../../store/sqlite/prune.js'),
          import('../../render/number.js'),
          import('../../render/time.js'),
          import('../bar.js'),
        ],
      );
      const path = databasePath(options.db);
      openForReading(path).close();
      const lock = lockForIngest(path);
      if (lock === null)
        throw new UserError(`${path}: an ingest is writing to it`, { hint: 'Try again when it has finished, or stop the daemon meanwhile.' });
      const db = openForWriting(path);
      const bar = new Bar(1);
      try {
        const answer = guard(path, () =>
          prune(db, Date.now() - options.keep, (done, all) => bar.update(all === 0 ? 0 : done / all, 'dropping events')),
        );
        const { before, events, deliveries, freedBytes } = answer;
        if (options.format === 'json')
          await write(`${JSON.stringify({ schema: 'bouncelog/prune/1', before: isoTime(before), events, deliveries, freed_bytes: freedBytes })}\n`);
        else await write(`${count(events)} events of ${count(deliveries)} deliveries dropped, ${bytes(freedBytes)} given back.\n`);
      } finally {
        bar.stop();
        db.close();
        lock.release();
      }
    });
}

function keep(text: string): number {
  const span = spanOf('--keep', text);
  if (span === 0) throw new UserError('--keep keeps something: 90d, 12w, 48h', { exitCode: 2 });
  return span;
}
