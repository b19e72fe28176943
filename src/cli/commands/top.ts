import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { GROUPS, type Group, SORTS, type Sort } from '../../report/question.js';
import { endOfHour, type Range, spanBefore } from '../../report/range.js';
import { filtersIn } from '../addresses.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { addQuestionOptions, type FilterOptions, filtersOf } from '../filters.js';
import { terminal, wholeNumber, write, writeAll, writePaged } from '../output.js';
import { type RangeOptions, rangeOf } from '../range.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

interface TopOptions extends FilterOptions, RangeOptions {
  db?: string;
  by: Group[];
  sort: Sort;
  limit: number;
  tz?: string;
  format?: 'table' | 'json' | 'ndjson' | 'csv' | 'markdown';
  advice?: boolean;
  compare?: boolean;
  iso?: boolean;
}

export function addTop(program: Command): Command {
  const command = newCommand(program, 'top')
    .addOption(new Option('--by <groups>', `what to group by; a comma nests: ${GROUPS.join(', ')}`).argParser(groups).default(['cause'], 'cause'))
    .addOption(new Option('--sort <column>', 'greatest first by this').choices(SORTS).default('deliveries'))
    .option('--limit <n>', 'groups of each level to show; 0 = all', wholeNumber('--limit'), 10)
    .option('--compare', 'say how much more or less than in the span of the same length before')
    .option('--iso', 'times exact, in UTC')
    .option('--advice', 'say what each cause means and what to do')
    .addOption(new Option('--format <format>', 'table on a terminal and by default').choices(['table', 'json', 'ndjson', 'csv', 'markdown']))
    .option(...DB_OPTION);
  return addQuestionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog top --last 24h --advice         last night's reasons, with what to do
  $ bouncelog top --by provider,cause         who refuses our mail, and why
  $ bouncelog top --last 7d --compare         what is more than the week before
  $ bouncelog top --provider google --advice  what one provider has against us, and what it asks for
  $ bouncelog top --by sender --cause ip-blocklisted
  $ bouncelog top --hard --by domain --limit 0 --format csv > domains.csv`,
    )
    .action(async (options: TopOptions) => {
      const zone = zoneName(options.tz);
      const now = Date.now();
      const range = rangeOf(options, zone, now);
      if (options.cause !== undefined) (await import('../causes.js')).refuseUnknownCauses(options.cause);
      const render = await import('../../render/top.js');
      const store = await openReports(databasePath(options.db));
      try {
        const { by, sort, limit } = options;
        const filters = await filtersIn(databasePath(options.db), store.anonymized, filtersOf(options));
        const earlier = options.compare ? rangeBefore(range, now) : null;
        const { answer, before } = store.consistently(() => {
          const found = store.top({ by, range, filters, sort, limit });
          if (earlier === null) return { answer: found, before: null };
          const only = limit > 0 ? found.rows.map(({ keys }) => keys[0] ?? null) : undefined;
          const { rows } = store.groups({ by, range: earlier, filters, sort, limit: 0, only });
          return { answer: found, before: new Map(rows.map((row) => [render.groupKey(row.keys), row.deliveries])) };
        });
        const { width, coloured } = terminal();
        if (options.format === 'json') await write(`${JSON.stringify(render.topJson(answer), null, 2)}\n`);
        else if (options.format === 'ndjson') await writeAll(answer.rows.map((row) => `${JSON.stringify(render.topRowJson(answer.by, row))}\n`));
        else if (options.format === 'csv') await write(render.topCsv(answer));
        else if (options.format === 'markdown') await write(render.topMarkdown(answer, { before }));
        else
          await writePaged(
            render.topTable(answer, {
              width,
              coloured,
              zone,
              now,
              advice: options.advice === true,
              provider: options.provider?.length === 1 ? (options.provider[0] ?? null) : null,
              iso: options.iso === true,
              before,
            }),
          );
      } finally {
        store.close();
      }
    });
}

/** The span before one that has a beginning. */
function rangeBefore({ since, until }: Range, now: number): Range {
  if (since === null) throw new UserError('--compare needs a beginning', { hint: 'Give --last or --since, too.', exitCode: 2 });
  return spanBefore({ since, until: until ?? endOfHour(now) });
}

function groups(text: string): Group[] {
  const asked = text.split(',').map((one) => one.trim());
  for (const one of asked) {
    if (!GROUPS.includes(one as Group)) throw new UserError(`--by knows no "${one}"`, { hint: `Use one of ${GROUPS.join(', ')}.`, exitCode: 2 });
  }
  if (new Set(asked).size < asked.length) throw new UserError('--by names a group twice', { exitCode: 2 });
  return asked as Group[];
}
