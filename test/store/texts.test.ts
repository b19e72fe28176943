import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Text, TextPage } from '../../src/store/sqlite/texts/page.js';
import { findIn, type PagedTexts, TextReader, TextWriter } from '../../src/store/sqlite/texts/pages.js';
import { pruneTexts } from '../../src/store/sqlite/texts/prune.js';

/** Small pages, so that few rows have several. */
const TEXTS = { table: 'delivery_text', shift: 2, columns: ['a', 'b'] } as const satisfies PagedTexts<string>;

function database(): Database.Database {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE delivery_text (page INTEGER PRIMARY KEY, texts BLOB NOT NULL); CREATE TABLE delivery (id INTEGER PRIMARY KEY)');
  return db;
}

const text = fc.oneof(
  fc.constant<Text>(null),
  fc.constantFrom('', 'u@a.example', 'U@a.Example', '\0', '\0\0', 'x\x1fy', '\x1e', '\x1d[]', 'a\nb', '"\\', 'Straße', '\ud800'),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const rows = fc.array(fc.record({ skipped: fc.constantFrom(0, 0, 0, 1, 3, 9), a: text, b: text, isLastOfBatch: fc.boolean() }), { maxLength: 30 });

interface Row {
  id: number;
  a: Text;
  b: Text;
}

/** Writes rows batch by batch, each as the run of an ingest of its own. */
function written(db: Database.Database, all: readonly { skipped: number; a: Text; b: Text; isLastOfBatch: boolean }[]): Row[] {
  let id = 1;
  let writer = new TextWriter(db, TEXTS);
  const put: Row[] = [];
  for (const { skipped, a, b, isLastOfBatch } of all) {
    id += skipped;
    writer.put(id, [a, b]);
    put.push({ id: id++, a, b });
    for (const one of put.slice(-6)) expect([writer.of(one.id, 'a'), writer.of(one.id, 'b')]).toEqual([one.a, one.b]);
    if (!isLastOfBatch) continue;
    writer.flush();
    writer = new TextWriter(db, TEXTS);
  }
  writer.flush();
  return put;
}

/** What is not text, which no log line has, becomes what UTF-8 has for it. */
const stored = (value: Text) => (value === null ? null : Buffer.from(value).toString());

describe('texts', () => {
  it('are read as they were put, in whatever batches, and with ids left out', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const db = database();
        const put = written(
          db,
          all.map((row) => ({ ...row, a: stored(row.a), b: stored(row.b) })),
        );
        const reader = new TextReader(TEXTS, findIn(db, TEXTS));
        expect(put.map(({ id }) => ({ id, a: reader.of(id, 'a'), b: reader.of(id, 'b') }))).toEqual(put);
        const last = put.at(-1)?.id ?? 0;
        const ids = new Set(put.map(({ id }) => id));
        for (let id = 1; id < last + 9; id++) if (!ids.has(id)) expect(reader.of(id, 'a')).toBe(null);
      }),
    );
  });

  it('are read of rows that were added since a page was read, and not of those whose ids came again', () => {
    const db = database();
    const reader = new TextReader(TEXTS, findIn(db, TEXTS));
    const first = new TextWriter(db, TEXTS);
    first.put(4, ['one', null]);
    first.put(5, ['two', null]);
    first.flush();
    expect(reader.of(5, 'a')).toBe('two');
    first.put(6, ['three', 'x']);
    first.flush();
    expect([reader.of(6, 'a'), reader.of(6, 'b')]).toEqual(['three', 'x']);
    // After a prune of the last two.
    const second = new TextWriter(db, TEXTS);
    second.put(5, ['again', null]);
    second.flush();
    const anew = new TextReader(TEXTS, findIn(db, TEXTS));
    expect([4, 5, 6].map((id) => anew.of(id, 'a'))).toEqual(['one', 'again', null]);
  });

  it('are all found by what they have in them, in whatever case', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.constantFrom('u@A.example', 'x', '"', 'STRASSE', 'straße'), { minLength: 1, maxLength: 2 }), (all, asked) => {
        const db = database();
        const put = written(
          db,
          all.map((row) => ({ ...row, a: stored(row.a), b: stored(row.b) })),
        );
        const reader = new TextReader(TEXTS, findIn(db, TEXTS));
        const met: number[] = [];
        reader.mayHave(2, 25, asked, (id) => met.push(id));
        expect(met).toEqual([...new Set(met)].sort((a, b) => a - b));
        expect(met.every((id) => id >= 2 && id <= 25)).toBe(true);
        const has = (value: Text) => value !== null && asked.some((one) => value.toLowerCase().includes(one.toLowerCase()));
        const expected = put.filter(({ id, a, b }) => id >= 2 && id <= 25 && (has(a) || has(b))).map(({ id }) => id);
        expect(met).toEqual(expect.arrayContaining(expected));
      }),
    );
  });

  it('are not looked through one by one where a page has nothing of it', () => {
    const db = database();
    const writer = new TextWriter(db, TEXTS);
    for (let id = 0; id < 40; id++) writer.put(id, [`u${id}@a.example`, null]);
    writer.flush();
    const met: number[] = [];
    new TextReader(TEXTS, findIn(db, TEXTS)).mayHave(0, 39, ['U17@'], (id) => met.push(id));
    expect(met).toEqual([16, 17, 18, 19]);
  });

  it('go with their rows, and leave the others', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 2, max: 4 }), (all, nth) => {
        const db = database();
        const put = written(
          db,
          all.map(({ a: _, b: __, ...row }, index) => ({ ...row, a: `secret${index}`, b: null })),
        );
        const insert = db.prepare('INSERT INTO delivery (id) VALUES (?)');
        for (const { id } of put) insert.run(id);
        const gone = put.filter(({ id }) => id % nth !== 0 || id < 12).map(({ id }) => id);
        const take = db.prepare('DELETE FROM delivery WHERE id = ?');
        for (const id of gone) take.run(id);
        pruneTexts(db, TEXTS, 'delivery', gone);
        const reader = new TextReader(TEXTS, findIn(db, TEXTS));
        for (const { id, a } of put) expect(reader.of(id, 'a')).toBe(gone.includes(id) ? null : a);
        const pages = db.prepare<[], [number, Buffer]>('SELECT page, texts FROM delivery_text').raw().all();
        expect(pages.every(([page]) => put.some(({ id }) => id >> 2 === page && !gone.includes(id)))).toBe(true);
        for (const [, packed] of pages) expect(new TextPage(packed).length).toBeGreaterThan(0);
      }),
    );
  });
});
