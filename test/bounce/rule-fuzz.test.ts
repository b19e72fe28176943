import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRuleFile } from '../../src/bounce/rule-file.js';
import { UserError } from '../../src/errors.js';

const FILE = readFileSync(new URL('../../src/bounce/rules/1-address.toml', import.meta.url), 'utf8').slice(0, 4000);
const PIECES = [
  '"',
  "'",
  '[',
  ']',
  '[[',
  '[[rule]]\n',
  '\n',
  '=',
  '#',
  '\\',
  '\\u',
  '{',
  '(?=',
  '(',
  '*',
  '+{9999}',
  '\0',
  '1',
  '-',
  'rank = ',
  'text = 5',
  'cause = "x"\n',
  '[['.repeat(5000),
];

/** A rule file with pieces cut out, and others put in their place. */
const mutated = fc
  .array(fc.tuple(fc.nat(FILE.length), fc.nat(30), fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom(...PIECES))), {
    minLength: 1,
    maxLength: 4,
  })
  .map((changes) => changes.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), FILE));

it('a damaged rule file is read, or refused with a line that names it', () => {
  let refused = 0;
  fc.assert(
    fc.property(mutated, (text) => {
      try {
        expect(readRuleFile({ name: 'mine.toml', text }, 'own')).toBeInstanceOf(Array);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).toMatch(/^mine\.toml(:\d+)?: /);
        refused++;
      }
    }),
    { numRuns: 1000 },
  );
  expect(refused).toBeGreaterThan(100);
});
