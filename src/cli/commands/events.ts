import { type Command, Option } from 'commander';
import { filtersIn } from '../addresses.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { addQuestionOptions, type FilterOptions, filtersOf } from '../filters.js';
import { terminal, wholeNumber, write, writeAll } from '../output.js';
import { type RangeOptions, rangeOf } from '../range.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

interface EventsOptions extends FilterOptions, RangeOptions {
  db?: string;
  limit: number;
  tz?: string;
  format?: 'table' | 'json' | 'ndjson' | 'csv';
}

export function addEvents(program: Command): Command {
  const command = newCommand(program, 'events')
    .option('--limit <n>', 'events to show; 0 = all', wholeNumber('--limit'), 0)
    .addOption(new Option('--format <format>', 'table for people, ndjson for programs').choices(['table', 'json', 'ndjson', 'csv']))
    .option(...DB_OPTION);
  return addQuestionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog events --last 24h --hard
  $ bouncelog events --format ndjson --cause mailbox-full | jq -r .recipient
  $ bouncelog events --recipient someone@example.com`,
    )
    .action(async (options: EventsOptions) => {
      const zone = zoneName(options.tz);
      const now = Date.now();
      const range = rangeOf(options, zone, now);
      if (options.cause !== undefined) (await import('../causes.js')).refuseUnknownCauses(options.cause);
      const [render, { csvLine }] = await Promise.all([import('../../render/events.js'), import('../../render/csv.js')]);
      const store = await openReports(databasePath(options.db));
      try {
        const events = store.events({
          range,
          filters: await filtersIn(databasePath(options.db), store.anonymized, filtersOf(options)),
          limit: options.limit,
        });
        const { width, coloured } = terminal();
        const format = options.format ?? 'table';
        if (format === 'ndjson') await writeAll(map(events, (event) => `${JSON.stringify(render.eventJson(event))}\n`));
        else if (format === 'json') await write(`${JSON.stringify([...map(events, render.eventJson)], null, 2)}\n`);
        else if (format === 'csv') {
          await write(csvLine(render.EVENT_KEYS));
          await writeAll(map(events, render.eventCsv));
        } else await writeAll(map(events, (event) => render.eventText(event, { width, coloured, zone, now })));
      } finally {
        store.close();
      }
    });
}

function* map<A, B>(items: Iterable<A>, change: (item: A) => B): Iterable<B> {
  for (const item of items) yield change(item);
}
