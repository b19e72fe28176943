import { RE2JS } from 're2js';
import { parse, TomlError } from 'smol-toml';
import { UserError } from '../errors.js';
import { allCauses } from './causes.js';
import { LAYERS, type Layer, type Phrase, type Rule, type RuleFile } from './rule.js';
import { STAGES, type Stage } from './stage.js';

const KEYS = new Set(['id', 'cause', 'layer', 'rank', 'text', 'not', 'code', 'enhanced', 'stage', 'provider', 'examples', 'counter']);

/**
 * Who wrote the rules decides which engine runs them. An admin's expressions run in RE2, whose time is linear in the text
 * whatever the expression, and which refuses what it cannot run so (look-around, back references). Ours run in V8, fifty times
 * as fast; tests see to it that RE2 accepts each and finds the same.
 */
export type Author = 'built-in' | 'own';

/**
 * The rules of one file.
 * @throws UserError naming file, line and key when the file or a rule is not valid
 */
export function readRuleFile(file: RuleFile, author: Author): Rule[] {
  const tables = tablesOf(file);
  const lines = file.text.split('\n');
  const starts = lines.flatMap((line, index) => (/^\s*\[\[\s*rule\s*\]\]/.test(line) ? [index + 1] : []));
  const rules = tables.map((table, index) =>
    readRule(table, new Place(file.name, lines, starts[index] ?? 1, starts[index + 1] ?? lines.length + 1), author),
  );
  const seen = new Map<string, Rule>();
  for (const rule of rules) {
    const other = seen.get(rule.id);
    if (other !== undefined)
      throw new UserError(`${file.name}:${rule.line}: rule "${rule.id}" stands in line ${other.line} already`, { hint: 'Give it another id.' });
    seen.set(rule.id, rule);
  }
  return rules;
}

function tablesOf(file: RuleFile): Record<string, unknown>[] {
  let data: Record<string, unknown>;
  try {
    data = parse(file.text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? '';
    throw new UserError(`${file.name}:${error.line}: not valid TOML: ${reason}`, {
      hint: 'Rules are [[rule]] tables; see `bouncelog rules --help`.',
      cause: error,
    });
  }
  for (const key of Object.keys(data)) {
    if (key !== 'rule') throw new UserError(`${file.name}: unknown table "${key}"`, { hint: 'Rules are [[rule]] tables.' });
  }
  const tables = data['rule'];
  if (!Array.isArray(tables)) throw new UserError(`${file.name}: no [[rule]] in this file`, { hint: 'Rules are [[rule]] tables.' });
  return tables as Record<string, unknown>[];
}

/** Where a rule stands, to name the line of each of its keys. */
class Place {
  readonly line: number;
  readonly #file: string;
  readonly #lines: readonly string[];
  readonly #end: number;
  id = '';

  constructor(file: string, lines: readonly string[], line: number, end: number) {
    this.#file = file;
    this.#lines = lines;
    this.line = line;
    this.#end = end;
  }

  get file(): string {
    return this.#file;
  }

  /** @param value what is wrong in it, where the key's value has several lines */
  error(key: string | null, problem: string, value?: string): UserError {
    const inRule = (test: (line: string) => boolean) => {
      for (let i = this.line; i < this.#end; i++) if (test(this.#lines[i - 1] ?? '')) return i;
      return null;
    };
    const ofValue = value === undefined ? null : inRule((line) => line.includes(value));
    const ofKey = key === null ? null : inRule((line) => new RegExp(`^\\s*"?${key}"?\\s*=`).test(line));
    const name = this.id === '' ? '' : `rule "${this.id}": `;
    return new UserError(`${this.#file}:${ofValue ?? ofKey ?? this.line}: ${name}${problem}`, {
      hint: '`bouncelog rules check FILE` looks at all of a file.',
    });
  }
}

function readRule(table: Record<string, unknown>, place: Place, author: Author): Rule {
  const id = table['id'];
  if (typeof id !== 'string' || !/^[a-z0-9-]+$/.test(id)) throw place.error('id', '"id" must be a name of a-z, 0-9 and -');
  place.id = id;
  for (const key of Object.keys(table)) if (!KEYS.has(key)) throw place.error(key, `unknown key "${key}"; known are ${[...KEYS].join(', ')}`);
  const cause = table['cause'];
  if (typeof cause !== 'string' || !allCauses().has(cause) || cause === 'unclassified') {
    throw place.error(
      'cause',
      `"cause" must be one of ${[...allCauses().keys()].filter((one) => one !== 'unclassified').join(', ')}; not ${JSON.stringify(cause ?? null)}`,
    );
  }
  const layer = (table['layer'] ?? 'text') as Layer;
  if (!LAYERS.includes(layer)) throw place.error('layer', `"layer" must be one of ${LAYERS.join(', ')}`);
  const rank = table['rank'] ?? 50;
  if (typeof rank !== 'number' || rank < 0 || rank > 100) throw place.error('rank', '"rank" must be a number from 0 to 100');
  const stage = strings(table, 'stage', place);
  for (const one of stage)
    if (!STAGES.includes(one as Stage)) throw place.error('stage', `"stage" knows no "${one}"; known are ${STAGES.join(', ')}`, one);
  const rule: Rule = {
    id,
    cause,
    layer,
    rank,
    text: anyOf(strings(table, 'text', place), 'text', place, author),
    not: anyOf(strings(table, 'not', place), 'not', place, author),
    code: codes(strings(table, 'code', place), 'code', /^[245]\d{0,2}$/, place),
    enhanced: codes(strings(table, 'enhanced', place), 'enhanced', /^(?:[245]\.)?\d{1,3}\.\d{1,3}$/, place),
    stage: stage as Stage[],
    provider: strings(table, 'provider', place),
    examples: strings(table, 'examples', place),
    counter: strings(table, 'counter', place),
    file: place.file,
    line: place.line,
    own: author === 'own',
  };
  const conditions = [rule.code, rule.enhanced, rule.stage, rule.provider];
  if (rule.text === null && conditions.every((list) => list.length === 0)) throw place.error(null, 'has no condition; it would decide every reply');
  return rule;
}

function strings(table: Record<string, unknown>, key: string, place: Place): string[] {
  const value = table[key] ?? [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) throw place.error(key, `"${key}" must be a list of strings`);
  return value as string[];
}

function codes(list: string[], key: string, form: RegExp, place: Place): string[] {
  for (const one of list) if (!form.test(one)) throw place.error(key, `"${key}" holds no code: "${one}"`, one);
  return list;
}

/** One expression for the whole list: the alternatives are tried in one pass. */
function anyOf(patterns: string[], key: string, place: Place, author: Author): Phrase | null {
  if (patterns.length === 0) return null;
  const expressions = patterns.map((pattern) => `(?:${masksLiteral(pattern)})`);
  const source = expressions.join('|');
  if (author === 'built-in') return builtInPhrase(patterns, expressions, source);
  for (const pattern of patterns) {
    const problem = re2Problem(masksLiteral(pattern));
    if (problem !== null) throw place.error(key, `"${key}" holds an expression that is refused: '${pattern}': ${problem}`, pattern);
  }
  const compiled = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  const find = (text: string) => {
    const matcher = compiled.matcher(text);
    return matcher.find() ? (matcher.group() ?? '') : null;
  };
  return { patterns, source, test: (text) => compiled.matcher(text).find(), find };
}

/** V8 takes disproportionately long to compile a long expression: of the time of the first 200 texts, a sixth more in one piece. */
const EXPRESSION_LENGTH = 1200;

/**
 * Our own phrases, which the tests have looked at. They are looked for in lower case: compiled at first use, expressions that ignore case took
 * twice as long, 100 ms of each run that reads replies, and with the u flag another 80.
 */
function builtInPhrase(patterns: string[], expressions: string[], source: string): Phrase {
  const pieces: RegExp[] = [];
  let piece = '';
  for (const expression of expressions.map(inLowerCase)) {
    if (piece !== '' && piece.length + expression.length > EXPRESSION_LENGTH) {
      pieces.push(new RegExp(piece));
      piece = '';
    }
    piece = piece === '' ? expression : `${piece}|${expression}`;
  }
  pieces.push(new RegExp(piece));
  return {
    patterns,
    source,
    test: (text) => pieces.some((one) => one.test(text)),
    find: (text) => new RegExp(source, 'i').exec(text)?.[0] ?? null,
  };
}

/** An expression for a text in lower case; what a backslash escapes stays as it is (`\S` is not `\s`). */
function inLowerCase(expression: string): string {
  return expression.replaceAll(/\\.|[^\\]+/g, (part) => (part.startsWith('\\') ? part : part.toLowerCase()));
}

function re2Problem(pattern: string): string | null {
  try {
    RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
    return null;
  } catch (error) {
    const message = (error as Error).message.replace(/^error parsing regexp: /, '');
    const cannotBeLinear = /\(\?[=!<]|invalid escape sequence: `\\[1-9k]/.test(message);
    return cannotBeLinear ? `${message} (look-around and back references can run away on hostile text)` : message;
  }
}

/** `{address}` and its like are masks, not quantifiers. */
function masksLiteral(pattern: string): string {
  return pattern.replaceAll(/\{(address|ip|host|number|id|time|text)\}/g, '\\{$1\\}');
}
