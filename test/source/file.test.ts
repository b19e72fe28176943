import { appendFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileSource, openFile } from '../../src/source/file.js';
import { HEAD_BYTES } from '../../src/source/identity.js';
import { Replaced } from '../../src/source/source.js';
import { scratch } from '../run.js';

const OLD = Buffer.from('2026-11-24T08:00:00Z old\n'.repeat(8_000));
const NEW = Buffer.from('2026-11-24T09:00:00Z new\n'.repeat(16_000));

/** Reads a file of `OLD`, does something to it after the first chunk, and reads on. */
async function readAcross(change: (path: string) => void): Promise<{ read: Buffer; error: unknown }> {
  const path = join(scratch(), 'mail.log');
  writeFileSync(path, OLD);
  const { file, state } = await openFile(path);
  const source = new FileSource(path, state, file);
  const chunks: Buffer[] = [];
  let error: unknown = null;
  try {
    for await (const chunk of source.read(0, await source.head(HEAD_BYTES))) {
      if (chunks.length === 0) change(path);
      chunks.push(Buffer.from(chunk));
    }
  } catch (caught) {
    error = caught;
  }
  await source.close();
  return { read: Buffer.concat(chunks), error };
}

describe('a file that is read', () => {
  it('gives what was appended meanwhile', async () => {
    const { read, error } = await readAcross((path) => appendFileSync(path, NEW));
    expect(error).toBeNull();
    expect(read.equals(Buffer.concat([OLD, NEW]))).toBe(true);
  });

  it('stays the file that was opened, whatever has its name now', async () => {
    const { read, error } = await readAcross((path) => {
      renameSync(path, `${path}.1`);
      writeFileSync(path, NEW);
    });
    expect(error).toBeNull();
    expect(read.equals(OLD)).toBe(true);
  });

  it('gives nothing of other content that was written into it', async () => {
    const { read, error } = await readAcross((path) => {
      truncateSync(path, 0);
      appendFileSync(path, NEW);
    });
    expect(error).toBeInstanceOf(Replaced);
    expect(OLD.subarray(0, read.length).equals(read)).toBe(true);
  });

  it('ends where it was truncated', async () => {
    const { read, error } = await readAcross((path) => writeFileSync(path, readFileSync(path).subarray(0, 100)));
    expect(error).toBeNull();
    expect(OLD.subarray(0, read.length).equals(read)).toBe(true);
  });
});
