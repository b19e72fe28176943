import { entryLine } from './entry.js';
import { type Unwrapped, withTime } from './inner.js';

/** `container-1  | line` (docker compose). */
const COMPOSE = /^[\w./-]{1,100} *\| /;
const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)`;
/** `stamp stdout F line` (Kubernetes CRI), or `stamp line` (docker logs --timestamps, kubectl logs --timestamps). */
const STAMPED = new RegExp(`^(${ISO}) (?:std(?:out|err) [FP] )?(?=\\S)`);
/** `Tue 2026-11-24 07:54:47 UTC host …` (journalctl -o short-full). */
const SHORT_FULL = /^[A-Z][a-z]{2} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([A-Z]\S*|[+-]\d+) /;
/** `Nov 4 07:54:47` and `Nov 24 2026 07:54:47`, as some forwarders write the stamp of RFC 3164. */
const UNPADDED = /^(<\d{1,3}>)?([A-Z][a-z]{2}) (\d) (?=\d\d:\d\d:\d\d )/;
const WITH_YEAR = /^(?:<\d{1,3}>)?([A-Z][a-z]{2}) +(\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d(?:\.\d+)?) /;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
/** `1764000000.123456 host …` (journalctl -o short-unix). */
const SHORT_UNIX = /^(\d{9,11})\.(\d{3})\d* /;

/**
 * The syslog line that a container runtime or the journal has wrapped (docker compose, docker's json-file, Kubernetes CRI,
 * `journalctl -o json`, `-o short-full`, `-o short-unix`), `null` when the line is none of these. The outer time stamp counts:
 * it names year and zone.
 */
export function unwrap(line: string): Unwrapped | null {
  if (line.charCodeAt(0) === 30 /* RS, of json-seq */) return unwrap(line.slice(1));
  if (line.startsWith('{')) return entryLine(line) ?? shippedLine(line);
  if (line.startsWith('data: {')) return entryLine(line.slice(6));
  const compose = COMPOSE.exec(line);
  if (compose !== null) return plain(line.slice(compose[0].length));
  const full = SHORT_FULL.exec(line);
  if (full !== null) return plain(`${full[1]}T${full[2]}${full[3] === 'UTC' ? 'Z' : ''} ${line.slice(full[0].length)}`);
  const unix = SHORT_UNIX.exec(line);
  if (unix !== null) return plain(`${new Date(Number(unix[1]) * 1000 + Number(unix[2])).toISOString()} ${line.slice(unix[0].length)}`);
  const unpadded = UNPADDED.exec(line);
  if (unpadded !== null) return plain(`${unpadded[1] ?? ''}${unpadded[2]}  ${unpadded[3]} ${line.slice(unpadded[0].length)}`);
  const dated = WITH_YEAR.exec(line);
  if (dated !== null)
    return plain(`${dated[3]}-${monthOf(dated[1] ?? '')}-${(dated[2] ?? '').padStart(2, '0')}T${dated[4]} ${line.slice(dated[0].length)}`);
  const stamped = STAMPED.exec(line);
  if (stamped === null) return null;
  const inner = withTime(stamped[1] ?? '', line.slice(stamped[0].length));
  return inner === null ? null : plain(inner);
}

/** Where log shippers put the line and its time: docker's json-file, filebeat, fluentd, vector, promtail. */
const LINE_FIELDS = ['log', 'message', 'msg', 'line'];
const TIME_FIELDS = ['time', '@timestamp', 'timestamp', 'ts'];

/** `{"log":"line\n","stream":"stdout","time":"…"}` and its like. */
function shippedLine(line: string): Unwrapped | null {
  try {
    const fields = JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as Record<string, unknown>;
    const text = LINE_FIELDS.map((name) => fields[name]).find((value) => typeof value === 'string');
    const time = TIME_FIELDS.map((name) => fields[name]).find((value) => typeof value === 'string' && STAMPED.test(`${value} x`));
    if (text === undefined || time === undefined) return null;
    const inner = withTime(time as string, Buffer.from((text as string).trimEnd().replaceAll(/[\r\n]+/g, ' '), 'utf8').toString('latin1'));
    return inner === null ? null : plain(inner);
  } catch {
    return null;
  }
}

function monthOf(name: string): string {
  return String(MONTHS.indexOf(name) / 3 + 1).padStart(2, '0');
}

function plain(line: string): Unwrapped {
  return { line, cursor: null };
}
