import { allCauses } from '../bounce/causes.js';
import type { Rule } from '../bounce/rule.js';
import type { FailedExample, RuleTest } from '../report/rules.js';
import { plainTable } from './plain-table.js';
import { safeText } from './safe.js';
import { styleFor } from './style.js';
import { clip, labelled } from './wrap.js';

interface Options {
  width: number;
  coloured: boolean;
}

/** The rules in deciding order. */
export function rulesTable(rules: readonly Rule[], { width, coloured }: Options): string {
  const columns = ['Rule', 'Cause', 'Layer', 'Rank', 'Where'].map((head) => ({
    head,
    align: head === 'Rank' ? ('right' as const) : ('left' as const),
  }));
  const rows = rules.map((rule) => [
    clip(rule.id, Math.max(24, width - 52)),
    rule.cause,
    rule.layer,
    String(rule.rank),
    rule.own ? `${rule.file}:${rule.line}` : 'built-in',
  ]);
  return `${plainTable(columns, rows, styleFor(coloured))}\n`;
}

export function ruleJson(rule: Rule): object {
  const { text, not, ...rest } = rule;
  return { ...rest, text: text?.patterns ?? [], not: not?.patterns ?? [] };
}

/** The causes that a rule may name. */
export function causesTable({ width, coloured }: Options): string {
  const columns = ['Cause', 'Means'].map((head) => ({ head, align: 'left' as const }));
  const rows = [...allCauses().values()].filter(({ id }) => id !== 'unclassified').map(({ id, meaning }) => [id, clip(meaning, width - 26)]);
  return `${plainTable(columns, rows, styleFor(coloured))}\n`;
}

/** Which rule decides a reply, and which others would. */
export function ruleTestText(test: RuleTest, { width, coloured }: Options): string {
  const style = styleFor(coloured);
  const facts = [
    test.code === null ? 'no code' : `code ${test.code}`,
    test.enhanced === null ? 'no enhanced code' : `enhanced ${test.enhanced}`,
    `stage ${test.stage}`,
    ...(test.provider === null ? [] : [`provider ${test.provider}`]),
  ];
  const [first, ...others] = test.holding;
  const lines = [
    `${style.strong(test.cause)}${first === undefined ? ': no rule holds' : ` by ${where(first.rule)}`}`,
    ...(first === undefined ? [] : [labelled('  Because', because(first.rule, first.found), width)]),
    labelled('  Seen', safeText(test.seen), width),
    labelled('  Facts', facts.join(', '), width),
  ];
  if (others.length > 0) {
    lines.push(style.faint('  Rules that hold too, and come later:'));
    for (const { rule } of others) lines.push(clip(`    ${rule.cause.padEnd(24)}${where(rule)}`, width));
  }
  return `${lines.join('\n')}\n`;
}

export function ruleTestJson({ holding, ...test }: RuleTest): object {
  return {
    ...test,
    rules: holding.map(({ rule, found }) => ({
      id: rule.id,
      cause: rule.cause,
      layer: rule.layer,
      rank: rule.rank,
      file: rule.file,
      line: rule.line,
      found,
    })),
  };
}

function where({ id, file, line, own, layer, rank }: Rule): string {
  return `${id} (${own ? `${file}:${line}` : `built-in ${file.replace(/^rules\//, '')}:${line}`}, layer ${layer}, rank ${rank})`;
}

function because(rule: Rule, found: string | null): string {
  const parts = [
    ...(found === null ? [] : [`the text has '${safeText(found)}'`]),
    ...(rule.code.length > 0 ? [`the code is ${rule.code.join(' or ')}`] : []),
    ...(rule.enhanced.length > 0 ? [`the enhanced code is ${rule.enhanced.join(' or ')}`] : []),
    ...(rule.stage.length > 0 ? [`the stage is ${rule.stage.join(' or ')}`] : []),
    ...(rule.provider.length > 0 ? [`the provider is ${rule.provider.join(' or ')}`] : []),
    ...(rule.not === null ? [] : ['none of its exceptions is found']),
  ];
  return parts.join('; ');
}

/** What is wrong with examples, one line each. */
export function failedExampleText({ rule, example, decidedBy, isCounter }: FailedExample): string {
  const place = `${rule.file}:${rule.line}: rule "${rule.id}"`;
  if (isCounter) return `${place} decides its counter-example '${safeText(example)}'`;
  return `${place} does not decide its example '${safeText(example)}'; ${decidedBy === null ? 'no rule does' : `${decidedBy} does`}`;
}
