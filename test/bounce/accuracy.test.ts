import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Interpreter } from '../../src/bounce/interpret.js';

interface Labelled {
  text: string;
  cause: string;
  alt?: string[];
}

const labelled = readFileSync(new URL('../fixtures/replies.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Labelled);

it('agrees with people who read real replies', () => {
  const interpreter = new Interpreter();
  const wrong = labelled
    .map(({ text, cause, alt = [] }) => ({ text, expected: [cause, ...alt], got: interpreter.readBare(text).kind.cause }))
    .filter(({ expected, got }) => !expected.includes(got));
  expect(wrong.length, JSON.stringify(wrong, null, 1)).toBeLessThanOrEqual(labelled.length * 0.03);
  const unclassified = labelled.filter(({ text }) => interpreter.readBare(text).kind.cause === 'unclassified');
  expect(unclassified.length).toBeLessThanOrEqual(labelled.length * 0.03);
});
