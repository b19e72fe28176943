import { type Command, Option } from 'commander';
import { addressIn } from '../addresses.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { addRangeOptions } from '../filters.js';
import { terminal, wholeNumber, write, writePaged } from '../output.js';
import { type RangeOptions, rangeOf } from '../range.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

interface TraceOptions extends RangeOptions {
  db?: string;
  limit: number;
  tz?: string;
  format?: 'text' | 'json';
}

export function addTrace(program: Command): Command {
  const command = newCommand(program, 'trace')
    .argument('<what>', 'a queue id, a message id, or the address of a sender or recipient')
    .option('--limit <n>', 'messages to show, the latest; 0 = all', wholeNumber('--limit'), 20)
    .addOption(new Option('--format <format>', 'text for people, json for programs').choices(['text', 'json']).default('text'))
    .option(...DB_OPTION);
  return addRangeOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog trace someone@example.com            what became of mail to (or from) this address
  $ bouncelog trace 4YxQ1w2Tz9z3Kb                 one message, by its queue id
  $ bouncelog trace 17@sender.example --format json`,
    )
    .action(async (what: string, options: TraceOptions) => {
      const zone = zoneName(options.tz);
      const now = Date.now();
      const range = rangeOf(options, zone, now);
      const render = await import('../../render/trace.js');
      const store = await openReports(databasePath(options.db));
      try {
        const answer = store.trace({ what: await addressIn(databasePath(options.db), store.anonymized, what.trim()), range, limit: options.limit });
        if (options.format === 'json') await write(`${JSON.stringify(render.traceJson(answer), null, 2)}\n`);
        else await writePaged(render.traceText(answer, { ...terminal(), zone, now }));
      } finally {
        store.close();
      }
    });
}
