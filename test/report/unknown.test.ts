import { describe, expect, it } from 'vitest';
import { Classifier } from '../../src/bounce/classify.js';
import { Interpreter } from '../../src/bounce/interpret.js';
import { allRules } from '../../src/bounce/rules.js';
import { clusters, type UnknownKind } from '../../src/report/unknown.js';

const kind = (template: string, deliveries: number, more: Partial<UnknownKind> = {}): UnknownKind => ({
  template,
  code: 550,
  enhanced: null,
  stage: 'rcpt',
  deliveries,
  lastSeen: deliveries,
  sample: template.replaceAll(/\{[a-z]+\}/g, 'x1'),
  domains: ['c.example'],
  ...more,
});

const KINDS = [
  kind('550 the gnome of {host} has gone fishing, ask {address}', 5),
  kind('550 quite another matter with the flux capacitor', 3),
  kind('550 5.9.9 the gnome of the second house has gone fishing (code {id}), ask nobody', 4, {
    code: 550,
    enhanced: '5.9.9',
    domains: ['d.example'],
  }),
  kind('450 the tide is out (again) [it\'s "low"]', 2, { code: 450 }),
];

describe('unknown replies', () => {
  it('are clustered by likeness, most deliveries first', () => {
    const found = clusters(KINDS);
    expect(found.map(({ deliveries, templates }) => [deliveries, templates.length])).toEqual([
      [9, 2],
      [3, 1],
      [2, 1],
    ]);
    expect(found[0]).toMatchObject({ codes: [550], enhanced: [null, '5.9.9'], domains: ['c.example', 'd.example'], lastSeen: 5 });
  });

  it('come with a rule that is valid and decides them', () => {
    for (const cluster of clusters(KINDS)) {
      const rules = allRules([{ name: 'own.toml', text: cluster.rule }]);
      const [rule] = rules;
      expect(rule?.own).toBe(true);
      const interpreter = new Interpreter(new Classifier(rules));
      expect(interpreter.readBare(cluster.sample).kind.rule).toBe(rule?.id);
      for (const template of cluster.templates) expect(rule?.text?.test(template)).toBe(true);
    }
    expect(clusters(KINDS)[2]?.rule).toContain('cause = "server-temporary-error"');
  });

  it('have a rule also without a word in them', () => {
    const [cluster] = clusters([kind('550 {id}', 1, { sample: '550 7f3a' })]);
    expect(cluster?.rule).toContain('code = ["550"]');
    expect(() => allRules([{ name: 'own.toml', text: cluster?.rule ?? '' }])).not.toThrow();
  });
});
