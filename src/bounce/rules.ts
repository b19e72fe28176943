import { createHash } from 'node:crypto';
import { readDataText, ruleFileNames } from './data-files.js';
import { LAYERS, type Rule, type RuleFile } from './rule.js';
import { readRuleFile } from './rule-file.js';

/** The built-in rules in the order in which they decide. */
export function builtInRules(): Rule[] {
  return inOrder(ruleFileNames().flatMap((name) => readRuleFile({ name, text: readDataText(name) }, 'built-in')));
}

/**
 * The built-in rules with an admin's own before them: one with the id of a built-in rule takes its place.
 * @throws UserError naming file, line and key when a rule is not valid
 */
export function allRules(own: readonly RuleFile[]): Rule[] {
  const ownRules = own.flatMap((file) => readRuleFile(file, 'own'));
  const overridden = new Set(ownRules.map((rule) => rule.id));
  return [...inOrder(ownRules), ...builtInRules().filter((rule) => !overridden.has(rule.id))];
}

/** Rules sorted by layer, then rank; equal ones keep the order of their files. */
export function inOrder(rules: Rule[]): Rule[] {
  return rules.toSorted((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer) || b.rank - a.rank);
}

/** Names a set of rules: the same name, the same classification of every reply. */
export function versionOf(rules: readonly Rule[]): string {
  const deciding = rules.map(({ id, cause, text, not, code, enhanced, stage, provider }) => [
    id,
    cause,
    text?.source,
    not?.source,
    code,
    enhanced,
    stage,
    provider,
  ]);
  return createHash('sha256').update(JSON.stringify(deciding)).digest('hex').slice(0, 16);
}
