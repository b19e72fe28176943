import { expect, it } from 'vitest';
import { Interpreter, type ReplyKind } from '../../src/bounce/interpret.js';
import { fillTemplate, NO_CONTEXT } from '../../src/bounce/template.js';

/** A word that no mask knows. */
const word = (n: number) => [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');

it('keeps a bounded number of kinds, whatever a server writes, and the exact text of each reply', () => {
  const interpreter = new Interpreter(undefined, 50);
  const kinds = new Set<ReplyKind>();
  for (let i = 0; i < 5_000; i++) {
    const text = `${i % 2 === 0 ? '550 5.7.1' : '450'} ${word(i)} ${word(i * 7)} zz`;
    const { kind, values } = interpreter.readBare(text);
    kinds.add(kind);
    expect(fillTemplate(kind.template, values, NO_CONTEXT)).toBe(text);
  }
  expect(kinds.size).toBeLessThanOrEqual(52);
});

it('keeps apart what is said with different codes when there are too many', () => {
  const interpreter = new Interpreter(undefined, 1);
  interpreter.readBare('250 first');
  expect(interpreter.readBare('550 5.1.1 one').kind).toMatchObject({ template: '{text}', code: 550, enhanced: '5.1.1', cause: 'unknown-user' });
  expect(interpreter.readBare('450 4.7.1 two').kind).toMatchObject({ template: '{text}', code: 450, enhanced: '4.7.1' });
});
