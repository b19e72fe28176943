import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Interpreter } from '../../src/bounce/interpret.js';

interface Labelled {
  text: string;
  cause: string;
  alt?: string[];
}

const read = (name: string) =>
  readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Labelled);

/** Real replies, read and labelled by hand; the usual ways of saying each cause, written down from experience; and what public sources quote. */
it.each(['replies.jsonl', 'replies-written.jsonl', 'replies-gathered.jsonl'])('agrees with people who read %s', (name) => {
  const labelled = read(name);
  const interpreter = new Interpreter();
  const wrong = labelled
    .map(({ text, cause, alt = [] }) => ({ text, expected: [cause, ...alt], got: interpreter.readBare(text).kind.cause }))
    .filter(({ expected, got }) => !expected.includes(got));
  expect(wrong.length, JSON.stringify(wrong, null, 1)).toBeLessThanOrEqual(labelled.length * 0.03);
  const unclassified = labelled.filter(({ text }) => interpreter.readBare(text).kind.cause === 'unclassified');
  expect(unclassified.length).toBeLessThanOrEqual(labelled.length * 0.03);
});
