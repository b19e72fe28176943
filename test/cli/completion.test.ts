import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyHour } from '../busy-hour.js';
import { bouncelog, COMMAND, scratch } from '../run.js';

describe('completion', () => {
  let db = '';
  beforeAll(() => {
    const folder = scratch((remove) => afterAll(remove));
    writeFileSync(join(folder, 'mail.log'), `${busyHour(40).join('\n')}\n`);
    db = join(folder, 'b.db');
    expect(bouncelog(['ingest', '-q', join(folder, 'mail.log'), '--db', db]).code).toBe(0);
  });
  const complete = (...words: string[]) =>
    bouncelog(['complete', '--', ...words], undefined, { BOUNCELOG_DB: db })
      .out.trim()
      .split('\n')
      .map((line) => line.split('\t')[0]);

  it.each([
    ['commands', ['tre'], ['trend', ':4']],
    ['commands of a command', ['rules', 'ch'], ['check', ':4']],
    ['options', ['top', '--comp'], ['--compare', ':4']],
    ['choices', ['top', '--format', 'm'], ['markdown', ':4']],
    ['causes', ['top', '--cause', 'ip-'], ['ip-blocklisted', ':4']],
    ['groups', ['trend', '--by', 'sender-'], ['sender-domain', ':4']],
    ['domains in the database', ['events', '--domain', 'c1'], ['c1.example', ':4']],
    ['hosts in the database', ['top', '--host', ''], ['mx1', ':4']],
    ['files, by the shell', ['ingest', ''], [':0']],
    ['files of an option, by the shell', ['top', '--db', ''], [':0']],
  ])('gives %s', (_, words, candidates) => {
    expect(complete(...words)).toEqual(candidates);
  });

  it('says nothing of a database that is not there', () => {
    expect(bouncelog(['complete', '--', 'top', '--provider', ''], undefined, { BOUNCELOG_DB: '/nonexistent/b.db' })).toMatchObject({
      code: 0,
      err: '',
    });
  });

  it('is a script that bash can read and that finds what it asks for', () => {
    const { out } = bouncelog(['complete', 'bash']);
    const asks = `${out}\nbouncelog() { ${process.execPath} ${COMMAND} "$@"; }\nCOMP_WORDS=(bouncelog tre); COMP_CWORD=1; COMP_LINE="bouncelog tre"; COMP_POINT=13; __bouncelog_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ran = spawnSync('bash', ['-c', asks], { env: { PATH: process.env['PATH'], BOUNCELOG_DB: db } });
    expect(ran.stdout.toString()).toContain('trend');
    expect(bouncelog(['complete', 'zsh']).out).toContain('#compdef bouncelog');
    expect(bouncelog(['complete', 'fish']).out).toContain('complete -c bouncelog');
    expect(bouncelog(['complete', 'tcsh'])).toMatchObject({ code: 2, out: '' });
  });
});
