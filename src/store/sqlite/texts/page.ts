import { deflateRawSync, inflateRawSync } from 'node:zlib';

/*
 * Texts of rows that follow each other, packed together: column by column, for alike things pack better when they stand together.
 *
 * Values of a column are joined; a column with a value that has a control character, which no log should, is JSON instead.
 */

const BETWEEN_COLUMNS = '\x1e';
const BETWEEN_VALUES = '\x1f';
const NULL = '\0';
const JSON_FOLLOWS = '\x1d';
const CONTROLS = /[\0\x1d-\x1f]/;

export type Text = string | null;

/** A page that rows are added to: by column, then by row. */
export type PageColumns = Text[][];

export function packedPage(columns: PageColumns): Buffer {
  return deflateRawSync(columns.map(joined).join(BETWEEN_COLUMNS));
}

function joined(column: readonly Text[]): string {
  if (column.some((value) => value !== null && CONTROLS.test(value))) return JSON_FOLLOWS + JSON.stringify(column);
  return column.map((value) => value ?? NULL).join(BETWEEN_VALUES);
}

function valuesOf(column: string): Text[] {
  if (column.startsWith(JSON_FOLLOWS)) return JSON.parse(column.slice(1)) as Text[];
  return column.split(BETWEEN_VALUES).map((value) => (value === NULL ? null : value));
}

/** A page as it is read: columns are taken apart when they are asked for. */
export class TextPage {
  readonly #columns: string[];
  readonly #values: Text[][] = [];
  #searched: string | null = null;

  /** @param packed `null` = there is no such page */
  constructor(packed: Buffer | null) {
    this.#columns = packed === null ? [] : inflateRawSync(packed).toString().split(BETWEEN_COLUMNS);
  }

  /** Rows that it has, those of before that are gone among them. */
  get length(): number {
    return this.#columns.length === 0 ? 0 : this.#column(0).length;
  }

  /** `null` = nothing, or no such row. */
  at(column: number, place: number): Text {
    return this.#column(column)[place] ?? null;
  }

  /** Whether a value may have this in it, in whatever case: one look at all, before each is looked at. */
  mayHave(text: string): boolean {
    this.#searched ??= this.#columns.join(BETWEEN_COLUMNS).toLowerCase();
    return this.#searched.includes(text.toLowerCase()) || this.#searched.includes(JSON_FOLLOWS);
  }

  /** The first rows, to be added to. */
  firstRows(length: number, columns: number): PageColumns {
    return Array.from({ length: columns }, (_, column) => this.#column(column).slice(0, length));
  }

  #column(column: number): Text[] {
    const joinedValues = this.#columns[column];
    this.#values[column] ??= joinedValues === undefined ? [] : valuesOf(joinedValues);
    return this.#values[column];
  }
}
