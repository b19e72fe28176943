import { BACKSLASH, CLOSE_BRACKET, COLON, DASH, LESS, OPEN_BRACKET, PLUS, QUOTE, SPACE, UPPER_T } from './ascii.js';
import { isDigit, isUpperCase } from './ascii-classes.js';
/**
 * The envelope of a log line: who wrote it, where and when, and at which character the text starts.
 * Every line is recognised by itself, so one file may mix hosts, daemons and formats.
 *
 * Offsets into the block are filled into one reused object: the hot path makes no object and no
 * substring for a line that turns out to say nothing.
 */
export type Dialect = 'rfc3164' | 'iso' | 'rfc5424' | 'exim';

export interface Envelope {
  dialect: Dialect;
  /** Start of the time stamp. */
  time: number;
  /** The host name; `host === hostEnd` when the line names none. */
  host: number;
  hostEnd: number;
  /** The program's name without `[pid]` and colon; `tag === tagEnd` when the line names none. */
  tag: number;
  tagEnd: number;
  /** The message text, up to `end` (line end without CR or LF). */
  text: number;
  end: number;
}

export function newEnvelope(): Envelope {
  return { dialect: 'iso', time: 0, host: 0, hostEnd: 0, tag: 0, tagEnd: 0, text: 0, end: 0 };
}

/**
 * Reads the envelope of `block[start, end)` into `env`.
 * @returns false when the line has no envelope that we know (blank, continuation, another program's file).
 */
export function readEnvelope(block: string, start: number, end: number, env: Envelope): boolean {
  env.end = end;
  let at = start;
  let first = block.charCodeAt(at);
  if (first === LESS) {
    const close = block.indexOf('>', at);
    if (close < 0 || close > at + 4 || close >= end) return false;
    at = close + 1;
    first = block.charCodeAt(at);
    if (block.charCodeAt(at + 1) === SPACE && isDigit(first)) return readRfc5424(block, at + 2, env);
  }
  if (isUpperCase(first)) return readRfc3164(block, at, env);
  if (isDigit(first)) return readDated(block, at, env);
  return false;
}

/** `Nov  4 07:54:47 host program[pid]: text` (RFC 3164 section 4.1; also Postfix's `maillog_file`). OpenWrt writes `Wed Nov  4 07:54:47 2026`. */
function readRfc3164(block: string, start: number, env: Envelope): boolean {
  const hasWeekday = block.charCodeAt(start + 3) === SPACE && block.charCodeAt(start + 7) === SPACE;
  const at = hasWeekday ? start + 4 : start;
  if (
    block.charCodeAt(at + 3) !== SPACE ||
    block.charCodeAt(at + 6) !== SPACE ||
    block.charCodeAt(at + 9) !== COLON ||
    block.charCodeAt(at + 12) !== COLON ||
    at + 16 > env.end
  ) {
    return false;
  }
  env.dialect = 'rfc3164';
  env.time = at;
  const afterTime = block.indexOf(' ', hasWeekday ? at + 16 : at + 15);
  if (afterTime < 0 || afterTime >= env.end) return false;
  return readHostAndTag(block, hasWeekday ? skipFacility(block, afterTime + 1) : afterTime + 1, env);
}

/** A line that starts with a date: syslog with an ISO time, or Exim's own main log. */
function readDated(block: string, at: number, env: Envelope): boolean {
  if (block.charCodeAt(at + 4) !== DASH || block.charCodeAt(at + 7) !== DASH) return false;
  env.time = at;
  const separator = block.charCodeAt(at + 10);
  if (separator === SPACE) return readExim(block, at, env);
  if (separator !== UPPER_T) return false;
  env.dialect = 'iso';
  const afterTime = block.indexOf(' ', at + 19);
  return afterTime > 0 && afterTime < env.end && readHostAndTag(block, afterTime + 1, env);
}

/** `2026-11-24 07:55:14.311 +0000 [9172] text`: fraction, zone and pid are each optional. */
function readExim(block: string, at: number, env: Envelope): boolean {
  const afterSeconds = block.indexOf(' ', at + 11);
  if (afterSeconds < at + 19 || afterSeconds >= env.end) return false;
  env.dialect = 'exim';
  env.host = env.hostEnd = env.tag = env.tagEnd = at;
  let text = afterSeconds + 1;
  // A syslog template may write its date like Exim; a line of Exim about a message has the id's hyphen here.
  if (block.charCodeAt(text + 6) !== DASH && readDatedSyslog(block, text, env)) return true;
  const sign = block.charCodeAt(text);
  if ((sign === PLUS || sign === DASH) && isDigit(block.charCodeAt(text + 1)) && block.charCodeAt(text + 5) === SPACE) {
    text += 6;
  }
  env.text = skipPid(block, text, env.end);
  return true;
}

const HOST_AND_PROGRAM = /(\S+) ([\w.-]+\/[\w./-]+|exim\d?)(?:\[\d+\])?: +/y;

/** `2026-11-24 07:55:14 host postfix/smtp[123]: text`. */
function readDatedSyslog(block: string, at: number, env: Envelope): boolean {
  HOST_AND_PROGRAM.lastIndex = at;
  const found = HOST_AND_PROGRAM.exec(block);
  if (found === null || HOST_AND_PROGRAM.lastIndex > env.end) return false;
  env.dialect = 'iso';
  env.host = at;
  env.hostEnd = at + (found[1] ?? '').length;
  env.tag = env.hostEnd + 1;
  env.tagEnd = env.tag + (found[2] ?? '').length;
  env.text = HOST_AND_PROGRAM.lastIndex;
  return true;
}

/** `[9172] ` before the text, skipped. */
export function skipPid(block: string, at: number, end: number): number {
  if (block.charCodeAt(at) !== OPEN_BRACKET || !isDigit(block.charCodeAt(at + 1))) return at;
  const close = block.indexOf('] ', at);
  return close > 0 && close < end && close <= at + 11 ? close + 2 : at;
}

/** `host program[pid]: text`; a host name may be missing (some journal exports), the program may not. */
function readHostAndTag(block: string, start: number, env: Envelope): boolean {
  const at = skipPriority(block, start);
  if (block.charCodeAt(at) === OPEN_BRACKET) return readBracketedTag(block, at, env);
  const space = block.indexOf(' ', at);
  if (space < 0 || space >= env.end) return false;
  let tag = skipFacility(block, space + 1);
  env.host = at;
  env.hostEnd = space;
  if (block.charCodeAt(space - 1) === COLON) {
    env.hostEnd = at;
    tag = at;
  }
  const colon = block.indexOf(':', tag);
  if (colon < 0 || colon >= env.end) return false;
  const bracket = block.charCodeAt(colon - 1) === CLOSE_BRACKET ? block.lastIndexOf('[', colon) : -1;
  env.tag = tag;
  env.tagEnd = bracket > tag ? bracket : colon;
  env.text = skipMessageId(block, skipSpaces(block, colon + 1, env.end), env.end);
  return true;
}

const FACILITY = /mail\.(?:emerg|alert|crit|err|warn|warning|notice|info|debug) /y;

/** `mail.info ` before the program (BusyBox), skipped. */
function skipFacility(block: string, at: number): number {
  if (!block.startsWith('mail.', at)) return at;
  FACILITY.lastIndex = at;
  return FACILITY.test(block) ? FACILITY.lastIndex : at;
}

/** `<mail.info> ` or `<2.6> ` before the host (FreeBSD, `syslogd -v`), skipped. */
function skipPriority(block: string, at: number): number {
  if (block.charCodeAt(at) !== LESS) return at;
  const close = block.indexOf('> ', at);
  return close > 0 && close < at + 20 ? close + 2 : at;
}

/** `[program] text`, without a host (metalog). */
function readBracketedTag(block: string, at: number, env: Envelope): boolean {
  const close = block.indexOf('] ', at);
  if (close < 0 || close >= env.end) return false;
  env.host = env.hostEnd = at;
  env.tag = at + 1;
  env.tagEnd = close;
  env.text = skipSpaces(block, close + 2, env.end);
  return true;
}

/** `[ID 197553 mail.info] ` before the text (Solaris), skipped. */
function skipMessageId(block: string, at: number, end: number): number {
  if (block.charCodeAt(at) !== OPEN_BRACKET || !block.startsWith('[ID ', at)) return at;
  const close = block.indexOf('] ', at);
  return close > 0 && close < end && close < at + 40 ? close + 2 : at;
}

/** `time host app procid msgid structured-data text` (RFC 5424 section 6), after `<pri>version `. */
function readRfc5424(block: string, at: number, env: Envelope): boolean {
  env.dialect = 'rfc5424';
  env.time = at;
  env.host = block.indexOf(' ', at) + 1;
  env.hostEnd = block.indexOf(' ', env.host);
  env.tag = env.hostEnd + 1;
  env.tagEnd = block.indexOf(' ', env.tag);
  const procIdEnd = block.indexOf(' ', env.tagEnd + 1);
  const messageIdEnd = block.indexOf(' ', procIdEnd + 1);
  if (env.host <= at || messageIdEnd <= env.tagEnd || messageIdEnd >= env.end) return false;
  let text = skipStructuredData(block, messageIdEnd + 1, env.end);
  if (text < 0) return false;
  text = skipSpaces(block, text, env.end);
  if (block.startsWith('\xef\xbb\xbf', text)) text = skipSpaces(block, text + 3, env.end);
  env.text = text;
  return true;
}

/** Position after `-` or `[id name="value"]…` (values may hold `\]` and `\"`); -1 when it does not end. */
function skipStructuredData(block: string, at: number, end: number): number {
  if (block.charCodeAt(at) === DASH) return at + 1;
  let i = at;
  while (i < end && block.charCodeAt(i) === OPEN_BRACKET) {
    let quoted = false;
    for (i++; i < end; i++) {
      const c = block.charCodeAt(i);
      if (c === BACKSLASH) i++;
      else if (c === QUOTE) quoted = !quoted;
      else if (c === CLOSE_BRACKET && !quoted) break;
    }
    if (i >= end) return -1;
    i++;
  }
  return i === at ? -1 : i;
}

function skipSpaces(block: string, at: number, end: number): number {
  let i = at;
  while (i < end && block.charCodeAt(i) === SPACE) i++;
  return i;
}
