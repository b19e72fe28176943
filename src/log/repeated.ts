import { CLOSE_BRACKET } from './ascii.js';

const REPEATED = /^message repeated (\d{1,6}) times: \[ ?/;
const LAST_REPEATED = /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \S+|\S+) (\S+)(?: syslogd?:)? (?:--- )?last message repeated (\d{1,6}) times?/;

/** A line that stands for several (rsyslog `message repeated N times: [ text]`). */
export interface Repeated {
  times: number;
  /** Where the text begins and ends. */
  start: number;
  end: number;
}

/** Reads `message repeated N times: [ text]` in `block[start, end)`; `null` for any other text. */
export function readRepeated(block: string, start: number, end: number): Repeated | null {
  if (!block.startsWith('message repeated ', start)) return null;
  const found = REPEATED.exec(block.slice(start, Math.min(start + 40, end)));
  if (found === null) return null;
  return { times: Number(found[1]), start: start + found[0].length, end: block.charCodeAt(end - 1) === CLOSE_BRACKET ? end - 1 : end };
}

/** `stamp host last message repeated N times` (BSD and sysklogd): the line before, of this host, N times more. */
export function readLastRepeated(line: string): { host: string; times: number } | null {
  if (!line.includes('last message repeated ')) return null;
  const found = LAST_REPEATED.exec(line);
  return found === null ? null : { host: found[1] ?? '', times: Number(found[2]) };
}
