import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { allMigrations, migrate } from '../../src/store/sqlite/migrate.js';
import { openForReading, openForWriting } from '../../src/store/sqlite/open.js';
import { scratch } from '../run.js';

const step = (version: number, sql: string) => ({ version, name: `${version}.sql`, sql, checksum: `sum-${sql}` });

describe('migrations', () => {
  it('are applied once, in order', () => {
    const db = new Database(':memory:');
    const steps = [step(1, 'CREATE TABLE a (x)'), step(2, 'ALTER TABLE a ADD COLUMN y')];
    migrate(db, steps.slice(0, 1));
    migrate(db, steps);
    migrate(db, steps);
    expect(db.prepare('SELECT x, y FROM a').all()).toEqual([]);
  });

  it('leave nothing behind when one fails', () => {
    const db = new Database(':memory:');
    expect(() => migrate(db, [step(1, 'CREATE TABLE a (x)'), step(2, 'CREATE TABLE b (x); CREATE TABLE a (x)')])).toThrow();
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')").pluck().all()).toEqual(['a']);
  });

  it('refuse a database of a newer version, and a changed migration', () => {
    const db = new Database(':memory:');
    migrate(db, [step(1, 'CREATE TABLE a (x)'), step(2, 'CREATE TABLE b (x)')]);
    expect(() => migrate(db, [step(1, 'CREATE TABLE a (x)')])).toThrow('written by a newer bouncelog (schema 2, this one knows 1)');
    expect(() => migrate(db, [step(1, 'CREATE TABLE a (x, y)'), step(2, 'CREATE TABLE b (x)')])).toThrow('differs from the one that was applied');
  });

  it('of this version can be applied to an empty database', () => {
    const db = new Database(':memory:');
    migrate(db);
    expect(db.prepare('SELECT count(*) FROM migration').pluck().get()).toBe(allMigrations().length);
  });
});

describe('opening', () => {
  it('creates the file for its owner only, with WAL and foreign keys on', async () => {
    const { statSync } = await import('node:fs');
    const path = join(scratch(), 'new', 'folder', 'b.db');
    const db = openForWriting(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    db.close();
  });

  it('refuses what is not ours', () => {
    const folder = scratch();
    const foreign = join(folder, 'foreign.db');
    const other = new Database(foreign);
    other.exec('CREATE TABLE mine (x)');
    other.close();
    writeFileSync(join(folder, 'text.db'), 'This is no database at all, but long enough to be taken for one.\n'.repeat(100));
    expect(() => openForWriting(foreign)).toThrow("not bouncelog's");
    expect(() => openForWriting(join(folder, 'text.db'))).toThrow('not a SQLite database');
    expect(() => openForReading(join(folder, 'none.db'))).toThrow('no such database');
  });
});
