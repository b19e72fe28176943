import { type Command, Option } from 'commander';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { addRangeOptions } from '../filters.js';
import { writeAll } from '../output.js';
import { type RangeOptions, rangeOf } from '../range.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

interface SuppressOptions extends RangeOptions {
  db?: string;
  tz?: string;
  format: 'csv' | 'json' | 'plain';
}

export function addSuppress(program: Command): Command {
  const command = newCommand(program, 'suppress')
    .addOption(new Option('--format <format>', 'plain: addresses alone').choices(['csv', 'json', 'plain']).default('csv'))
    .option(...DB_OPTION);
  return addRangeOptions(command)
    .addHelpText(
      'after',
      `
The range is that of the last failure. Never on the list: refusals for spam, block lists, policy, quota.
What was probably meant (gmial.com: gmail.com) stands beside an address that looks mistyped.

Examples:
  $ bouncelog suppress > suppress.csv
  $ bouncelog suppress --since 2026-11-01 --format plain
  $ bouncelog suppress --format json | jq -r '.addresses[] | select(.suggestion) | [.address, .suggestion] | @tsv'`,
    )
    .action(async (options: SuppressOptions) => {
      const range = rangeOf(options, zoneName(options.tz), Date.now());
      const render = await import('../../render/suppress.js');
      const store = await openReports(databasePath(options.db));
      try {
        const list = store.suppressed({ range });
        const rendered = { csv: render.suppressCsv, json: render.suppressJson, plain: render.suppressPlain }[options.format];
        await writeAll(rendered(list));
      } finally {
        store.close();
      }
    });
}
