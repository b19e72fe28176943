import type { Filters } from '../../report/question.js';
import type { Range } from '../../report/range.js';
import { OUTCOME_IDS } from './outcomes.js';
import { addressSql } from './texts/delivery-texts.js';

/** A piece of SQL and its parameters. Values are never part of the text. */
export interface Sql {
  text: string;
  values: (string | number)[];
}

export function join(parts: readonly Sql[], separator: string): Sql {
  return { text: parts.map((part) => part.text).join(separator), values: parts.flatMap((part) => part.values) };
}

export const NOTHING: Sql = { text: '1', values: [] };

/** Column names by filter; the aliases are those of the FROM clause in event-rows.ts. */
export const COLUMNS = {
  cause: 'r.cause',
  code: 'r.code',
  enhanced: 'r.enhanced',
  domain: 'd.name',
  provider: 'ro.provider',
  mx: 'ro.mx',
  sender: 's.address',
  recipient: addressSql('de.id', 'd.name'),
  host: 'h.name',
  listing: "l.list || ' ' || l.subject",
} as const;

type ColumnFilter = keyof typeof COLUMNS;

/** The conditions for all filters but the outcome. */
export function whereFilters(filters: Filters): Sql {
  const names = (Object.keys(COLUMNS) as ColumnFilter[]).filter((name) => filters[name].length > 0);
  return names.length === 0
    ? NOTHING
    : join(
        names.map((name) => anyOf(name, filters[name])),
        ' AND ',
      );
}

/** A table that rows of the totals refer to, named as there; what is said of a recipient stands in none. */
export type Table = 'reply' | 'domain' | 'route' | 'host' | 'listing' | 'sender';

const TABLES: Partial<Record<ColumnFilter, Table>> = {
  cause: 'reply',
  code: 'reply',
  enhanced: 'reply',
  domain: 'domain',
  provider: 'route',
  mx: 'route',
  host: 'host',
  listing: 'listing',
  sender: 'sender',
};

/** The conditions for the rows of each table that filters ask for; none where any will do. */
export function whereIds(filters: Filters): (Sql & { table: Table })[] {
  const byTable = new Map<Table, Sql[]>();
  for (const name of Object.keys(COLUMNS) as ColumnFilter[]) {
    const [table, wanted] = [TABLES[name], filters[name]];
    if (table === undefined || wanted.length === 0 || wanted.includes('*')) continue;
    byTable.set(table, [...(byTable.get(table) ?? []), anyOf(name, wanted)]);
  }
  return [...byTable].map(([table, parts]) => ({ table, ...join(parts, ' AND ') }));
}

function anyOf(name: ColumnFilter, wanted: readonly string[]): Sql {
  // One by one, a dozen names take as long to compare as all else that a question does.
  const names = wanted.filter((value) => isName(name, value));
  const parts = wanted.filter((value) => !isName(name, value)).map((value) => matches(name, COLUMNS[name], value));
  if (names.length > 0) {
    const asked = JSON.stringify(names.map((value) => value.toLowerCase()));
    parts.push({ text: `lower(${COLUMNS[name]}) IN (SELECT value FROM json_each(?))`, values: [asked] });
  }
  return { text: `(${parts.map((part) => part.text).join(' OR ')})`, values: parts.flatMap((part) => part.values) };
}

/** Not a pattern, nor a word for none. */
function isName(name: ColumnFilter, value: string): boolean {
  return name !== 'code' && value !== '' && value !== '<>' && !value.includes('*') && (name !== 'listing' || value.includes(' '));
}

function matches(name: ColumnFilter, column: string, value: string): Sql {
  if (name === 'code') return { text: `CAST(${column} AS TEXT) GLOB ?`, values: [value.replace(/x/gi, '?')] };
  if (name === 'provider' && value === '') return { text: `${column} IS NULL`, values: [] };
  if (value === '' || value === '<>') return { text: `lower(${column}) = ?`, values: [name === 'sender' ? '' : value] };
  // Anything, also what is not known.
  if (value === '*') return NOTHING;
  return { text: name === 'listing' && !value.includes(' ') ? 'l.list GLOB ?' : `lower(${column}) GLOB ?`, values: [value.toLowerCase()] };
}

/** Which outcomes to count; failures where nothing is asked. */
export function outcomesOf(filters: Filters): number[] {
  const asked = filters.outcome.length > 0 ? filters.outcome : (['deferred', 'bounced', 'expired'] as const);
  return asked.map((outcome) => OUTCOME_IDS[outcome]);
}

export function whereTime(range: Range): Sql {
  const parts: Sql[] = [];
  if (range.since !== null) parts.push({ text: 'e.time >= ?', values: [range.since] });
  if (range.until !== null) parts.push({ text: 'e.time < ?', values: [range.until] });
  return parts.length === 0 ? NOTHING : join(parts, ' AND ');
}
