import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bouncelog, scratch } from '../run.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** For each file of the bundle with something compiled beside it, whether V8 takes that. */
const TAKEN = `
  const { readdirSync, readFileSync } = require('node:fs');
  const vm = require('node:vm');
  const { wrap } = require('node:module');
  const folder = process.argv[1];
  const files = readdirSync(folder).filter((name) => name.endsWith('.cache'));
  console.log(JSON.stringify(files.map((name) => {
    const filename = folder + name.replace('.cache', '');
    return !new vm.Script(wrap(readFileSync(filename, 'utf8')), { filename, cachedData: readFileSync(folder + name) }).cachedDataRejected;
  })));`;

describe('what was compiled of the bundle', () => {
  it('is taken by the Node that compiled it', () => {
    const taken = JSON.parse(execFileSync(process.execPath, ['-e', TAKEN, join(ROOT, 'lib/')], { encoding: 'utf8' })) as boolean[];
    expect(taken.length).toBeGreaterThan(20);
    expect(taken).not.toContain(false);
  });

  it.each([
    ['of another file', (_: Buffer) => readFileSync(join(ROOT, 'lib/main.cjs.cache'))],
    ['empty', () => Buffer.alloc(0)],
    ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['something else', () => Buffer.from('something else')],
  ])('may be %s: then it is passed over', (_, damaged) => {
    const copy = scratch();
    for (const part of ['bin', 'lib', 'migrations', 'package.json']) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    cpSync(join(ROOT, 'src/bounce'), join(copy, 'src/bounce'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const name of readdirSync(join(copy, 'lib')).filter((one) => one.endsWith('.cache'))) {
      const file = join(copy, 'lib', name);
      writeFileSync(file, damaged(readFileSync(file)));
    }
    const run = (...args: string[]) => execFileSync(process.execPath, [join(copy, 'bin/bouncelog.js'), ...args], { encoding: 'utf8', stdio: 'pipe' });
    const db = join(copy, 'b.db');
    run('ingest', '-q', join(ROOT, 'sample-logs'), '--db', db);
    expect(run('top', '--format', 'json', '--db', db)).toBe(bouncelog(['top', '--format', 'json', '--db', db]).out);
  });
});
