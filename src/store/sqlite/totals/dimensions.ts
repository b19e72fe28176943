import type { Database } from 'better-sqlite3';
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
      const { numbers, values } = valuesOf(db, `SELECT id, ${group} FROM route`);
      const numberOf = ({ route }: { route: number }) => numbers[route] ?? 0;
      return { isOfSection: false, size: values.length, numberOf, ofAttempt: numberOf, namesOf: (asked) => asked.map((one) => values[one] ?? null) };
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

function lastId(db: Database, table: 'domain' | 'sender'): number {
  return db.prepare<[], number | null>(`SELECT max(id) FROM ${table}`).pluck().get() ?? 0;
}

function looksUp(db: Database, kind: 'domain' | 'sender'): Dimension['namesOf'] {
  return (ids) => {
    const names = namesOf(db, kind, ids.length > MANY_NAMES ? null : ids);
    return ids.map((id) => names.get(id) ?? null);
  };
}
