import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { rememberedOf } from '../../src/store/sqlite/remembered.js';
import { scratch } from '../run.js';

describe('what a connection remembers', () => {
  it('is found once for each key, until this connection or another one changes the database', () => {
    const path = join(scratch(), 'a.db');
    const [own, other] = [new Database(path), new Database(path)];
    own.exec('CREATE TABLE t (x)');
    let found = 0;
    const ask = (key = 'a') => rememberedOf(own, key, () => ++found);
    expect([ask(), ask(), ask('b'), ask()]).toEqual([1, 1, 2, 1]);
    own.exec('INSERT INTO t VALUES (1)');
    expect([ask(), ask()]).toEqual([3, 3]);
    other.exec('INSERT INTO t VALUES (2)');
    expect([ask(), ask(), ask('b')]).toEqual([4, 4, 5]);
    own.close();
    other.close();
  });
});
