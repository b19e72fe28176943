import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import type { CheckQuestion, Threshold } from '../../report/check.js';
import { CLEAR_AFTER } from '../../report/incidents.js';
import { spanBefore } from '../../report/range.js';
import { filtersIn } from '../addresses.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { addQuestionOptions, type FilterOptions, filtersOf } from '../filters.js';
import { wholeNumber, write } from '../output.js';
import { type RangeOptions, rangeOf, spanOf } from '../range.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

interface CheckOptions extends FilterOptions, RangeOptions {
  db?: string;
  tz?: string;
  maxHardRate?: Threshold;
  maxSoftRate?: Threshold;
  minDelivered?: Threshold;
  newListing?: boolean;
  newReason?: boolean;
  silentFor?: Threshold;
  minSample: number;
  minNew: number;
  baseline: string;
  format: 'plugin' | 'json';
}

export function addCheck(program: Command): Command {
  const command = newCommand(program, 'check')
    .addOption(
      new Option(
        '--max-hard-rate <percent>',
        'hard failures of finished deliveries: critical above, or warning,critical; 3x = three times the baseline',
      ).argParser(rate('--max-hard-rate')),
    )
    .addOption(new Option('--max-soft-rate <percent>', 'deferred deliveries of all; as above').argParser(rate('--max-soft-rate')))
    .addOption(new Option('--min-delivered <n>', 'delivered mail: critical below, or warning,critical').argParser(amount('--min-delivered')))
    .option('--new-listing', 'critical when a block list incident began in the range and is open')
    .option('--new-reason', 'warning when a reply came in the range that never came before')
    .addOption(
      new Option('--silent-for <span>', 'critical when no mail was logged for 1h, or warning,critical: 30m,2h').argParser(spans('--silent-for')),
    )
    .option('--min-sample <n>', 'deliveries below which a rate is not judged', wholeNumber('--min-sample'), 20)
    .option('--min-new <n>', 'deliveries that a new reason must have failed', wholeNumber('--min-new'), 5)
    .option('--baseline <span>', 'how far back rates are compared with (3x)', '7d')
    .addOption(new Option('--format <format>', 'plugin: one line with perfdata').choices(['plugin', 'json']).default('plugin'))
    .option(...DB_OPTION);
  return addQuestionOptions(command)
    .addHelpText(
      'after',
      `
Without a range: the last 24 hours. Without a check: --max-hard-rate 10,25 --max-soft-rate 25,50 --new-listing.

Examples:
  $ bouncelog check
  $ bouncelog check --last 1h --max-hard-rate 5,20 --silent-for 30m,2h
  $ bouncelog check --max-hard-rate 2x,5x --baseline 30d --provider google
  $ bouncelog check --new-listing --new-reason || mail -s "mail trouble" postmaster < /dev/null`,
    )
    .action(async (options: CheckOptions) => {
      try {
        process.exitCode = await run(options);
      } catch (error) {
        if (!(error instanceof UserError) || error.exitCode === 2) throw error;
        // A monitoring system reads stdout and takes 1 for a warning.
        await write(`BOUNCELOG UNKNOWN - ${error.message}\n`);
        process.exitCode = 3;
      }
    });
}

async function run(options: CheckOptions): Promise<number> {
  const now = Date.now();
  const isAsked = options.last !== undefined || options.since !== undefined || options.until !== undefined;
  const asked = rangeOf(isAsked ? options : { last: '24h' }, zoneName(options.tz), now);
  const question = questionOf(options);
  if (options.cause !== undefined) (await import('../causes.js')).refuseUnknownCauses(options.cause);
  const [{ check }, render] = await Promise.all([import('../../report/check.js'), import('../../render/check.js')]);
  const store = await openReports(databasePath(options.db));
  try {
    const filters = await filtersIn(databasePath(options.db), store.anonymized, filtersOf(options));
    const range = { since: asked.since ?? store.firstHour() ?? now, until: asked.until ?? now };
    const totalsOf = (of: { since: number; until: number | null }) => store.totals({ range: of, filters });
    const isRelative = question.maxHardRate?.relative === true || question.maxSoftRate?.relative === true;
    const { since } = spanBefore({ since: range.since, until: range.since + spanOf('--baseline', options.baseline) });
    const incidents = store.incidents({ range: { since: null, until: asked.until }, now, clearAfter: CLEAR_AFTER });
    const answer = check(question, {
      now,
      since: range.since,
      totals: totalsOf({ since: range.since, until: asked.until }),
      baseline: isRelative ? totalsOf({ since, until: range.since }) : null,
      incidents: incidents.filter(
        ({ receivers }) => options.provider === undefined || receivers.some(({ name }) => options.provider?.includes(name)),
      ),
      newReasons: question.newReason ? store.newReasons(range, options.minNew) : [],
      lastMail: store.lastMail(),
    });
    await write(options.format === 'json' ? `${JSON.stringify(render.checkJson(answer), null, 2)}\n` : render.checkLine(answer));
    return render.exitCodeOf(answer);
  } finally {
    store.close();
  }
}

function questionOf(options: CheckOptions): CheckQuestion {
  const { maxHardRate, maxSoftRate, minDelivered, newListing = false, newReason = false, silentFor, minSample } = options;
  const isAsked = newListing || newReason || [maxHardRate, maxSoftRate, minDelivered, silentFor].some((one) => one !== undefined);
  return {
    maxHardRate: maxHardRate ?? (isAsked ? null : { warning: 0.1, critical: 0.25, relative: false }),
    maxSoftRate: maxSoftRate ?? (isAsked ? null : { warning: 0.25, critical: 0.5, relative: false }),
    minDelivered: minDelivered ?? null,
    newListing: newListing || !isAsked,
    newReason,
    silentFor: silentFor ?? null,
    minSample,
  };
}

/** `20`, `5,20` (percent), `3x`, `2x,5x`. */
function rate(option: string): (text: string) => Threshold {
  return (text) => {
    const found = /^(?:(\d+(?:\.\d+)?)(x|%)?,)?(\d+(?:\.\d+)?)(x|%)?$/.exec(text);
    const relative = found?.[4] === 'x';
    if (found === null || (found[1] !== undefined && (found[2] === 'x') !== relative))
      throw usage(option, 'a percentage like 20, two like 5,20, or multiples like 2x,5x', text);
    const value = (digits: string) => Number(digits) / (relative ? 1 : 100);
    return { warning: found[1] === undefined ? null : value(found[1]), critical: value(found[3] ?? ''), relative };
  };
}

function amount(option: string): (text: string) => Threshold {
  return (text) => {
    const found = /^(?:(\d+),)?(\d+)$/.exec(text);
    if (found === null) throw usage(option, 'a whole number like 100, or two like 500,100', text);
    return { warning: found[1] === undefined ? null : Number(found[1]), critical: Number(found[2]), relative: false };
  };
}

function spans(option: string): (text: string) => Threshold {
  return (text) => {
    const [first, second, ...rest] = text.split(',');
    if (first === undefined || rest.length > 0) throw usage(option, 'a span like 1h, or two like 30m,2h', text);
    const one = spanOf(option, first);
    return second === undefined
      ? { warning: null, critical: one, relative: false }
      : { warning: one, critical: spanOf(option, second), relative: false };
  };
}

function usage(option: string, takes: string, text: string): UserError {
  return new UserError(`${option} takes ${takes}; not "${text}"`, { exitCode: 2 });
}
