import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import type { IngestCommandOptions } from '../ingest/options.js';
import { wholeNumber } from '../output.js';
import { RULES_OPTION } from '../rules.js';

export function addIngest(program: Command): Command {
  return newCommand(program, 'ingest')
    .argument('[paths...]', 'files (plain or .gz .xz .zst .bz2), directories, globs, journal files; - is stdin; none: the usual places')
    .option(...DB_OPTION)
    .addOption(new Option('--format <mta>', 'read only this MTA’s lines').choices(['auto', 'postfix', 'exim']).default('auto'))
    .option('--tz <zone>', 'time zone of logs that name none (default: this host’s)')
    .option('--year <year>', 'year of the first line, for logs that name none', wholeNumber('--year'))
    .option('--host <name>', 'name of the host that wrote logs that name none (default: this host)')
    .option('-f, --follow', 'stay and read what is written, through rotations, until SIGTERM')
    .option('--journal', 'read this host’s journal (journald), going on where the last run stopped')
    .option('--anonymize', 'store a keyed hash in place of each local part; the key stands in <db>.key (new databases only)')
    .option(...RULES_OPTION)
    .option('--max-open <n>', 'messages in the queue to remember between lines and runs (default: 200000)', wholeNumber('--max-open'))
    .option('--max-age <days>', 'days after which a message that the log is silent about is forgotten (default: 14)', wholeNumber('--max-age'))
    .option('--dry-run', 'read and report, but store nothing')
    .addOption(new Option('-q, --quiet', 'no summary').conflicts('verbose'))
    .option('-v, --verbose', 'what came of each source, too')
    .addOption(new Option('--batch-bytes <bytes>', 'bytes of log in one transaction').argParser(wholeNumber('--batch-bytes')).hideHelp())
    .addOption(
      new Option('--thread-bytes <bytes>', 'bytes of log from which on a second thread stores').argParser(wholeNumber('--thread-bytes')).hideHelp(),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog ingest                                   /var/log/mail.log*, /var/log/exim4/mainlog*, …
  $ bouncelog ingest --follow /var/log/mail.log        as a daemon
  $ bouncelog ingest --journal                         Debian 12 and later, and all that log to the journal only
  $ bouncelog ingest /var/log/mail.log /var/log/mail.log.1
  $ zcat old.gz | bouncelog ingest -
  $ bouncelog ingest --tz Europe/Berlin --year 2025 archive/`,
    )
    .action(async (paths: string[], options: IngestCommandOptions) => {
      const all = { ...options, db: databasePath(options.db) };
      if (options.follow) {
        if (paths.includes('-')) throw new UserError('--follow reads files and the journal; stdin is followed without it', { exitCode: 2 });
        const { runFollow } = await import('../ingest/follow.js');
        process.exitCode = await runFollow(paths, all);
        return;
      }
      const { runIngest } = await import('../ingest/run.js');
      process.exitCode = await runIngest(paths, all);
    });
}
