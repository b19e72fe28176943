import { UserError } from '../errors.js';
import { allCauses } from './causes.js';
import { readData, ruleFileNames } from './data.js';
import { STAGES, type Stage } from './reply.js';

/** Rules of an earlier layer decide before rules of a later one (causes.md: text, provider's code, enhanced code, basic code). */
export const LAYERS = ['text', 'provider', 'enhanced', 'weak', 'code'] as const;
export type Layer = (typeof LAYERS)[number];

/** One rule; see `rules/README.md`. A condition that is empty holds always. */
export interface Rule {
  id: string;
  cause: string;
  layer: Layer;
  rank: number;
  text: RegExp | null;
  not: RegExp | null;
  code: string[];
  enhanced: string[];
  stage: Stage[];
  provider: string[];
  examples: string[];
  counter: string[];
}

const KEYS = new Set(['id', 'cause', 'layer', 'rank', 'text', 'not', 'code', 'enhanced', 'stage', 'provider', 'examples', 'counter']);

/** The built-in rules in the order in which they decide. */
export function builtInRules(): Rule[] {
  return inOrder(ruleFileNames().flatMap((name) => readRules(readData(name), name)));
}

/** Rules sorted by layer, then rank; equal ones keep the order of their files. */
export function inOrder(rules: Rule[]): Rule[] {
  return rules.toSorted((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer) || b.rank - a.rank);
}

/**
 * The rules of one parsed file.
 * @throws UserError naming file, rule and key when a rule is not valid.
 */
export function readRules(data: Record<string, unknown>, file: string): Rule[] {
  const tables = data['rule'];
  if (!Array.isArray(tables)) throw new UserError(`${file}: no [[rule]] in this file`);
  return tables.map((table: Record<string, unknown>, index) => readRule(table, `${file}, rule ${index + 1}`));
}

function readRule(table: Record<string, unknown>, where: string): Rule {
  const id = table['id'];
  if (typeof id !== 'string' || !/^[a-z0-9-]+$/.test(id)) throw new UserError(`${where}: "id" must be a name of a-z, 0-9 and -`);
  const at = `${where} (${id})`;
  for (const key of Object.keys(table)) if (!KEYS.has(key)) throw new UserError(`${at}: unknown key "${key}"`);
  const cause = table['cause'];
  if (typeof cause !== 'string' || !allCauses().has(cause)) throw new UserError(`${at}: "cause" is not a known cause: ${String(cause)}`);
  const layer = (table['layer'] ?? 'text') as Layer;
  if (!LAYERS.includes(layer)) throw new UserError(`${at}: "layer" must be one of ${LAYERS.join(', ')}`);
  const rank = table['rank'] ?? 50;
  if (typeof rank !== 'number' || rank < 0 || rank > 100) throw new UserError(`${at}: "rank" must be a number from 0 to 100`);
  const stage = strings(table, 'stage', at);
  for (const one of stage) if (!STAGES.includes(one as Stage)) throw new UserError(`${at}: "stage" knows no "${one}"`);
  return {
    id,
    cause,
    layer,
    rank,
    text: anyOf(strings(table, 'text', at), 'text', at),
    not: anyOf(strings(table, 'not', at), 'not', at),
    code: strings(table, 'code', at),
    enhanced: strings(table, 'enhanced', at),
    stage: stage as Stage[],
    provider: strings(table, 'provider', at),
    examples: strings(table, 'examples', at),
    counter: strings(table, 'counter', at),
  };
}

function strings(table: Record<string, unknown>, key: string, at: string): string[] {
  const value = table[key] ?? [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) throw new UserError(`${at}: "${key}" must be a list of strings`);
  return value as string[];
}

/** One expression for the whole list: V8 tries the alternatives in one pass. */
function anyOf(patterns: string[], key: string, at: string): RegExp | null {
  if (patterns.length === 0) return null;
  for (const pattern of patterns) {
    try {
      new RegExp(pattern, 'i');
    } catch (error) {
      throw new UserError(`${at}: "${key}" holds an invalid expression '${pattern}': ${(error as Error).message}`);
    }
  }
  return new RegExp(
    patterns
      .map(masksLiteral)
      .map((one) => `(?:${one})`)
      .join('|'),
    'iu',
  );
}

/** `{address}` and its like are masks, not quantifiers. */
function masksLiteral(pattern: string): string {
  return pattern.replaceAll(/\{(address|ip|host|number|id|time|text)\}/g, '\\{$1\\}');
}
