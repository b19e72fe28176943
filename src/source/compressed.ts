import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../errors.js';
import { readError } from './file.js';
import type { FileState } from './file-state.js';
import type { ContentSource } from './source.js';

/** Output of the decompressor that is handed on at once. */
const CHUNK_BYTES = 256 * 1024;

/** A way of compression, known by the first bytes of a file; the name does not matter. */
interface Format {
  name: string;
  magic: number[];
  /** The system's own decompressor; `null`: Node has it built in. */
  command: string | null;
  /** The Debian package that has the command. */
  package: string;
}

const FORMATS: readonly Format[] = [
  { name: 'gzip', magic: [0x1f, 0x8b, 8], command: null, package: 'gzip' },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], command: 'xz', package: 'xz-utils' },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], command: 'zstd', package: 'zstd' },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], command: 'bzip2', package: 'bzip2' },
];

/** How content is compressed, `null` when it is not. */
export function compressionOf(head: Buffer): Format | null {
  return FORMATS.find(({ magic }) => magic.every((byte, index) => head[index] === byte)) ?? null;
}

/** A compressed file, read through; its content will not change. */
export class CompressedSource implements ContentSource {
  readonly kind = 'content';
  readonly name: string;
  readonly size: number;
  readonly modified: number;
  readonly isFinal = true;
  readonly #format: Format;
  readonly #file: FileHandle;

  /** @param file stays this one, whatever the path names by now */
  constructor(path: string, { size, modified }: FileState, file: FileHandle, format: Format) {
    this.name = path;
    this.size = size;
    this.modified = modified;
    this.#format = format;
    this.#file = file;
  }

  async *read(offset: number): AsyncIterable<Buffer> {
    let skip = offset;
    for await (const chunk of this.#decompress()) {
      if (chunk.length <= skip) {
        skip -= chunk.length;
        continue;
      }
      yield skip > 0 ? chunk.subarray(skip) : chunk;
      skip = 0;
    }
  }

  async head(length: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let have = 0;
    try {
      for await (const chunk of this.#decompress()) {
        chunks.push(Buffer.from(chunk));
        have += chunk.length;
        if (have >= length) break;
      }
    } catch (error) {
      if (have === 0) throw error;
    }
    return Buffer.concat(chunks).subarray(0, length);
  }

  async slice(): Promise<null> {
    return null;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #decompress(): AsyncIterable<Buffer> {
    const { command } = this.#format;
    const file = Readable.from(bytesOf(this.#file), { objectMode: false });
    return command === null ? gunzip(this.name, file) : decompressWith(this.name, file, this.#format, command);
  }
}

/** From the beginning, each time, whatever was read of the file before. */
async function* bytesOf(file: FileHandle): AsyncIterable<Buffer> {
  for (let position = 0; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* gunzip(path: string, file: Readable): AsyncIterable<Buffer> {
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES });
  file.on('error', (error) => unzip.destroy(error));
  try {
    yield* file.pipe(unzip) as AsyncIterable<Buffer>;
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code === 'Z_BUF_ERROR') throw cutOff(path, 'gzip', error);
    throw code.startsWith('Z_') ? damaged(path, 'gzip', error) : readError(path, error);
  } finally {
    file.destroy();
    unzip.destroy();
  }
}

/** The system's decompressor reads the file from its standard input: no name is ever part of a command. */
async function* decompressWith(path: string, file: Readable, format: Format, command: string): AsyncIterable<Buffer> {
  const child = spawn(command, ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  let readFailure: unknown = null;
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(0, 1000);
  });
  // A decompressor that ends early closes its input: its exit code says why.
  child.stdin.on('error', () => {});
  file.on('error', (error) => {
    readFailure = error;
    child.stdin.end();
  });
  file.pipe(child.stdin);
  const ended = new Promise<number | Error | null>((resolve) => {
    child.on('error', resolve);
    child.on('close', resolve);
  });
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const result = await ended;
    if (readFailure !== null) throw readError(path, readFailure);
    if (result instanceof Error) throw missing(path, format, result);
    if (result !== 0)
      throw /unexpected end|truncated|premature/i.test(complaint) ? cutOff(path, format.name, null) : damaged(path, format.name, null);
  } finally {
    file.destroy();
    child.kill();
  }
}

function missing(path: string, { name, package: debian, command }: Format, error: Error): UserError {
  return new UserError(`${path}: compressed with ${name}, and there is no ${command} command`, {
    hint: `Install it (Debian: ${debian}).`,
    cause: error,
  });
}

function cutOff(path: string, name: string, cause: unknown): UserError {
  return new UserError(`${path}: the ${name} file is cut off`, {
    hint: 'What could be unpacked is stored. Give the complete file to get the rest.',
    cause,
  });
}

function damaged(path: string, name: string, cause: unknown): UserError {
  return new UserError(`${path}: the ${name} file is damaged`, { hint: 'What could be unpacked is stored. Check the file.', cause });
}
