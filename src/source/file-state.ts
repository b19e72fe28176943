import type { BigIntStats } from 'node:fs';

/** What the file system says of a file. */
export interface FileState {
  isFile: boolean;
  /** Which file it is, whatever its name: device and inode, exact, for overlay and network file systems use all 64 bits. */
  file: string;
  /** Bytes. */
  size: number;
  /** UTC ms of the last change. */
  modified: number;
  /** Which file it is and how far it was written: while this stays there is nothing new in it. */
  state: string;
}

export function fileState(stats: BigIntStats): FileState {
  const file = `${stats.dev}:${stats.ino}`;
  return {
    isFile: stats.isFile(),
    file,
    size: Number(stats.size),
    modified: Number(stats.mtimeNs / 1_000_000n),
    state: `${file}:${stats.size}:${stats.mtimeNs}`,
  };
}
