import type { Suppressed } from '../report/suppress.js';
import { csvLine } from './csv.js';
import { isoTime } from './time.js';

/** One line of CSV for each address, with a head. */
export function suppressCsv(list: readonly Suppressed[]): string {
  const lines = list.map(({ address, cause, first, last, count, suggestion }) =>
    csvLine([address, cause, isoTime(first), isoTime(last), count, suggestion]),
  );
  return csvLine(['address', 'cause', 'first', 'last', 'count', 'suggestion']) + lines.join('');
}

/** The contract `bouncelog/suppress/1`. */
export function suppressJson(list: readonly Suppressed[]): object {
  return {
    schema: 'bouncelog/suppress/1',
    addresses: list.map(({ first, last, ...rest }) => ({ ...rest, first: isoTime(first), last: isoTime(last) })),
  };
}

/**
 * Addresses alone, one a line, for programs that read nothing else. One that holds a line break would be two there: it cannot be
 * written so and is left out.
 */
export function suppressPlain(list: readonly Suppressed[]): string {
  return list
    .filter(({ address }) => !/[\u0000-\u001f\u007f]/.test(address))
    .map(({ address }) => `${address}\n`)
    .join('');
}
