import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { BUCKETS, type Bucket } from '../../report/buckets.js';
import { GROUPS, type Group } from '../../report/question.js';
import { filtersIn } from '../addresses.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { addQuestionOptions, type FilterOptions, filtersOf } from '../filters.js';
import { terminal, wholeNumber, write, writePaged } from '../output.js';
import { type RangeOptions, rangeOf } from '../range.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

interface TrendOptions extends FilterOptions, RangeOptions {
  db?: string;
  by: Group;
  bucket: Bucket;
  limit: number;
  compare?: boolean;
  tz?: string;
  format: 'text' | 'json' | 'csv';
}

const HOUR = 3_600_000;
const LENGTHS: Record<Bucket, number> = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR };
/** The span that is shown where none is asked for. */
const DEFAULT_SPANS: Record<Bucket, string> = { hour: '48h', day: '30d', week: '26w' };
/** More steps than anybody can look at; each is counted by itself. */
const MAX_STEPS = 1000;

export function addTrend(program: Command): Command {
  const command = newCommand(program, 'trend')
    .addOption(new Option('--by <group>', 'what to group by').choices(GROUPS).default('cause'))
    .addOption(new Option('--bucket <span>', 'what one bar stands for').choices(BUCKETS).default('day'))
    .option('--limit <n>', 'groups to show; 0 = all', wholeNumber('--limit'), 10)
    .option('--compare', 'say how much more or less than in the span of the same length before')
    .addOption(new Option('--format <format>', 'text for people').choices(['text', 'json', 'csv']).default('text'))
    .option(...DB_OPTION);
  return addQuestionOptions(command)
    .addHelpText(
      'after',
      `
Without a range: the last 48 hours, 30 days or 26 weeks.

Examples:
  $ bouncelog trend --compare
  $ bouncelog trend --bucket hour --last 24h --by provider --soft
  $ bouncelog trend --by listing --format csv > listings.csv`,
    )
    .action(async (options: TrendOptions) => {
      const now = Date.now();
      const zone = zoneName(options.tz);
      const isAsked = options.last !== undefined || options.since !== undefined || options.until !== undefined;
      const range = rangeOf(isAsked ? options : { last: DEFAULT_SPANS[options.bucket] }, zone, now);
      if (options.cause !== undefined) (await import('../causes.js')).refuseUnknownCauses(options.cause);
      const render = await import('../../render/trend.js');
      const path = databasePath(options.db);
      const store = await openReports(path);
      try {
        const first = range.since ?? store.firstHour() ?? now;
        if (((range.until ?? now) - first) / LENGTHS[options.bucket] > MAX_STEPS) {
          throw new UserError(`more than ${MAX_STEPS} bars of one ${options.bucket}`, {
            hint: 'Take a larger --bucket, or a shorter span (--last).',
            exitCode: 2,
          });
        }
        const filters = await filtersIn(path, store.anonymized, filtersOf(options));
        const { by, bucket, limit } = options;
        const answer = store.trend({ by, bucket, range, zone, filters, limit, compare: options.compare === true, now });
        if (options.format === 'json') await write(`${JSON.stringify(render.trendJson(answer), null, 2)}\n`);
        else if (options.format === 'csv') await write(render.trendCsv(answer));
        else await writePaged(render.trendText(answer, { ...terminal(), zone, now }));
      } finally {
        store.close();
      }
    });
}
