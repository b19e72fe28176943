import type { Stats } from 'node:fs';
import { type FileHandle, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { UserError } from '../errors.js';
import { CompressedSource, compressionOf } from './compressed.js';
import { FileSource, openFile, readError } from './file.js';
import type { FileState } from './file-state.js';
import { isJournalFile, JournalSource } from './journal.js';
import { isRotatedName } from './siblings.js';
import type { Source } from './source.js';

/** Where Debian, Red Hat, SUSE, FreeBSD, cPanel and DirectAdmin keep mail logs. */
const USUAL_PLACES = [
  '/var/log/mail.log*',
  '/var/log/mail.info*',
  '/var/log/maillog*',
  '/var/log/mail',
  '/var/log/mail/mail*',
  '/var/log/exim4/mainlog*',
  '/var/log/exim/main.log*',
  '/var/log/exim/mainlog*',
  '/var/log/exim_mainlog*',
  '/var/log/postfix*.log*',
];

/** Names that mail logs have in a directory: `mail.log.1`, `maillog-20261124.gz`, `mainlog.2`, `exim_mainlog`, `syslog`. */
const LOG_NAME = /mail|mainlog|rejectlog|exim|postfix|syslog|messages|\.log(?:[.-]\d+)*(?:\.(?:gz|xz|zst|bz2))?$/i;
const NO_LOG = /\.(?:db|sqlite\d?|pid|conf|cf|json|md|tar|tgz|zip|key)$|\.tar\.\w+$|paniclog|-(?:wal|shm|lock)$/i;

/** What was found, and what could not be used and why. */
export interface Found {
  sources: Source[];
  errors: UserError[];
}

/**
 * Files for the arguments of `ingest`: files, directories (of logs, or of journal files) and globs; without any, the usual places.
 * @param now UTC ms
 */
export async function findSources(paths: readonly string[], now: number): Promise<Found> {
  const errors: UserError[] = [];
  const files = new Set<string>();
  const sources: Source[] = [];
  for (const path of paths) {
    try {
      const journal = await journalIn(path, now);
      if (journal !== null) sources.push(journal);
      else for (const file of await expand(path)) files.add(file);
    } catch (error) {
      errors.push(asUserError(path, error));
    }
  }
  if (paths.length === 0) {
    for (const file of await glob(USUAL_PLACES, { absolute: true })) files.add(file);
    if (files.size === 0)
      errors.push(new UserError('no mail log in the usual places', { hint: 'Name the files: bouncelog ingest /path/to/mail.log' }));
  }
  for (const file of files) {
    try {
      const source = await sourceOf(file, now);
      if (source !== null) sources.push(source);
    } catch (error) {
      errors.push(asUserError(file, error));
    }
  }
  return { sources, errors };
}

/** A directory of journal files is one journal: its files continue each other, and journalctl puts them in order. */
async function journalIn(path: string, now: number): Promise<Source | null> {
  if (!(await isFolder(path))) return null;
  const names = await readdir(path, { recursive: true });
  return names.some((name) => name.endsWith('.journal')) ? new JournalSource({ kind: 'directory', path }, now) : null;
}

/**
 * Logs that are written to: the files named, whether they are there or not, and of folders, patterns and the usual places those
 * whose names are not of rotated files.
 */
export async function liveLogs(paths: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const path of paths.length === 0 ? USUAL_PLACES : paths) {
    if (isDynamicPattern(path)) for (const file of await glob(path, { dot: true, absolute: true })) addLive(files, file);
    else if (await isFolder(path)) for (const file of await logsIn(path)) addLive(files, file);
    else if (paths.length > 0 || (await exists(path))) files.add(path);
  }
  return [...files];
}

function addLive(files: Set<string>, file: string): void {
  if (!isRotatedName(file)) files.add(file);
}

async function expand(path: string): Promise<string[]> {
  if (isDynamicPattern(path) && !(await exists(path))) {
    const files = await glob(path, { dot: true });
    if (files.length === 0) throw new UserError(`${path}: no file fits this pattern`, { hint: 'Check the path.' });
    return files;
  }
  if (!(await isFolder(path))) return [path];
  const files = await logsIn(path);
  if (files.length === 0) throw new UserError(`${path}: no log in this directory`, { hint: 'Name the files if they have unusual names.' });
  return files;
}

async function exists(path: string): Promise<boolean> {
  return (await statOf(path)) !== null;
}

async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() ?? false;
}

/** `null` when there is nothing, or nothing that we may know of; who opens it hears why. */
async function statOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch {
    return null;
  }
}

async function logsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && LOG_NAME.test(entry.name) && !NO_LOG.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Bytes that tell text from anything else. */
const PROBE_BYTES = 4096;

/**
 * The source that a path names, open; `null` for an empty file.
 * @throws UserError when it is no file that can be read
 */
export async function sourceOf(path: string, now: number): Promise<Source | null> {
  const { file, state } = await openFile(path);
  let source: Source | null = null;
  try {
    source = await sourceIn(path, file, state, now);
    return source;
  } finally {
    if (source === null || source.kind === 'cursor') await file.close();
  }
}

async function sourceIn(path: string, file: FileHandle, state: FileState, now: number): Promise<Source | null> {
  if (!state.isFile) throw new UserError(`${path}: not a file`, { hint: 'Pipe it in instead: bouncelog ingest - < …' });
  if (state.size === 0) return null;
  const plain = new FileSource(path, state, file);
  const head = await plain.head(PROBE_BYTES);
  if (isJournalFile(head)) return new JournalSource({ kind: 'file', path }, now);
  const compression = compressionOf(head);
  if (compression !== null) return new CompressedSource(path, state, file, compression);
  if (isBinary(head))
    throw new UserError(`${path}: not a text file`, {
      hint: 'bouncelog reads logs, plain or compressed (gzip, xz, zstd, bzip2), and journal files.',
    });
  return plain;
}

/** A crash or a truncation leaves NULs in a log, any number of them; a binary file has other control characters too. */
function isBinary(head: Buffer): boolean {
  const control = head.reduce(
    (count, byte) => count + ((byte > 0 && byte < 9) || (byte > 13 && byte < 32 && byte !== 27) || byte === 127 ? 1 : 0),
    0,
  );
  const nuls = head.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  return control > (head.length - nuls) / 20;
}

function asUserError(path: string, error: unknown): UserError {
  const explained = readError(path, error);
  return explained instanceof UserError ? explained : new UserError(`${path}: ${(explained as Error).message}`, { cause: error });
}
