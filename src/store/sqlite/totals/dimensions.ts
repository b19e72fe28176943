import type { Database, Statement } from 'better-sqlite3';
import type { Group } from '../../../report/question.js';
import { outcomeName } from '../outcomes.js';
import type { WhereAndWhy } from '../prior.js';
import { namesOf, senderDomains } from '../summary/summary-names.js';
import type { Section, TotalsRow } from './packed-totals.js';

export type Name = string | number | null;
export type Keys = Section & Pick<TotalsRow, 'domain' | 'route' | 'sender'>;

/** A group as numbers: of the ids in a row of the totals, which value it has. */
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
}

export function dimensionOf(db: Database, group: Group): Dimension {
  switch (group) {
    case 'cause':
    case 'code':
    case 'enhanced':
    case 'stage':
      return ofReply(db, group);
    case 'reply':
      return ofReply(db, 'template');
    case 'provider':
    case 'mx': {
      const routes = new RouteValues(db, group);
      const numberOf = ({ route }: { route: number }) => routes.of(route);
      return { isOfSection: false, size: routes.size, numberOf, ofAttempt: numberOf, namesOf: (asked) => asked.map((one) => routes.name(one)) };
    }
    case 'listing': {
      const { numbers, values } = valuesOf(db, "SELECT id, list || ' ' || subject FROM listing");
      const numberOf = ({ listing }: { listing: number }) => numbers[listing] ?? 0;
      return { isOfSection: true, size: values.length, numberOf, ofAttempt: numberOf, namesOf: (asked) => asked.map((one) => values[one] ?? null) };
    }
    case 'host': {
      const { numbers, values } = valuesOf(db, 'SELECT id, name FROM host');
      const numberOf = ({ host }: Keys) => numbers[host] ?? 0;
      return { isOfSection: true, size: values.length, numberOf, ofAttempt: null, namesOf: (asked) => asked.map((one) => values[one] ?? null) };
    }
    case 'outcome':
      return { isOfSection: true, size: OUTCOMES, numberOf: ({ outcome }) => outcome, ofAttempt: null, namesOf: (asked) => asked.map(outcomeName) };
    case 'domain':
      return {
        isOfSection: false,
        size: lastId(db, 'domain') + 1,
        numberOf: ({ domain }) => domain,
        ofAttempt: null,
        namesOf: looksUp(db, 'domain'),
      };
    case 'sender':
      return {
        isOfSection: false,
        size: lastId(db, 'sender') + 1,
        numberOf: ({ sender }) => sender,
        ofAttempt: null,
        namesOf: looksUp(db, 'sender'),
      };
    case 'sender-domain': {
      const { names, of } = senderDomains(db);
      const numberOf = ({ sender }: Keys) => of[sender] ?? 0;
      return { isOfSection: false, size: names.length, numberOf, ofAttempt: null, namesOf: (asked) => asked.map((one) => names[one] ?? null) };
    }
  }
}

/** Above those of outcomes. */
const OUTCOMES = 8;
/** Names that are looked up one by one; of more the whole table is read. */
const MANY_NAMES = 10_000;

function ofReply(db: Database, column: string): Dimension {
  const { numbers, values } = valuesOf(db, `SELECT id, ${column} FROM reply`);
  const numberOf = ({ reply }: { reply: number }) => numbers[reply] ?? 0;
  return { isOfSection: true, size: values.length, numberOf, ofAttempt: numberOf, namesOf: (asked) => asked.map((one) => values[one] ?? null) };
}

/** Numbers by id, from 1 on, and the values that they stand for; 0 is none. */
function valuesOf(db: Database, sql: string): { numbers: Int32Array; values: Name[] } {
  const rows = db.prepare<[], [number, Name]>(sql).raw().all();
  const numbers = new Int32Array(rows.reduce((last, [id]) => Math.max(last, id), 0) + 1);
  const values: Name[] = [null];
  const known = new Map<Name, number>([[null, 0]]);
  for (const [id, value] of rows) {
    let number = known.get(value);
    if (number === undefined) {
      number = values.push(value) - 1;
      known.set(value, number);
    }
    numbers[id] = number;
  }
  return { numbers, values };
}

/** Routes that are looked up one by one; of more all are read. */
const FEW_ROUTES = 2_000;

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

  #look(route: number): number {
    if (++this.#looked > FEW_ROUTES) {
      const all = this.#db.prepare<[], [number, Name]>(`SELECT id, ${this.#column} FROM route`).raw().all();
      for (const [id, name] of all) this.#numbers[id] = this.#numberOf(name) + 1;
    } else this.#numbers[route] = this.#numberOf(this.#find.get(route) ?? null) + 1;
    return (this.#numbers[route] || 1) - 1;
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

function looksUp(db: Database, kind: 'domain' | 'sender'): Dimension['namesOf'] {
  return (ids) => {
    const names = namesOf(db, kind, ids.length > MANY_NAMES ? null : ids);
    return ids.map((id) => names.get(id) ?? null);
  };
}
