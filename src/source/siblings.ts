import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { type FileState, fileState } from './file-state.js';

const COMPRESSED = String.raw`(?:\.(?:gz|xz|zst|bz2|Z))?`;

/** A file that a log has been rotated into, as it was when it was listed. */
export interface Sibling extends FileState {
  path: string;
}

/**
 * The files that a log has been rotated into: `mail.log.1`, `mail.log.2.gz`, `mail.log-20261124.xz`, `mail-20261124.log`, beside the
 * path and beside what it is a link to. Not the log itself.
 */
export async function rotatedSiblings(path: string): Promise<Sibling[]> {
  const places = new Set([path]);
  try {
    places.add(await realpath(path));
  } catch {
    // Gone, or not there yet: its rotated files may be.
  }
  const found = new Map<string, Sibling>();
  for (const place of places) {
    const folder = dirname(place);
    const isSibling = siblingPattern(basename(place));
    for (const name of await namesIn(folder)) {
      const beside = join(folder, name);
      const sibling = isSibling.test(name) && !places.has(beside) ? await siblingAt(beside) : null;
      if (sibling !== null) found.set(beside, sibling);
    }
  }
  return [...found.values()];
}

async function siblingAt(path: string): Promise<Sibling | null> {
  try {
    const state = fileState(await stat(path, { bigint: true }));
    return state.isFile ? { path, ...state } : null;
  } catch {
    return null;
  }
}

function siblingPattern(name: string): RegExp {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  const whole = `${escaped(name)}[.-][\\w.-]*\\d[\\w.-]*?`;
  const inside = `${escaped(stem)}[.-]\\d[\\d.-]*${escaped(extension)}`;
  return new RegExp(`^(?:${whole}|${inside})${COMPRESSED}$`);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|-]/g, '\\$&');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

/** Whether a path looks like a rotated file rather than a log that is written to. */
export function isRotatedName(path: string): boolean {
  return /(?:[.-]\d{1,4}|[.-]\d{4}-?\d\d-?\d\d(?:-\d+)?)(?:\.log)?(?:\.(?:gz|xz|zst|bz2|Z))?$|\.(?:gz|xz|zst|bz2|Z)$/.test(basename(path));
}
