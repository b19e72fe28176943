import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { CLEAR_AFTER } from '../../report/incidents.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { addRangeOptions } from '../filters.js';
import { terminal, write, writeAll, writePaged } from '../output.js';
import { type RangeOptions, rangeOf } from '../range.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

const HOUR = 3_600_000;
/** What is over for longer is history. */
const RECENT = 7 * 24 * HOUR;

interface BlocklistsOptions extends RangeOptions {
  db?: string;
  tz?: string;
  history?: boolean;
  clearAfter: number;
  format: 'text' | 'json' | 'ndjson' | 'csv';
}

export function addBlocklists(program: Command): Command {
  const command = newCommand(program, 'blocklists')
    .option('--history', 'all incidents ever, not only those that are open or were in the last 7 days')
    .addOption(
      new Option('--clear-after <hours>', 'hours without a hit, while mail to the same receivers flows, after which an incident is over')
        .argParser(hours)
        .default(CLEAR_AFTER, '48'),
    )
    .addOption(new Option('--format <format>', 'text for people').choices(['text', 'json', 'ndjson', 'csv']).default('text'))
    .option(...DB_OPTION);
  return addRangeOptions(command)
    .addHelpText(
      'after',
      `
An incident is one list and what it names. It is open while hits come, and cleared when all receivers that used the list accept our
mail again, or after --clear-after. A hit after that is a new incident, unless it
comes within six hours: then it was not over.

Examples:
  $ bouncelog blocklists
  $ bouncelog blocklists --history
  $ bouncelog blocklists --last 30d --format json | jq '.incidents[] | select(.state == "open") | .delist_url'`,
    )
    .action(async (options: BlocklistsOptions) => {
      const now = Date.now();
      const zone = zoneName(options.tz);
      const asked = rangeOf(options, zone, now);
      const isAsked = options.history === true || asked.since !== null || asked.until !== null;
      const render = await import('../../render/blocklists.js');
      const store = await openReports(databasePath(options.db));
      try {
        const all = store.incidents({ range: asked, now, clearAfter: options.clearAfter });
        const incidents = isAsked ? all : all.filter(({ state, last }) => state === 'open' || last >= now - RECENT);
        if (options.format === 'json') await write(`${JSON.stringify(render.blocklistsJson(incidents), null, 2)}\n`);
        else if (options.format === 'ndjson') await writeAll(incidents.map((incident) => `${JSON.stringify(render.incidentJson(incident))}\n`));
        else if (options.format === 'csv') await write(render.blocklistsCsv(incidents));
        else await writePaged(render.blocklistsText(incidents, { ...terminal(), zone, now }));
      } finally {
        store.close();
      }
    });
}

function hours(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UserError(`--clear-after takes hours, not "${text}"`, { exitCode: 2 });
  return Number(text) * HOUR;
}
