import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../errors.js';
import type { Zone } from '../log/zone.js';
import { FileSource, openFile } from '../source/file.js';
import { sourceOf } from '../source/find.js';
import { rotatedSiblings } from '../source/siblings.js';
import type { Source } from '../source/source.js';
import type { Ingest } from './ingest.js';
import { inLogOrder } from './order.js';

/** A rotated file may have been written to a little before we last looked. */
const SLACK = 60_000;

export interface FollowOptions {
  zone: Zone;
  year: number | null;
  /** UTC ms */
  clock: () => number;
  /** Told what cannot be read; the file is tried again at the next look. */
  onError: (error: UserError) => void;
}

/** A rotated file that cannot be read is tried again at this many looks: it may be being moved or compressed. */
const MAX_TRIES = 50;

/** What a file was like at the last look. */
interface Look {
  dev: number;
  ino: number;
  size: number;
  mtimeMs: number;
}

/**
 * One log that is written to, under whatever file the path names at the moment. What rotation means for it:
 * - renamed and made anew, deleted, a link that points elsewhere: the old file stays open and is read to its end before the new one;
 * - copied and truncated: the copy is found among the rotated siblings, and goes on where we stopped, by its content;
 * - several rotations between two looks, compressed ones included: all siblings written to since the last look are read in the order
 *   of their lines; what is in them already counts once, by its content.
 */
export class FollowedFile {
  readonly path: string;
  readonly #ingest: Ingest;
  readonly #options: FollowOptions;
  #held: FileHandle | null = null;
  #look: Look | null = null;
  #sourceId: number | null = null;
  /** UTC ms: what was written to before is read. */
  #readUntil: number;
  #lastError = '';
  /** UTC ms: rotated siblings written to before are none of our business. */
  readonly #historyUntil: number;
  #tries = 0;
  /** Before the first look of this run: the log may have been rotated while we were down. */
  #isFirst = true;

  /** @param readUntil when this path was last read in an earlier run; `null` = never, then its rotated siblings are history */
  constructor(path: string, ingest: Ingest, readUntil: number | null, options: FollowOptions) {
    this.path = path;
    this.#ingest = ingest;
    this.#options = options;
    const now = options.clock();
    this.#readUntil = readUntil ?? now;
    this.#historyUntil = readUntil === null ? now : Number.NEGATIVE_INFINITY;
  }

  /**
   * Reads what is new.
   * @returns whether there was something
   * @throws when nothing can be stored any more (`Ingest.broken`)
   */
  async look(): Promise<boolean> {
    try {
      const hasNews = await this.#readNews();
      this.#lastError = '';
      return hasNews;
    } catch (error) {
      if (!(error instanceof UserError) || this.#ingest.broken) throw error;
      if (error.message !== this.#lastError) this.#options.onError(error);
      this.#lastError = error.message;
      return false;
    }
  }

  /** Lets go of the file; the next look opens the path anew. */
  async reopen(): Promise<void> {
    await this.#held?.close();
    this.#held = null;
    this.#look = null;
  }

  async #readNews(): Promise<boolean> {
    const now = this.#options.clock();
    const file = await this.#openPath();
    if (file === null) {
      // What was rotated away while we were down is read although nothing new is written.
      const hasRest = this.#held !== null || this.#isFirst;
      if (hasRest && (await this.#readRest(true))) this.#isFirst = false;
      return hasRest;
    }
    let isKept = false;
    try {
      const stats = await file.stat();
      const before = this.#look;
      const isOther = before !== null && (before.dev !== stats.dev || before.ino !== stats.ino);
      if (before !== null && !isOther && before.size === stats.size && before.mtimeMs === stats.mtimeMs) return false;
      const source = new FileSource(this.path, stats, file);
      // Between two files of this name there may have been others.
      const sourceId = await this.#ingest.identify(source);
      const hasRest = before === null || isOther || this.#isReplaced(stats, sourceId);
      // In this order, or a delivery's end would be read before its beginning.
      if (hasRest && !(await this.#readRest(isOther))) return true;
      this.#isFirst = false;
      const result = await this.#ingest.read(source);
      this.#sourceId = result.sourceId;
      // Truncated while we read: what stood there before is looked for among the siblings.
      const isStable = sourceId === null || sourceId === result.sourceId;
      this.#look = isStable ? { dev: stats.dev, ino: stats.ino, size: stats.size, mtimeMs: stats.mtimeMs } : null;
      if (isStable) this.#readUntil = now;
      await this.#held?.close();
      this.#held = file;
      isKept = true;
      return true;
    } finally {
      if (!isKept) await file.close();
    }
  }

  /** Truncated, and perhaps written to again: the name and the file are the same, the content is not. */
  #isReplaced(stats: { size: number }, sourceId: number | null): boolean {
    if (this.#look === null) return false;
    // As long as nothing but the beginning of a line was there, its content is not known to us.
    return stats.size < this.#look.size || this.#sourceId === null || sourceId !== this.#sourceId;
  }

  /** `null` when nothing has this name (yet, or for the moment between a rename and a new file). */
  async #openPath(): Promise<FileHandle | null> {
    try {
      return await openFile(this.path);
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  /**
   * What was written before the content that the path names now: the file that we hold, which may have no name any more, and the
   * rotated siblings that were written to since the last look, in the order of their lines.
   * @param withHeld the file that we hold is another one than the path names
   * @returns `false` when a file was moved or compressed at this moment: the next look tries again
   */
  async #readRest(withHeld: boolean): Promise<boolean> {
    const { zone, year, clock, onError } = this.#options;
    let isComplete = true;
    const failed = (error: unknown) => {
      if (!(error instanceof UserError) || this.#ingest.broken) throw error;
      if (this.#tries < MAX_TRIES) isComplete = false;
      else onError(error);
    };
    const sources: Source[] = [];
    for (const path of await rotatedSiblings(this.path, Math.max(this.#readUntil - SLACK, this.#historyUntil))) {
      try {
        const source = await sourceOf(path, clock());
        if (source !== null) sources.push(source);
      } catch (error) {
        failed(error);
      }
    }
    const held = withHeld ? this.#held : null;
    if (held !== null) sources.push(new FileSource(this.path, await held.stat(), held));
    for (const source of isComplete ? await inLogOrder(sources, zone, year) : []) {
      try {
        await this.#ingest.read(source);
      } catch (error) {
        failed(error);
        if (!isComplete) break;
      }
    }
    this.#tries = isComplete ? 0 : this.#tries + 1;
    if (!isComplete) return false;
    if (withHeld) await this.reopen();
    return true;
  }
}

function isGone(error: unknown): boolean {
  return (error as { cause?: NodeJS.ErrnoException }).cause?.code === 'ENOENT';
}
