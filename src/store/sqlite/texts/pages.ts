import type { Database, Statement } from 'better-sqlite3';
import { type PageColumns, packedPage, type Text, TextPage } from './page.js';

/** A table of pages (`page`, `texts`), and what each row of theirs has. */
export interface PagedTexts<Column extends string> {
  table: 'delivery_text' | 'event_text';
  /** A page has 2 to the power of it rows: `id >> shift` is its number. */
  shift: number;
  /** In the order in which a page has them: others may be added behind them. */
  columns: readonly Column[];
}

/** Pages that are kept as they were read: rows that are asked for together are mostly close together. */
const KEPT_PAGES = 64;

/** Finds what is packed of a page; `null` = there is none. */
export type FindPage = (number: number) => Buffer | null;

export function findIn(db: Database, { table }: PagedTexts<string>): FindPage {
  const find = db.prepare<[number], Buffer>(`SELECT texts FROM ${table} WHERE page = ?`).pluck();
  return (number) => find.get(number) ?? null;
}

/** Reads texts of rows by their ids. */
export class TextReader<Column extends string> {
  readonly #shift: number;
  readonly #places: Record<string, number>;
  readonly #find: FindPage;
  readonly #pages = new Map<number, TextPage>();
  #lastNumber = -1;
  #last = new TextPage(null);

  constructor({ shift, columns }: PagedTexts<Column>, find: FindPage) {
    this.#shift = shift;
    this.#places = Object.fromEntries(columns.map((column, place) => [column, place]));
    this.#find = find;
  }

  /**
   * `null` where the row has none, or was pruned.
   * @param packed the row's page, where it was found already
   */
  of(id: number, column: Column, packed?: Buffer | null): Text {
    return this.#pageWith(id, packed).at(this.#places[column] as number, this.#placeOf(id));
  }

  /** Calls back with the ids of a span whose rows may have one of some texts. */
  mayHave(first: number, last: number, texts: readonly string[], take: (id: number) => void): void {
    for (let id = first; id <= last; id++) {
      const page = this.#pageWith(id);
      const end = Math.min(last, (((id >> this.#shift) + 1) << this.#shift) - 1);
      if (texts.some((text) => page.mayHave(text))) for (; id <= end; id++) take(id);
      id = end;
    }
  }

  #placeOf(id: number): number {
    return id & ((1 << this.#shift) - 1);
  }

  #pageWith(id: number, packed?: Buffer | null): TextPage {
    const number = id >> this.#shift;
    const place = this.#placeOf(id);
    if (number === this.#lastNumber && place < this.#last.length) return this.#last;
    let page = this.#pages.get(number);
    // The last page grows while an ingest writes.
    if (page === undefined || place >= page.length) page = new TextPage(packed === undefined ? this.#find(number) : packed);
    this.#pages.delete(number);
    this.#pages.set(number, page);
    if (this.#pages.size > KEPT_PAGES) this.#pages.delete(this.#pages.keys().next().value as number);
    this.#lastNumber = number;
    this.#last = page;
    return page;
  }
}

const readers = new WeakMap<Database, Map<string, unknown>>();

/** The reader of a connection: what one question has read, the next one need not. */
export function readerOf<Column extends string>(db: Database, texts: PagedTexts<Column>): TextReader<Column> {
  const ofDb = readers.get(db) ?? new Map<string, unknown>();
  readers.set(db, ofDb);
  if (!ofDb.has(texts.table)) ofDb.set(texts.table, new TextReader(texts, findIn(db, texts)));
  return ofDb.get(texts.table) as TextReader<Column>;
}

/** Writes texts of new rows, in the order of their ids. */
export class TextWriter<Column extends string> {
  readonly #texts: PagedTexts<Column>;
  readonly #find: FindPage;
  /** Of pages that nothing is added to any more. */
  #closed: TextReader<Column>;
  readonly #put: Statement;
  #number = -1;
  #page: PageColumns = [];
  #isChanged = false;

  constructor(db: Database, texts: PagedTexts<Column>) {
    this.#texts = texts;
    this.#find = findIn(db, texts);
    this.#closed = new TextReader(texts, this.#find);
    this.#put = db.prepare(`INSERT OR REPLACE INTO ${texts.table} (page, texts) VALUES (?, ?)`);
  }

  /** @param values in the order of the columns */
  put(id: number, values: readonly Text[]): void {
    const number = id >> this.#texts.shift;
    const place = id - (number << this.#texts.shift);
    if (number !== this.#number) this.#turnTo(number, place);
    for (let index = 0; index < this.#page.length; index++) {
      const column = this.#page[index] as Text[];
      // After a prune some ids before it may be gone.
      while (column.length < place) column.push(null);
      column[place] = values[index] ?? null;
    }
    this.#isChanged = true;
  }

  /** Also of what waits to be written. */
  of(id: number, column: Column): Text {
    const { shift, columns } = this.#texts;
    if (id >> shift !== this.#number) return this.#closed.of(id, column);
    return this.#page[columns.indexOf(column)]?.[id - (this.#number << shift)] ?? null;
  }

  /** Writes what was put, in the transaction of the rows. The last page is written again as it grows. */
  flush(): void {
    if (!this.#isChanged) return;
    this.#put.run(this.#number, packedPage(this.#page));
    this.#isChanged = false;
  }

  /** @param length of what the page has already: nothing behind it is of a row that there is */
  #turnTo(number: number, length: number): void {
    this.flush();
    this.#page = new TextPage(length === 0 ? null : this.#find(number)).firstRows(length, this.#texts.columns.length);
    this.#number = number;
    // It may have been read as an earlier run left it.
    if (length > 0) this.#closed = new TextReader(this.#texts, this.#find);
  }
}
