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

  /** @param now UTC ms */
  constructor(place: JournalPlace, now: number) {
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

  readAfter(cursor: string | null): AsyncIterable<Buffer> {
    const after = cursor === null ? [] : [`--after-cursor=${cursor}`];
    return journalctl([...this.#place, ...after, '--output=json', `--output-fields=${ENTRY_FIELDS.join(',')}`, ...MATCHES]);
  }
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
