import { type Command, Option } from 'commander';
import { OUTCOMES, type Outcome } from '../delivery/event.js';
import type { Filters } from '../report/question.js';

/** The filters as commander gives them. */
export interface FilterOptions {
  hard?: boolean;
  soft?: boolean;
  outcome?: Outcome[];
  cause?: string[];
  code?: string[];
  enhanced?: string[];
  domain?: string[];
  provider?: string[];
  mx?: string[];
  sender?: string[];
  recipient?: string[];
  host?: string[];
  listing?: string[];
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** Range options, shared by all reports. */
export function addRangeOptions(command: Command): Command {
  return command
    .option('--last <span>', 'the last 24h, 7d, 30d, …')
    .option('--since <time>', 'from this time on (ISO date or time, today, yesterday)')
    .option('--until <time>', 'before this time')
    .option('--tz <zone>', 'time zone of days and of the times shown (default: this host’s)');
}

/** Range and filter options, shared by reports about groups of events. */
export function addQuestionOptions(command: Command): Command {
  return addRangeOptions(command)
    .option('--hard', 'only failures for good (bounced, expired)')
    .option('--soft', 'only deferrals')
    .addOption(new Option('--outcome <outcome...>', 'only these outcomes').choices(OUTCOMES))
    .option('--cause <id>', 'only this cause', collect)
    .option('--code <code>', 'only this reply code (x stands for any digit: 4xx)', collect)
    .option('--enhanced <code>', 'only this enhanced code (5.7.1, *.7.1)', collect)
    .option('--domain <name>', 'only this recipient domain (* stands for anything)', collect)
    .option('--provider <id>', 'only this provider; "" = none is known', collect)
    .option('--mx <host>', 'only this receiving host', collect)
    .option('--sender <address>', 'only this envelope sender ("<>" = null sender)', collect)
    .option('--recipient <address>', 'only this recipient', collect)
    .option('--host <name>', 'only mail of this host of ours', collect)
    .option('--listing <list>', 'only this block list ("list subject" or the list)', collect);
}

export function filtersOf(options: FilterOptions): Filters {
  const outcome = new Set<Outcome>(options.outcome ?? []);
  if (options.hard) for (const one of ['bounced', 'expired'] as const) outcome.add(one);
  if (options.soft) outcome.add('deferred');
  const { cause = [], code = [], enhanced = [], domain = [], provider = [], mx = [], sender = [], recipient = [], host = [], listing = [] } = options;
  return { outcome: [...outcome], cause, code, enhanced, domain, provider, mx, sender, recipient, host, listing };
}
