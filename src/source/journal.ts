import { spawn } from 'node:child_process';
import { UserError } from '../errors.js';
import { ENTRY_FIELDS } from '../log/wrapping/entry.js';
import type { CursorSource } from './source.js';

/** What journald's binary files begin with. */
const SIGNATURE = 'LPKSHHRH';

/** Whether content begins like a journal file, whatever its name. */
export function isJournalFile(head: Buffer): boolean {
  return head.subarray(0, SIGNATURE.length).toString('latin1') === SIGNATURE;
}

/**
 * Only mail is asked for: what was logged under the mail facility (Postfix, Exim through syslog), and what a unit of theirs
 * wrote to its standard output (`maillog_file = /dev/stdout`). `+` is "or" to journalctl(1).
 */
const MATCHES = [
  'SYSLOG_FACILITY=2',
  ...['postfix.service', 'postfix@-.service', 'exim4.service', 'exim.service'].flatMap((unit) => ['+', `_SYSTEMD_UNIT=${unit}`]),
];

/** Which journal: this host's, one file, or all files of a directory. */
export type JournalPlace = { kind: 'host' } | { kind: 'file'; path: string } | { kind: 'directory'; path: string };

/** journald's journal, read by journalctl(1); the place reached is journald's own cursor. */
export class JournalSource implements CursorSource {
  readonly kind = 'cursor';
  readonly name: string;
  readonly size = null;
  readonly modified: number;
  readonly isFinal = true;
  readonly #place: readonly string[];
  readonly #isHost: boolean;
  readonly #onGap: (message: string) => void;

  /**
   * @param now UTC ms
   * @param onGap told when the journal no longer holds the entry where we stopped
   */
  constructor(place: JournalPlace, now: number, onGap: (message: string) => void = () => {}) {
    this.#onGap = onGap;
    this.#isHost = place.kind === 'host';
    this.name = place.kind === 'host' ? 'journal' : place.path;
    this.modified = now;
    // Joined by `=`: a path that begins with a hyphen is no option.
    this.#place = place.kind === 'host' ? [] : [`--${place.kind}=${place.path}`];
  }

  /** This host has one journal; files are known by the entry they begin with, so that a copy is the same. */
  async key(): Promise<string> {
    if (this.#isHost) return 'journal';
    for await (const chunk of journalctl([...this.#place, '--output=json', '--output-fields=_HOSTNAME'])) {
      const cursor = /"__CURSOR"\s*:\s*"([^"]+)"/.exec(chunk.toString('latin1'))?.[1];
      if (cursor !== undefined) return `journal from ${cursor}`;
    }
    return `journal ${this.name}`;
  }

  async close(): Promise<void> {}

  async *readAfter(cursor: string | null): AsyncIterable<Buffer> {
    const from = cursor === null ? [] : [`--cursor=${cursor}`];
    const entries = journalctl([...this.#place, ...from, '--output=json', `--output-fields=${ENTRY_FIELDS.join(',')}`, ...MATCHES]);
    if (cursor === null) yield* entries;
    else yield* this.#withoutFirst(entries, cursor);
  }

  /**
   * Entries from a cursor on begin with the one that it names, which has been read. When they begin with another, journald has
   * thrown away what was between (vacuum), and asking for what comes after the cursor would not have told.
   */
  async *#withoutFirst(entries: AsyncIterable<Buffer>, cursor: string): AsyncIterable<Buffer> {
    let first: Buffer | null = Buffer.alloc(0);
    for await (const chunk of entries) {
      if (first === null) {
        yield chunk;
        continue;
      }
      first = Buffer.concat([first, chunk]);
      const lineEnd = first.indexOf(10);
      if (lineEnd < 0) continue;
      const line = first.toString('latin1', 0, lineEnd);
      const isKnown = line.includes(`"${cursor}"`);
      if (!isKnown) this.#onGap(gapMessage(this.name, cursor, line));
      yield isKnown ? first.subarray(lineEnd + 1) : first;
      first = null;
    }
  }
}

function gapMessage(name: string, cursor: string, firstLine: string): string {
  const last = /;t=([0-9a-f]+)/.exec(cursor)?.[1];
  const next = /"__REALTIME_TIMESTAMP"\s*:\s*"(\d+)"/.exec(firstLine)?.[1];
  const time = (micros: number) => new Date(micros / 1000).toISOString();
  const span = last === undefined || next === undefined ? '' : ` (${time(Number.parseInt(last, 16))} to ${time(Number(next))})`;
  return `${name}: the journal no longer holds the entries after the last one read${span}; what was logged between is missing`;
}

/** Runs journalctl with these arguments and gives what it prints. Ends it when no more is wanted. */
async function* journalctl(args: readonly string[]): AsyncIterable<Buffer> {
  const child = spawn('journalctl', ['--no-pager', '--quiet', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(0, 1000);
  });
  const ended = new Promise<number | Error | null>((resolve) => {
    child.on('error', resolve);
    child.on('close', resolve);
  });
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const result = await ended;
    if (result instanceof Error) throw startError(result);
    if (result !== 0 && complaint !== '') {
      throw new UserError(`journalctl: ${complaint.trim().split('\n')[0]}`, {
        hint: 'Run as root or as a user in the group systemd-journal or adm. What was read before is stored.',
      });
    }
  } finally {
    child.kill();
  }
}

function startError(error: Error): UserError {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return new UserError(isMissing ? 'journalctl: no such command' : `journalctl: ${error.message}`, {
    hint: isMissing ? 'This host has no journal; name the log files instead.' : 'Check that journalctl can be run.',
    cause: error,
  });
}
