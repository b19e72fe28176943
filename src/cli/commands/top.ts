import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { GROUPS, type Group, SORTS, type Sort } from '../../report/question.js';
import { filtersIn } from '../anonymizing.js';
import { DB_OPTION, databasePath } from '../database.js';
import { addQuestionOptions, type FilterOptions, filtersOf } from '../filters.js';
import { terminal, wholeNumber, write, writeAll } from '../output.js';
import { type RangeOptions, rangeOf } from '../range.js';
import { zoneOption } from '../zone.js';

interface TopOptions extends FilterOptions, RangeOptions {
  db?: string;
  by: Group[];
  sort: Sort;
  limit: number;
  tz?: string;
  format?: 'table' | 'json' | 'ndjson' | 'csv';
  advice?: boolean;
}

export function addTop(program: Command): Command {
  const command = program
    .command('top')
    .description('What fails most, hard and soft side by side.')
    .addOption(new Option('--by <groups>', `what to group by; a comma nests: ${GROUPS.join(', ')}`).argParser(groups).default(['cause'], 'cause'))
    .addOption(new Option('--sort <column>', 'greatest first by this').choices(SORTS).default('deliveries'))
    .option('--limit <n>', 'groups of each level to show; 0 = all', wholeNumber('--limit'), 10)
    .option('--advice', 'say what each cause means and what to do')
    .addOption(new Option('--format <format>', 'table on a terminal and by default').choices(['table', 'json', 'ndjson', 'csv']))
    .option(...DB_OPTION);
  return addQuestionOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog top --last 24h --advice         last night's reasons, with what to do
  $ bouncelog top --by provider,cause         who refuses our mail, and why
  $ bouncelog top --provider google --advice  what one provider has against us, and what it asks for
  $ bouncelog top --by sender --cause ip-blocklisted
  $ bouncelog top --hard --by domain --limit 0 --format csv > domains.csv`,
    )
    .action(async (options: TopOptions) => {
      const zone = zoneOption(options.tz).name;
      const now = Date.now();
      const range = rangeOf(options, zone, now);
      const [{ openForReading }, { SqliteReportStore }, render] = await Promise.all([
        import('../../store/sqlite/open.js'),
        import('../../store/sqlite/report-store.js'),
        import('../../render/top.js'),
      ]);
      const store = new SqliteReportStore(openForReading(databasePath(options.db)));
      try {
        const answer = store.top({
          by: options.by,
          range,
          filters: filtersIn(databasePath(options.db), store.anonymized, filtersOf(options)),
          sort: options.sort,
          limit: options.limit,
        });
        const { width, coloured } = terminal();
        if (options.format === 'json') await write(`${JSON.stringify(render.topJson(answer), null, 2)}\n`);
        else if (options.format === 'ndjson') await writeAll(answer.rows.map((row) => `${JSON.stringify(render.topRowJson(answer.by, row))}\n`));
        else if (options.format === 'csv') await write(render.topCsv(answer));
        else
          await write(
            render.topTable(answer, {
              width,
              coloured,
              zone,
              now,
              advice: options.advice === true,
              provider: options.provider?.length === 1 ? (options.provider[0] ?? null) : null,
            }),
          );
      } finally {
        store.close();
      }
    });
}

function groups(text: string): Group[] {
  const asked = text.split(',').map((one) => one.trim());
  for (const one of asked) {
    if (!GROUPS.includes(one as Group)) throw new UserError(`--by knows no "${one}"`, { hint: `Use one of ${GROUPS.join(', ')}.`, exitCode: 2 });
  }
  if (new Set(asked).size < asked.length) throw new UserError('--by names a group twice', { exitCode: 2 });
  return asked as Group[];
}
