import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { UserError } from '../errors.js';
import { readError } from './file.js';
import type { ContentSource } from './source.js';

/** Output of the decompressor that is handed on at once. */
const CHUNK_BYTES = 256 * 1024;

/** Whether content begins like a gzip file (RFC 1952 section 2.3.1); the name does not matter. */
export function isGzip(head: Buffer): boolean {
  return head.length >= 3 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** A gzip-compressed file, read through; its content will not change. */
export class GzipSource implements ContentSource {
  readonly kind = 'content';
  readonly name: string;
  readonly size: number;
  readonly modified: number;
  readonly isFinal = true;

  constructor(path: string, stats: { size: number; mtimeMs: number }) {
    this.name = path;
    this.size = stats.size;
    this.modified = stats.mtimeMs;
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

  async *#decompress(): AsyncIterable<Buffer> {
    const file = createReadStream(this.name, { highWaterMark: CHUNK_BYTES });
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    file.on('error', (error) => gunzip.destroy(error));
    try {
      yield* file.pipe(gunzip) as AsyncIterable<Buffer>;
    } catch (error) {
      throw decompressionError(this.name, error);
    } finally {
      file.destroy();
      gunzip.destroy();
    }
  }
}

function decompressionError(path: string, error: unknown): unknown {
  const code = (error as { code?: string }).code ?? '';
  if (code === 'Z_BUF_ERROR') {
    return new UserError(`${path}: the gzip file is cut off`, {
      hint: 'What could be unpacked is stored. Give the complete file to get the rest.',
      cause: error,
    });
  }
  if (code.startsWith('Z_')) {
    return new UserError(`${path}: the gzip file is damaged`, { hint: 'What could be unpacked is stored. Check it with gzip -t.', cause: error });
  }
  return readError(path, error);
}
