import type { Suppressed } from '../report/suppress.js';
import { csvLine } from './csv.js';
import { isoTime } from './time.js';

/** One line of CSV for each address, behind a head. */
export function* suppressCsv(list: Iterable<Suppressed>): Iterable<string> {
  yield csvLine(['address', 'cause', 'first', 'last', 'count', 'suggestion']);
  for (const { address, cause, first, last, count, suggestion } of list) {
    yield csvLine([address, cause, isoTime(first), isoTime(last), count, suggestion]);
  }
}

/** The contract `bouncelog/suppress/1`, in pieces. */
export function* suppressJson(list: Iterable<Suppressed>): Iterable<string> {
  yield '{\n  "schema": "bouncelog/suppress/1",\n  "addresses": [';
  let separator = '\n';
  for (const { first, last, ...rest } of list) {
    const address = JSON.stringify({ ...rest, first: isoTime(first), last: isoTime(last) }, null, 2);
    yield `${separator}    ${address.replaceAll('\n', '\n    ')}`;
    separator = ',\n';
  }
  yield separator === '\n' ? ']\n}\n' : '\n  ]\n}\n';
}

/**
 * Addresses alone, one a line, for programs that read nothing else. One that holds a line break would be two there: it cannot be
 * written so and is left out.
 */
export function* suppressPlain(list: Iterable<Suppressed>): Iterable<string> {
  for (const { address } of list) if (!/[\u0000-\u001f\u007f]/.test(address)) yield `${address}\n`;
}
