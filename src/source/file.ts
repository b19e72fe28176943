import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../errors.js';
import type { ContentSource } from './source.js';

/**
 * A chunk becomes one string; above about 128 kB V8 would put it among the large objects, which are freed late, and memory grows.
 */
const CHUNK_BYTES = 64 * 1024;
/** Signals and timers get their turn every 4 MB. */
const CHUNKS_PER_TURN = 64;

/** A plain file; it may still be growing, so an unfinished last line is left for the next run. */
export class FileSource implements ContentSource {
  readonly kind = 'content';
  readonly name: string;
  readonly size: number;
  readonly modified: number;
  readonly isFinal = false;
  readonly #held: FileHandle | null;

  /** @param held the file, open; its name may be another file's by now, or nobody's. It stays open. */
  constructor(path: string, stats: { size: number; mtimeMs: number }, held: FileHandle | null = null) {
    this.name = path;
    this.size = stats.size;
    this.modified = stats.mtimeMs;
    this.#held = held;
  }

  async *read(offset: number): AsyncIterable<Buffer> {
    const file = await this.#open();
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      let position = offset;
      for (let chunks = 1; ; chunks++) {
        // Synchronous: the next chunk is nearly always in the page cache, and a round through the thread pool cost 10 % of the run.
        const bytesRead = readSync(file.fd, buffer, 0, CHUNK_BYTES, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
        if (chunks % CHUNKS_PER_TURN === 0) await setImmediate();
      }
    } catch (error) {
      throw readError(this.name, error);
    } finally {
      await this.#close(file);
    }
  }

  head(length: number): Promise<Buffer> {
    return this.slice(0, length);
  }

  async slice(from: number, to: number): Promise<Buffer> {
    const file = await this.#open();
    try {
      return await readFully(file, from, to);
    } catch (error) {
      throw readError(this.name, error);
    } finally {
      await this.#close(file);
    }
  }

  async #open(): Promise<FileHandle> {
    return this.#held ?? (await openFile(this.name));
  }

  async #close(file: FileHandle): Promise<void> {
    if (file !== this.#held) await file.close();
  }
}

async function readFully(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(to - from);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** @throws UserError when it cannot be opened */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw readError(path, error);
  }
}

const REASONS: Record<string, [string, string]> = {
  ENOENT: ['no such file', 'Check the path.'],
  EACCES: ['not readable for this user', 'Run as root or as a user in the group that owns the log (usually adm).'],
  EPERM: ['not readable for this user', 'Run as root or as a user in the group that owns the log (usually adm).'],
  EIO: ['the disk failed while reading', 'Check the disk (dmesg). What was read before is stored; run again to go on.'],
  EISDIR: ['is a directory', 'Name the files in it, or the directory as an argument of its own.'],
};

/** A file system error as one clear line. */
export function readError(path: string, error: unknown): unknown {
  const code = (error as { code?: string }).code ?? '';
  const reason = REASONS[code];
  if (error instanceof UserError || reason === undefined) return error;
  return new UserError(`${path}: ${reason[0]}`, { hint: reason[1], cause: error });
}
