import type { Database, Statement } from 'better-sqlite3';
import type { Group } from '../../../report/question.js';
import { columnOf, type NumberedValues, numberedValues } from '../numbered-values.js';
import { OUTCOME_IDS, outcomeName } from '../outcomes.js';
import type { WhereAndWhy } from '../prior.js';
import { rememberedOf } from '../remembered.js';
import { keysOf, namesOf, senderDomains } from '../summary/summary-names.js';
import type { Section, TotalsRow } from '../totals/packed-totals.js';

export type Name = string | number | null;
export type Keys = Section & Pick<TotalsRow, 'domain' | 'route' | 'sender'>;

/** A group as numbers: of the ids in a row of the totals, which value it has. Domains and senders go by their ids. */
export interface Dimension {
  /** All rows of a section have the same value. */
  isOfSection: boolean;
  /** Above all numbers. */
  size: number;
  numberOf: (row: Keys) => number;
  /** The same of another attempt of the delivery, where that may be another value. */
  ofAttempt: ((attempt: WhereAndWhy) => number) | null;
  /** The values that numbers stand for. */
  namesOf: (numbers: readonly number[]) => Name[];
  /** The numbers of some values, of those that there are. */
  numbersOf: (names: readonly Name[]) => number[];
}

export function dimensionOf(db: Database, group: Group): Dimension {
  return rememberedOf(db, `dimension ${group}`, () => made(db, group));
}

function made(db: Database, group: Group): Dimension {
  switch (group) {
    case 'cause':
    case 'code':
    case 'enhanced':
    case 'stage':
      return ofReply(db, group);
    case 'reply':
      return ofReply(db, 'template');
    case 'listing': {
      const listings = valuesOf<WhereAndWhy>(numberedValues(db, 'listing', "list || ' ' || subject"), ({ listing }) => listing);
      return { isOfSection: true, ...listings, ofAttempt: listings.numberOf };
    }
    case 'host':
      return { isOfSection: true, ...valuesOf<Keys>(numberedValues(db, 'host', 'name'), ({ host }) => host), ofAttempt: null };
    case 'outcome':
      return {
        isOfSection: true,
        size: OUTCOMES,
        numberOf: ({ outcome }) => outcome,
        ofAttempt: null,
        namesOf: (asked) => asked.map(outcomeName),
        numbersOf: (names) => Object.values(OUTCOME_IDS).filter((outcome) => names.includes(outcomeName(outcome))),
      };
    case 'provider':
    case 'mx': {
      const routes = new RouteValues(db, group);
      const numberOf = ({ route }: { route: number }) => routes.of(route);
      return {
        isOfSection: false,
        size: routes.size,
        numberOf,
        ofAttempt: numberOf,
        namesOf: (asked) => asked.map((one) => routes.name(one)),
        numbersOf: (names) => routes.numbersOf(names),
      };
    }
    case 'domain':
      return { isOfSection: false, ...ids(db, 'domain'), numberOf: ({ domain }) => domain, ofAttempt: null };
    case 'sender':
      return { isOfSection: false, ...ids(db, 'sender'), numberOf: ({ sender }) => sender, ofAttempt: null };
    case 'sender-domain':
      return { isOfSection: false, ...valuesOf<Keys>(senderDomains(db), ({ sender }) => sender), ofAttempt: null };
  }
}

/** Above those of outcomes. */
const OUTCOMES = 8;

function ofReply(db: Database, column: string): Dimension {
  const replies = valuesOf<WhereAndWhy>(numberedValues(db, 'reply', column), ({ reply }) => reply);
  return { isOfSection: true, ...replies, ofAttempt: replies.numberOf };
}

/** A dimension of values by the rows that an id stands for; 0 is none. */
function valuesOf<Row>(
  { names, numbers, of }: NumberedValues,
  idOf: (row: Row) => number,
): Pick<Dimension, 'size' | 'namesOf' | 'numbersOf'> & { numberOf: (row: Row) => number } {
  return {
    size: names.length,
    numberOf: (row) => of[idOf(row)] ?? 0,
    namesOf: (asked) => asked.map((one) => names[one] ?? null),
    numbersOf: (asked) => numbersIn(numbers, asked),
  };
}

function numbersIn(known: ReadonlyMap<Name, number>, names: readonly Name[]): number[] {
  return names.map((name) => known.get(name)).filter((number) => number !== undefined);
}

/** Looking up a route takes as long as reading so many. */
const LOOKUP = 10;

/** Values of routes, read as they are met: of a few hours with few providers all of a host's twenty thousand were a tenth of a page. */
class RouteValues {
  /** Above all numbers. */
  readonly size: number;
  readonly #column: 'provider' | 'mx';
  readonly #db: Database;
  readonly #find: Statement<[number], Name>;
  /** By route: one more than its number; 0 = not looked up yet. */
  readonly #numbers: Int32Array;
  readonly #names: Name[] = [null];
  readonly #known = new Map<Name, number>([[null, 0]]);
  #looked = 0;

  constructor(db: Database, column: 'provider' | 'mx') {
    this.#db = db;
    this.#column = column;
    this.#find = db.prepare<[number], Name>(`SELECT ${column} FROM route WHERE id = ?`).pluck();
    const last = lastId(db, 'route');
    this.#numbers = new Int32Array(last + 1);
    this.size = last + 2;
  }

  of(route: number): number {
    const known = this.#numbers[route] ?? 1;
    return known > 0 ? known - 1 : this.#look(route);
  }

  name(number: number): Name {
    return this.#names[number] ?? null;
  }

  /** Of values that were met. */
  numbersOf(names: readonly Name[]): number[] {
    return numbersIn(this.#known, names);
  }

  #look(route: number): number {
    if (++this.#looked * LOOKUP > this.size) this.#readAll();
    else this.#numbers[route] = this.#numberOf(this.#find.get(route) ?? null) + 1;
    return (this.#numbers[route] || 1) - 1;
  }

  #readAll(): void {
    const { ids, values } = columnOf(this.#db, 'route', this.#column);
    for (const [index, id] of ids.entries()) this.#numbers[id] = this.#numberOf(values[index] ?? null) + 1;
  }

  #numberOf(name: Name): number {
    let number = this.#known.get(name);
    if (number === undefined) {
      number = this.#names.push(name) - 1;
      this.#known.set(name, number);
    }
    return number;
  }
}

function lastId(db: Database, table: 'domain' | 'sender' | 'route'): number {
  return db.prepare<[], number | null>(`SELECT max(id) FROM ${table}`).pluck().get() ?? 0;
}

/** Names that stand once in a table: their ids are numbers already. */
function ids(db: Database, kind: 'domain' | 'sender'): Pick<Dimension, 'size' | 'namesOf' | 'numbersOf'> {
  return {
    size: lastId(db, kind) + 1,
    namesOf: (asked) => {
      const names = namesOf(db, kind, asked);
      return asked.map((id) => names.get(id) ?? null);
    },
    numbersOf: (names) => [...keysOf(db, kind, names).values()],
  };
}
