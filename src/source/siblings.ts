import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

const COMPRESSED = String.raw`(?:\.(?:gz|xz|zst|bz2|Z))?`;

/**
 * The files that a log has been rotated into: `mail.log.1`, `mail.log.2.gz`, `mail.log-20261124.xz`, `mail-20261124.log`, beside the
 * path and beside what it is a link to. Not the log itself.
 * @param since UTC ms; only files that were written to later
 */
export async function rotatedSiblings(path: string, since: number): Promise<string[]> {
  const places = new Set([path]);
  try {
    places.add(await realpath(path));
  } catch {
    // Gone, or not there yet: its rotated files may be.
  }
  const found = new Set<string>();
  for (const place of places) {
    const folder = dirname(place);
    const isSibling = siblingPattern(basename(place));
    for (const name of await namesIn(folder)) {
      const sibling = join(folder, name);
      if (isSibling.test(name) && !places.has(sibling) && (await modifiedAt(sibling)) >= since) found.add(sibling);
    }
  }
  return [...found];
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

async function modifiedAt(path: string): Promise<number> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.mtimeMs : Number.NEGATIVE_INFINITY;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}

/** Whether a path looks like a rotated file rather than a log that is written to. */
export function isRotatedName(path: string): boolean {
  return /(?:[.-]\d{1,4}|[.-]\d{4}-?\d\d-?\d\d(?:-\d+)?)(?:\.log)?(?:\.(?:gz|xz|zst|bz2|Z))?$|\.(?:gz|xz|zst|bz2|Z)$/.test(basename(path));
}
