import { BACKSLASH, COLON, QUOTE, SPACE } from '../ascii.js';
import { decodeUtf8 } from '../encoding.js';

/** What stands between the address and the text of a `**` or `==` line (deliver.c of Exim: failure_log, deferral_log). */
export interface Fields {
  sender: string | null;
  transport: string | null;
  mx: string | null;
  mxIp: string | null;
  /** The number in `defer (N)`: a system error, or below 0 one of Exim's own; NaN where it is none. */
  errno: number | null;
  /** The system error's words, which stand before the host. */
  systemError: string | null;
  /** Where the text begins; the line's length when there is none. */
  text: number;
}

/** `H=name [ip]:port`, with the marks of DNSSEC (`DS`) and of a connection used again (`*`); the name or the helo may be missing. */
export const HOST = / H=([^\s[(]+)?(?: ?\([^)]*\))?(?: DS)? ?\[([^\]\s]+)\](?::\d+)?\*?/y;
const BRACKETED = / [A-Z][A-Za-z0-9]{0,3}=</y;
const QUOTED = / [A-Z][A-Za-z0-9]{0,3}="/y;
const PLAIN = / ([A-Z][A-Za-z0-9]{0,3})=([^\s"<][^\s]*)/y;
/** Words without a value: held connection (`L`), chunking (`K`), `PRDR`, `TFO*`, and where routing itself was deferred. */
const WORD = / (?:L\*?|K|DS|PRDR|TFO\*{1,2}|routing|M8S)(?=[ :]|$)/y;
/** The number may have been made unrecognisable by whoever published the log. */
const DEFER = / defer \(([^()\s]{1,12})\)/y;
/** A system error has no colon in it; it ends where the host, a time or the text begins. */
const SYSTEM_ERROR = /: (.+?)(?=: | H=| DT=|$)/y;

/** Reads the fields that begin at `at`, in any order, as far as there are some. */
export function readFields(line: string, at: number): Fields {
  const fields: Fields = { sender: null, transport: null, mx: null, mxIp: null, errno: null, systemError: null, text: line.length };
  let i = at;
  while (i < line.length && line.charCodeAt(i) === SPACE) {
    const end = readField(line, i, fields);
    if (end < 0) break;
    i = end;
    // `T=remote_smtp: text`: the colon that ends the fields belongs to no value.
    if (line.charCodeAt(i - 1) === COLON && line.charCodeAt(i) === SPACE) i--;
  }
  if (line.startsWith(': ', i)) fields.text = i + 2;
  else if (i < line.length) fields.text = i;
  return fields;
}

/** @returns where the field ends, -1 when it is none */
function readField(line: string, at: number, fields: Fields): number {
  const host = match(HOST, line, at);
  if (host !== null) {
    fields.mx = decodeUtf8(host[1] ?? host[2] ?? '');
    fields.mxIp = host[2] ?? null;
    return HOST.lastIndex;
  }
  if (match(BRACKETED, line, at) !== null) {
    const start = BRACKETED.lastIndex;
    const end = bracketEnd(line, start);
    if (end < 0) return -1;
    if (line.startsWith(' F=', at)) fields.sender = decodeUtf8(line.slice(start, end));
    return end + 1;
  }
  if (match(QUOTED, line, at) !== null) return quoteEnd(line, QUOTED.lastIndex);
  const plain = match(PLAIN, line, at);
  if (plain !== null) {
    if (plain[1] === 'T') fields.transport = decodeUtf8((plain[2] ?? '').replace(/:$/, ''));
    return PLAIN.lastIndex;
  }
  if (match(WORD, line, at) !== null) return WORD.lastIndex;
  const defer = match(DEFER, line, at);
  if (defer === null) return -1;
  fields.errno = Number(defer[1]);
  let end = DEFER.lastIndex;
  if (!(fields.errno <= 0)) {
    const error = match(SYSTEM_ERROR, line, end);
    if (error !== null) {
      fields.systemError = error[1] ?? null;
      end = SYSTEM_ERROR.lastIndex;
    }
  }
  return end;
}

function match(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(line);
}

/** The `>` that ends a bracketed value: an address's own text may hold one, but not with what follows a field behind it. */
function bracketEnd(line: string, at: number): number {
  for (let end = line.indexOf('>', at); end >= 0; end = line.indexOf('>', end + 1)) {
    const next = line.charCodeAt(end + 1);
    if (end + 1 === line.length || next === SPACE || next === COLON) return end;
  }
  return -1;
}

/** Position after the closing quote; a quote inside is escaped by a backslash. Without one the value goes to the end of the line. */
export function quoteEnd(line: string, at: number): number {
  for (let i = at; i < line.length; i++) {
    const c = line.charCodeAt(i);
    if (c === BACKSLASH) i++;
    else if (c === QUOTE) return i + 1;
  }
  return line.length;
}
