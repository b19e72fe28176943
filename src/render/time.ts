import { format } from 'date-fns/format';
import { zonedTime } from '../zoned-time.js';

/** `2026-11-24T07:54:47.463Z` → without the fraction where there is none, always UTC: the contract's form. */
export function isoTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** `24 Nov 07:54` in `zone`, with the year only when it is not that of `now`. */
export function shortTime(time: number, zone: string, now: number): string {
  const local = zonedTime(time, zone);
  const sameYear = local.getFullYear() === zonedTime(now, zone).getFullYear();
  return format(local, sameYear ? 'd MMM HH:mm' : 'd MMM yyyy');
}

/** `3 min ago`, `5 h ago` of the last day, else as `shortTime`. */
export function humaneTime(time: number, zone: string, now: number): string {
  const minutes = Math.floor((now - time) / 60_000);
  if (minutes < 0 || minutes >= 24 * 60) return shortTime(time, zone, now);
  if (minutes < 1) return 'just now';
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

/** `24 Nov 07:54:47` in `zone`, with the year in place of the seconds when it is not that of `now`. */
export function secondTime(time: number, zone: string, now: number): string {
  const local = zonedTime(time, zone);
  const sameYear = local.getFullYear() === zonedTime(now, zone).getFullYear();
  return format(local, sameYear ? 'd MMM HH:mm:ss' : 'd MMM yyyy HH:mm').padStart(sameYear ? 15 : 0);
}
