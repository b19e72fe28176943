import { type Command, Option } from 'commander';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { addRangeOptions } from '../filters.js';
import { terminal, wholeNumber, write, writeAll, writePaged } from '../output.js';
import { type RangeOptions, rangeOf } from '../range.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

interface UnknownOptions extends RangeOptions {
  db?: string;
  tz?: string;
  limit: number;
  format?: 'text' | 'json' | 'toml';
}

export function addUnknown(program: Command): Command {
  const command = newCommand(program, 'unknown')
    .option('--limit <n>', 'groups to show; 0 = all', wholeNumber('--limit'), 10)
    .addOption(new Option('--format <format>', 'toml: the rules alone').choices(['text', 'json', 'toml']).default('text'))
    .option(...DB_OPTION);
  return addRangeOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog unknown --last 7d
  $ bouncelog unknown --format toml > /etc/bouncelog/rules.d/own.toml    then correct the causes, and:
  $ bouncelog reclassify --dry-run`,
    )
    .action(async (options: UnknownOptions) => {
      const zone = zoneName(options.tz);
      const now = Date.now();
      const range = rangeOf(options, zone, now);
      const [{ clusters }, render] = await Promise.all([import('../../report/unknown.js'), import('../../render/unknown.js')]);
      const store = await openReports(databasePath(options.db));
      try {
        const found = clusters(store.unknown(range));
        const notUnderstood = store.status().samples.map(({ line }) => line);
        const shown = options.limit > 0 ? found.slice(0, options.limit) : found;
        if (options.format === 'json') await write(`${JSON.stringify(render.unknownJson(shown, notUnderstood), null, 2)}\n`);
        else if (options.format === 'toml') await writeAll(shown.map(({ rule }) => `${rule}\n`));
        else {
          const samples = notUnderstood.slice(0, options.limit || notUnderstood.length);
          await writePaged(render.unknownText(found, { ...terminal(), zone, now, limit: options.limit, notUnderstood: samples }));
        }
      } finally {
        store.close();
      }
    });
}
