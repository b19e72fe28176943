import { UserError } from '../errors.js';
import type { Zone } from '../log/zone.js';
import { FileSource, openFile } from '../source/file.js';
import type { FileState } from '../source/file-state.js';
import { sourceOf } from '../source/find.js';
import { rotatedSiblings, type Sibling } from '../source/siblings.js';
import { Replaced, type Source } from '../source/source.js';
import type { Ingest } from './ingest.js';
import { inLogOrder } from './order.js';
import type { Located } from './position.js';

/** A rotated file may have been written to a little before it was last read in an earlier run. */
const SLACK = 60_000;

/** A daemon may write to the file that was renamed until it is told of the rotation. */
const FORMER_MS = 10 * 60_000;

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

/** A file that we hold open, as it was when it was last read. */
interface Held {
  source: FileSource;
  state: FileState;
  /** The row of its content in the store; `null` as long as nothing but the beginning of a line was there. */
  sourceId: number | null;
}

/** A file that the path named before, which may still be written to. */
interface Former {
  source: FileSource;
  state: string;
  /** When the path named another, by the clock that nobody sets (ms). */
  since: number;
}

/**
 * One log that is written to, under whatever file the path names at the moment. What rotation means for it:
 * - renamed and made anew, deleted, a link that points elsewhere: the old file stays open and is read to its end before the new one;
 *   for a while after, too, for the daemon learns of the rotation later than we;
 * - copied and truncated: the copy is found among the rotated siblings, and goes on where we stopped, by its content;
 * - several rotations between two looks, compressed ones included: all siblings that changed since they were last read are read in
 *   the order of their lines; what is in them already counts once, by its content.
 *
 * Everything may happen between any two calls to the file system. So a file is read through a descriptor, never twice by its name; the
 * siblings count only when a second listing finds the same; and what is read must still begin with what it was recognised by.
 */
export class FollowedFile {
  readonly path: string;
  readonly #ingest: Ingest;
  readonly #options: FollowOptions;
  #held: Held | null = null;
  #former: Former[] = [];
  /** The content that the path names is read next; before it, what was written between it and what we read last. */
  #isRestDue = true;
  /** Siblings as they were when they were read, by file. */
  #read = new Map<string, string>();
  /** Before the first look of this run: the log may have been rotated while we were down. */
  #isFirst = true;
  readonly #readUntil: number | null;
  #tries = 0;
  #lastError = '';

  /** @param readUntil UTC ms when this path was last read in an earlier run; `null` = never, then its rotated siblings are history */
  constructor(path: string, ingest: Ingest, readUntil: number | null, options: FollowOptions) {
    this.path = path;
    this.#ingest = ingest;
    this.#options = options;
    this.#readUntil = readUntil;
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
      if (error instanceof Replaced) {
        this.#isRestDue = true;
        return true;
      }
      if (error.message !== this.#lastError) this.#options.onError(error);
      this.#lastError = error.message;
      return false;
    }
  }

  /** At the next look the path is opened anew and rotated siblings are looked for, as at the first look. */
  rescan(): void {
    this.#isRestDue = true;
    this.#former = this.#former.map((former) => ({ ...former, since: Number.NEGATIVE_INFINITY }));
  }

  async close(): Promise<void> {
    for (const source of [this.#held?.source, ...this.#former.map((former) => former.source)]) await source?.close();
    this.#held = null;
    this.#former = [];
  }

  async #readNews(): Promise<boolean> {
    const opened = await this.#openPath();
    if (opened === null) return await this.#readWithout();
    const { source, state } = opened;
    let isKept = false;
    try {
      const isOther = this.#held !== null && this.#held.state.file !== state.file;
      if (!this.#isRestDue && this.#held?.state.state === state.state) return await this.#readFormer();
      const located = await this.#ingest.locate(source);
      // In this order, or a delivery's end would be read before its beginning.
      if (isOther || this.#isRestDue || this.#isTruncated(state, located)) {
        if (!(await this.#readRest(isOther))) return true;
      } else await this.#readFormer();
      const { sourceId } = await this.#ingest.read(source, located.head);
      await this.#held?.source.close();
      this.#held = { source, state, sourceId };
      isKept = true;
      return true;
    } finally {
      if (!isKept) await source.close();
    }
  }

  /** The path names nothing: what was rotated away is read although nothing new is written. */
  async #readWithout(): Promise<boolean> {
    const isRotated = this.#held !== null || this.#isFirst || (await rotatedSiblings(this.path)).some((sibling) => this.#hasNews(sibling));
    if (!isRotated) return await this.#readFormer();
    await this.#readRest(true);
    // Until there is a file again others may come and go.
    this.#isRestDue = true;
    return true;
  }

  /** Truncated, and perhaps written to again: the name and the file are the same, the content is not. */
  #isTruncated({ size }: FileState, { position }: Located): boolean {
    return this.#held !== null && (size < this.#held.state.size || this.#held.sourceId === null || position.id !== this.#held.sourceId);
  }

  /** `null` when nothing has this name (yet, or for the moment between a rename and a new file). */
  async #openPath(): Promise<{ source: FileSource; state: FileState } | null> {
    try {
      const { file, state } = await openFile(this.path);
      return { source: new FileSource(this.path, state, file), state };
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  /** What a daemon that has not heard of the rotation wrote to the file that it still has open. */
  async #readFormer(): Promise<boolean> {
    let hasNews = false;
    for (const former of [...this.#former]) {
      const isOld = performance.now() - former.since > FORMER_MS;
      try {
        const { state } = await former.source.state();
        if (state !== former.state) {
          await this.#ingest.read(former.source);
          former.state = state;
          hasNews = true;
        }
        if (isOld) await this.#letGo(former);
      } catch (error) {
        if (!(error instanceof UserError) || this.#ingest.broken) throw error;
        await this.#letGo(former);
        this.#options.onError(error);
      }
    }
    return hasNews;
  }

  async #letGo(former: Former): Promise<void> {
    this.#former = this.#former.filter((other) => other !== former);
    await former.source.close();
  }

  /**
   * What was written before the content that the path names now: the file that we hold, which may have no name any more, and the
   * rotated siblings that were written to since they were last read, in the order of their lines.
   * @param withHeld the file that we hold is another one than the path names
   * @returns `false` when files were moved or compressed at this moment: the next look tries again
   */
  async #readRest(withHeld: boolean): Promise<boolean> {
    const siblings = await rotatedSiblings(this.path);
    const opened: Source[] = [];
    const errors: UserError[] = [];
    const attempt = async (action: () => Promise<void>) => {
      try {
        await action();
      } catch (error) {
        if (!(error instanceof UserError) || this.#ingest.broken) throw error;
        errors.push(error);
      }
    };
    try {
      for (const sibling of siblings.filter((sibling) => this.#hasNews(sibling))) {
        await attempt(async () => {
          const source = await sourceOf(sibling.path, this.#options.clock());
          if (source !== null) opened.push(source);
        });
      }
      // In a folder that is never at rest the live log must be read all the same.
      if (!isAlike(siblings, await rotatedSiblings(this.path)) && this.#tries++ < MAX_TRIES) return false;
      const sources = [...opened, ...this.#former.map(({ source }) => source)];
      if (withHeld && this.#held !== null) sources.push(this.#held.source);
      for (const source of await inLogOrder(sources, this.#options.zone, this.#options.year)) {
        if (errors.length > 0 && this.#tries < MAX_TRIES) break;
        await attempt(async () => {
          await this.#ingest.read(source);
        });
      }
    } finally {
      for (const source of opened) await source.close();
    }
    if (errors.length > 0 && this.#tries++ < MAX_TRIES) return false;
    for (const error of errors) this.#options.onError(error);
    this.#tries = 0;
    this.#read = new Map(siblings.map(({ file, state }) => [file, state]));
    this.#isFirst = false;
    this.#isRestDue = false;
    if (withHeld && this.#held !== null) {
      this.#former.push({ source: this.#held.source, state: '', since: performance.now() });
      this.#held = null;
    }
    return true;
  }

  #hasNews({ file, state, modified }: Sibling): boolean {
    if (!this.#isFirst) return this.#read.get(file) !== state;
    if (this.#readUntil === null) return false;
    // A clock that was ahead then says nothing of what happened since.
    return modified >= this.#readUntil - SLACK || this.#readUntil > this.#options.clock();
  }
}

/** The same files under the same names: nothing was renamed, removed or made between two listings. */
function isAlike(a: readonly Sibling[], b: readonly Sibling[]): boolean {
  const names = (siblings: readonly Sibling[]) => siblings.map(({ path, file }) => `${file} ${path}`).sort();
  return names(a).join('\n') === names(b).join('\n');
}

function isGone(error: unknown): boolean {
  return (error as { cause?: NodeJS.ErrnoException }).cause?.code === 'ENOENT';
}
