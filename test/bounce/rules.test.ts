import { readFileSync } from 'node:fs';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { allCauses } from '../../src/bounce/causes.js';
import { Classifier } from '../../src/bounce/classify.js';
import { Interpreter } from '../../src/bounce/interpret.js';
import { readRuleFile } from '../../src/bounce/rule-file.js';
import { allRules, builtInRules, versionOf } from '../../src/bounce/rules.js';
import { textForRules } from '../../src/bounce/template.js';

const rules = builtInRules();
const interpreter = new Interpreter();

describe('built-in rules', () => {
  it('have ids of their own', () => {
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
  });

  it.each([...allCauses().keys()].filter((id) => id !== 'unclassified'))('%s has a rule', (cause) => {
    expect(rules.some((rule) => rule.cause === cause)).toBe(true);
  });

  it.each(rules.map((rule) => [rule.id, Math.min(rule.examples.length, rule.counter.length)] as const))(
    '%s has examples and counter-examples',
    (_, examples) => {
      expect(examples).toBeGreaterThan(0);
    },
  );

  it.each(rules.flatMap((rule) => rule.examples.map((example) => [rule.id, example] as const)))('%s decides: %s', (id, example) => {
    const rule = rules.find((one) => one.id === id);
    const { kind } = interpreter.readBare(example, rule?.provider[0] ?? null);
    expect(kind.cause).toBe(rule?.cause);
  });

  it.each(rules.flatMap((rule) => rule.counter.map((example) => [rule.id, example] as const)))('%s does not decide: %s', (id, example) => {
    expect(interpreter.readBare(example).kind.rule).not.toBe(id);
  });

  it('have no words that another of their expressions finds anyway', () => {
    const WORDS = /^[\p{L}\d _,:;'’=@#<>/&%!-]+$/u;
    /** Whether a text that has these words in it is always found by it. */
    const finds = (expression: string, words: string) => !/[\^$]|\\b/.test(expression) && new RegExp(expression, 'i').test(words);
    const needless = rules.flatMap(({ id, text, not }) =>
      [text?.patterns ?? [], not?.patterns ?? []].flatMap((patterns) =>
        patterns
          .filter((words, index) => WORDS.test(words) && patterns.some((other, at) => at !== index && finds(other, words)))
          .map((words) => `${id}: ${words}`),
      ),
    );
    expect(needless).toEqual([]);
  });
});

describe('RE2, which runs the rules of admins,', () => {
  const textsOf = (name: string) =>
    readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .map((line) => textForRules((JSON.parse(line) as { text: string }).text));
  const foreign = textsOf('replies-gathered.jsonl').filter((text) => /[^\x20-\x7e]/.test(text));
  const replies = [...textsOf('replies.jsonl').slice(0, 60), ...foreign.slice(0, 60)];

  it.each(rules.flatMap((rule) => [rule.text, rule.not].flatMap((phrase) => (phrase === null ? [] : [[rule.id, phrase] as const]))))(
    'accepts the expressions of %s and finds the same, in capitals as well',
    (_, phrase) => {
      const compiled = RE2JS.compile(phrase.source, RE2JS.CASE_INSENSITIVE);
      for (const reply of replies) expect(phrase.test(reply.toLowerCase()), reply).toBe(compiled.matcher(reply).find());
    },
  );
});

describe('a rule file', () => {
  const FILE = `# mine
[[rule]]
id = "first"
cause = "virus"
text = ['worm']

[[rule]]
id = "second"
cause = "virus"
layer = "text"
text = [
  'harmless',
  'PATTERN',
]
`;
  it.each([
    [FILE.replace('"virus"\nlayer', '"nonsense"\nlayer'), 'f.toml:9: rule "second": "cause" must be one of unknown-user, '],
    [FILE.replace('"second"', '"X Y"'), 'f.toml:8: "id" must be a name of a-z, 0-9 and -'],
    [FILE.replace('"second"', '"first"'), 'f.toml:7: rule "first" stands in line 2 already'],
    [FILE.replace('layer =', 'lair ='), 'f.toml:10: rule "second": unknown key "lair"; known are id, '],
    [FILE.replace('PATTERN', '(unclosed'), `f.toml:13: rule "second": "text" holds an expression that is refused: '(unclosed': missing closing )`],
    [FILE.replace('PATTERN', '(a+)+(?=b)'), '(?=` (look-around and back references can run away on hostile text)'],
    [FILE.replace('PATTERN', '(a)\\1'), 'look-around and back references can run away'],
    [FILE.replace('layer = "text"', 'rank = 101'), 'f.toml:10: rule "second": "rank" must be a number from 0 to 100'],
    [FILE.replace('layer = "text"', 'layer = "first"'), 'f.toml:10: rule "second": "layer" must be one of'],
    [FILE.replace('layer = "text"', 'stage = ["later"]'), 'f.toml:10: rule "second": "stage" knows no "later"'],
    [FILE.replace('layer = "text"', 'code = ["6xx"]'), 'f.toml:10: rule "second": "code" holds no code: "6xx"'],
    [FILE.replace("text = ['worm']", "text = 'worm'"), 'f.toml:5: rule "first": "text" must be a list of strings'],
    [FILE.replace("text = ['worm']", ''), 'f.toml:2: rule "first": has no condition; it would decide every reply'],
    [FILE.replace('id = "first"', 'id = first'), 'f.toml:3: not valid TOML'],
    ['x = 1', 'f.toml: unknown table "x"'],
    ['', 'f.toml: no [[rule]] in this file'],
  ])('is refused, and the line named: %#', (text, message) => {
    expect(() => readRuleFile({ name: 'f.toml', text }, 'own')).toThrow(message);
  });

  it('comes before the built-in rules, and takes the place of one with its id', () => {
    const own = { name: 'f.toml', text: `[[rule]]\nid = "unknown-user-phrase"\ncause = "address-moved"\ntext = ['user unknown']\n` };
    const both = allRules([own]);
    expect(both[0]).toMatchObject({ id: 'unknown-user-phrase', cause: 'address-moved', file: 'f.toml', line: 1, own: true });
    expect(both.filter((rule) => rule.id === 'unknown-user-phrase')).toHaveLength(1);
    expect(both).toHaveLength(rules.length);
    expect(new Interpreter(new Classifier(both)).readBare('550 5.1.1 User unknown').kind).toMatchObject({ cause: 'address-moved' });
    expect(versionOf(both)).not.toBe(versionOf(rules));
  });

  it('of an admin is linear on hostile text', () => {
    const own = { name: 'f.toml', text: `[[rule]]\nid = "x"\ncause = "virus"\ntext = ['(a+)+$', '(a|a)*b', '(.*)*x']\n` };
    const classifier = new Classifier(allRules([own]));
    const reply = { template: `550 ${'a'.repeat(4000)}!`, code: 550, enhanced: null, stage: 'rcpt' as const, provider: null };
    expect(classifier.classify(reply).rule).not.toBe('x');
  });
});
