import { describe, expect, it } from 'vitest';
import { allCauses } from '../../src/bounce/causes.js';
import { Interpreter } from '../../src/bounce/interpret.js';
import { builtInRules, readRules } from '../../src/bounce/rules.js';

const rules = builtInRules();
const interpreter = new Interpreter();

describe('built-in rules', () => {
  it('have ids of their own', () => {
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
  });

  it.each([...allCauses().keys()].filter((id) => id !== 'unclassified'))('%s has a rule', (cause) => {
    expect(rules.some((rule) => rule.cause === cause)).toBe(true);
  });

  it.each(rules.map((rule) => [rule.id, rule.examples.length] as const))('%s has examples', (_, examples) => {
    expect(examples).toBeGreaterThan(0);
  });

  it.each(rules.flatMap((rule) => rule.examples.map((example) => [rule.id, example] as const)))('%s decides: %s', (id, example) => {
    const rule = rules.find((one) => one.id === id);
    const { kind } = interpreter.readBare(example, rule?.provider[0] ?? null);
    expect(kind.cause).toBe(rule?.cause);
  });

  it.each(rules.flatMap((rule) => rule.counter.map((example) => [rule.id, example] as const)))('%s does not decide: %s', (id, example) => {
    expect(interpreter.readBare(example).kind.rule).not.toBe(id);
  });
});

describe('a rule file', () => {
  it.each([
    [{ id: 'x', cause: 'nonsense' }, 'f.toml, rule 1 (x): "cause" is not a known cause: nonsense'],
    [{ id: 'X Y', cause: 'virus' }, 'f.toml, rule 1: "id" must be a name of a-z, 0-9 and -'],
    [{ id: 'x', cause: 'virus', txt: [] }, 'f.toml, rule 1 (x): unknown key "txt"'],
    [{ id: 'x', cause: 'virus', text: ['('] }, 'f.toml, rule 1 (x): "text" holds an invalid expression'],
    [{ id: 'x', cause: 'virus', rank: 101 }, '"rank" must be a number from 0 to 100'],
    [{ id: 'x', cause: 'virus', layer: 'first' }, '"layer" must be one of'],
    [{ id: 'x', cause: 'virus', stage: ['later'] }, '"stage" knows no "later"'],
    [{ id: 'x', cause: 'virus', text: 'virus' }, '"text" must be a list of strings'],
  ])('%j is refused', (rule, message) => {
    expect(() => readRules({ rule: [rule] }, 'f.toml')).toThrow(message);
  });
});
