import { TZDate } from '@date-fns/tz';
// One by one: the package's index loads all of its three hundred files, which doubles the time of `--help`.
import { isValid } from 'date-fns/isValid';
import { parseISO } from 'date-fns/parseISO';
import { startOfDay } from 'date-fns/startOfDay';
import { subDays } from 'date-fns/subDays';
import { UserError } from '../errors.js';
import type { Range } from '../report/range.js';
import { HOST_ZONE, zonedTime } from '../zoned-time.js';

const HOUR = 3_600_000;
const UNITS: Record<string, number> = { m: 60_000, h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR };

export interface RangeOptions {
  last?: string;
  since?: string;
  until?: string;
}

/**
 * The range that the options ask for, half-open.
 * `--last` begins at a full hour, so that it can be counted from the hourly totals to the last delivery.
 * @param zone where days begin
 * @throws UserError (wrong usage) naming the option
 */
export function rangeOf(options: RangeOptions, zone: string, now: number): Range {
  if (options.last !== undefined && options.since !== undefined) throw usage('--last and --since exclude each other');
  const since = options.last === undefined ? timeOf(options.since, '--since', zone, now) : lastOf(options.last, now);
  const until = timeOf(options.until, '--until', zone, now);
  if (since !== null && until !== null && since >= until) throw usage('--since is not before --until');
  return { since, until };
}

function lastOf(text: string, now: number): number {
  const since = now - spanOf('--last', text);
  return text.endsWith('m') ? since : Math.floor(since / HOUR) * HOUR;
}

/**
 * A span like `30m`, `24h`, `7d`, `2w`, in ms.
 * @throws UserError (wrong usage) naming the option
 */
export function spanOf(option: string, text: string): number {
  const found = /^(\d+)([mhdw])$/.exec(text);
  if (found === null) throw usage(`${option} takes a number and m, h, d or w, like 24h or 7d; not "${text}"`);
  return Number(found[1]) * (UNITS[found[2] ?? ''] ?? 0);
}

function timeOf(text: string | undefined, option: string, zone: string, now: number): number | null {
  if (text === undefined) return null;
  const local = zonedTime(now, zone);
  if (text === 'now') return now;
  if (text === 'today') return startOfDay(local).getTime();
  if (text === 'yesterday') return startOfDay(subDays(local, 1)).getTime();
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) && text.includes('T');
  const parsed = parseISO(text);
  if (!isValid(parsed) || !/^\d{4}-\d\d-\d\d/.test(text)) {
    throw usage(`${option} takes an ISO date or time, "today" or "yesterday", like 2026-11-24 or 2026-11-24T07:00; not "${text}"`);
  }
  if (hasZone || zone === HOST_ZONE) return parsed.getTime();
  return new TZDate(
    parsed.getFullYear(),
    parsed.getMonth(),
    parsed.getDate(),
    parsed.getHours(),
    parsed.getMinutes(),
    parsed.getSeconds(),
    parsed.getMilliseconds(),
    zone,
  ).getTime();
}

function usage(message: string): UserError {
  return new UserError(message, { exitCode: 2 });
}
