import { entryLine } from './entry.js';
import { type Unwrapped, withTime } from './inner.js';

/** `container-1  | line` (docker compose). */
const COMPOSE = /^[\w./-]{1,100} *\| /;
const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)`;
/** `stamp stdout F line` (Kubernetes CRI), or `stamp line` (docker logs --timestamps, kubectl logs --timestamps). */
const STAMPED = new RegExp(`^(${ISO}) (?:std(?:out|err) [FP] )?(?=\\S)`);
/** `Tue 2026-11-24 07:54:47 UTC host …` (journalctl -o short-full). */
const SHORT_FULL = /^[A-Z][a-z]{2} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([A-Z]\S*|[+-]\d+) /;
/** `1764000000.123456 host …` (journalctl -o short-unix). */
const SHORT_UNIX = /^(\d{9,11})\.(\d{3})\d* /;

/**
 * The syslog line that a container runtime or the journal has wrapped (docker compose, docker's json-file, Kubernetes CRI,
 * `journalctl -o json`, `-o short-full`, `-o short-unix`), `null` when the line is none of these. The outer time stamp counts:
 * it names year and zone.
 */
export function unwrap(line: string): Unwrapped | null {
  if (line.charCodeAt(0) === 30 /* RS, of json-seq */) return unwrap(line.slice(1));
  if (line.startsWith('{')) return entryLine(line) ?? dockerLine(line);
  if (line.startsWith('data: {')) return entryLine(line.slice(6));
  const compose = COMPOSE.exec(line);
  if (compose !== null) return plain(line.slice(compose[0].length));
  const full = SHORT_FULL.exec(line);
  if (full !== null) return plain(`${full[1]}T${full[2]}${full[3] === 'UTC' ? 'Z' : ''} ${line.slice(full[0].length)}`);
  const unix = SHORT_UNIX.exec(line);
  if (unix !== null) return plain(`${new Date(Number(unix[1]) * 1000 + Number(unix[2])).toISOString()} ${line.slice(unix[0].length)}`);
  const stamped = STAMPED.exec(line);
  if (stamped === null) return null;
  const inner = withTime(stamped[1] ?? '', line.slice(stamped[0].length));
  return inner === null ? null : plain(inner);
}

/** `{"log":"line\n","stream":"stdout","time":"…"}` (docker's json-file). */
function dockerLine(line: string): Unwrapped | null {
  try {
    const { log, time } = JSON.parse(line) as { log?: unknown; time?: unknown };
    if (typeof log !== 'string' || typeof time !== 'string' || !STAMPED.test(`${time} x`)) return null;
    const inner = withTime(time, log.trimEnd());
    return inner === null ? null : plain(inner);
  } catch {
    return null;
  }
}

function plain(line: string): Unwrapped {
  return { line, cursor: null };
}
