import { type Unwrapped, withTime } from './inner.js';

/** The fields of a journal entry that matter (systemd.journal-fields(7)); `journalctl` is asked for no others. */
export const ENTRY_FIELDS = ['MESSAGE', 'SYSLOG_IDENTIFIER', 'SYSLOG_PID', '_COMM', '_HOSTNAME', '_PID', '_SOURCE_REALTIME_TIMESTAMP'] as const;

export type EntryField = (typeof ENTRY_FIELDS)[number] | '__CURSOR' | '__REALTIME_TIMESTAMP';
export type Entry = Partial<Record<EntryField, string>>;

/** An entry of `journalctl -o json`, as a syslog line; `null` when the line is no such entry. */
export function entryLine(line: string): Unwrapped | null {
  try {
    // The block holds the bytes of UTF-8 one a character; JSON wants the text.
    const parsed = JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as Record<string, unknown>;
    const entry: Entry = {};
    for (const [field, value] of Object.entries(parsed)) {
      const text = textOf(value);
      if (text !== null) entry[field as EntryField] = text;
    }
    return syslogLine(entry);
  } catch {
    return null;
  }
}

/** A value is a string, an array of bytes where it is not UTF-8 or holds control characters, an array of strings where the field repeats. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  if (value.every((byte) => typeof byte === 'number')) return Buffer.from(value as number[]).toString('utf8');
  return typeof value[0] === 'string' ? value[0] : null;
}

/**
 * The syslog line of an entry, Latin-1 (see encoding.ts): `2026-11-24T07:54:47.463Z host program[pid]: message`. What a
 * container wrote to its standard output has the MTA's own name in the message. `null` when the entry has no time.
 */
export function syslogLine(entry: Entry): Unwrapped | null {
  const time = Number(entry._SOURCE_REALTIME_TIMESTAMP ?? entry.__REALTIME_TIMESTAMP);
  if (!(time > 0 && time < 8.64e18)) return null;
  const stamp = new Date(time / 1000).toISOString();
  const message = Buffer.from((entry.MESSAGE ?? '').replaceAll(/[\r\n]+/g, ' '), 'utf8').toString('latin1');
  const program = word(entry.SYSLOG_IDENTIFIER ?? entry._COMM);
  const pid = word(entry.SYSLOG_PID ?? entry._PID);
  const inner = program.includes('/') || program.startsWith('exim') ? null : withTime(stamp, message);
  const line = inner ?? `${stamp} ${word(entry._HOSTNAME) || '-'} ${program || '-'}${pid === '' ? '' : `[${pid}]`}: ${message}`;
  return { line, cursor: entry.__CURSOR ?? null };
}

/** Host and program as one word without what ends them in a syslog line. */
function word(text: string | undefined): string {
  return Buffer.from((text ?? '').replaceAll(/[\s:[\]]+/g, '_'), 'utf8').toString('latin1');
}
