import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { parse, TomlError } from 'smol-toml';
import { UserError } from '../errors.js';
import { readError } from '../source/file.js';

/**
 * The configuration file: defaults for options, in TOML. What stands before the first table is for all commands, a table for the
 * command of its name; keys are the options' long names. Options win over the environment, the environment over the file.
 */
export interface Config {
  path: string;
  general: Record<string, unknown>;
  commands: Map<string, Record<string, unknown>>;
  lines: string[];
}

/** Options whose value the environment can give. */
const ENVIRONMENT: Record<string, string> = { db: 'BOUNCELOG_DB', rules: 'BOUNCELOG_RULES' };
/** What has no place in a file. */
const NEVER = new Set(['config', 'help', 'version', 'debug']);

/**
 * Reads a file and looks at every key and value.
 * @throws UserError naming file, line and key
 */
export function readConfig(path: string, program: Command): Config {
  const config = parsed(path);
  for (const [name, values] of config.commands) {
    const command = program.commands.find((one) => one.name() === name);
    if (command === undefined)
      throw mistake(config, name, null, `no command "${name}"`, `Tables are ${program.commands.map((one) => one.name()).join(', ')}.`);
    for (const key of Object.keys(values)) check(config, name, key, values[key], optionOf(command, key), command);
  }
  for (const [key, value] of Object.entries(config.general)) {
    const owner = program.commands.find((command) => optionOf(command, key) !== undefined);
    check(config, '', key, value, owner && optionOf(owner, key), owner ?? program);
  }
  return config;
}

function parsed(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw readError(path, error);
  }
  try {
    const config: Config = { path, general: {}, commands: new Map(), lines: text.split('\n') };
    for (const [key, value] of Object.entries(parse(text))) {
      if (typeof value === 'object' && !Array.isArray(value)) config.commands.set(key, value as Record<string, unknown>);
      else config.general[key] = value;
    }
    return config;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? '';
    throw new UserError(`${path}:${error.line}: not valid TOML: ${reason}`, { cause: error });
  }
}

function check(config: Config, table: string, key: string, value: unknown, option: Option | undefined, command: Command): void {
  if (table === 'ingest' && key === 'paths') {
    if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
      throw mistake(config, table, key, `${key} is a list of paths`, 'Like paths = ["/var/log/mail.log"].');
    return;
  }
  if (option === undefined)
    throw mistake(config, table, key, `no option "${key}"`, `See bouncelog ${table} --help; a key is an option without its hyphens.`);
  try {
    valueFor(option, value);
  } catch (error) {
    throw mistake(config, table, key, `${key}: ${(error as Error).message}`, `See bouncelog ${command.name()} --help.`);
  }
}

function optionOf(command: Command, key: string): Option | undefined {
  return NEVER.has(key) ? undefined : command.options.find(({ long }) => long === `--${key}`);
}

/** What commander would have made of the option's argument. */
function valueFor(option: Option, value: unknown): unknown {
  if (!option.required && !option.optional) {
    if (typeof value !== 'boolean') throw new Error('takes true or false');
    return value;
  }
  const values = Array.isArray(value) ? value : [value];
  let result: unknown;
  for (const one of values) {
    if (typeof one !== 'string' && typeof one !== 'number') throw new Error('takes a text or a number');
    const text = String(one);
    if (option.argChoices !== undefined && !option.argChoices.includes(text))
      throw new Error(`takes one of ${option.argChoices.join(', ')}, not "${text}"`);
    if (option.variadic) result = [...((result as string[] | undefined) ?? []), text];
    else result = option.parseArg === undefined ? text : option.parseArg(text, result);
  }
  if (values.length !== 1 && !Array.isArray(result)) throw new Error('takes one value, no list');
  return result;
}

/** Sets the options that neither the command line nor the environment has set. */
export function applyConfig(config: Config, command: Command, env: NodeJS.ProcessEnv = process.env): void {
  const own = config.commands.get(command.name()) ?? {};
  for (const [key, value] of Object.entries({ ...config.general, ...own })) {
    const option = optionOf(command, key);
    const variable = ENVIRONMENT[key];
    if (option === undefined || (variable !== undefined && env[variable])) continue;
    const source = command.getOptionValueSource(option.attributeName());
    if (source === undefined || source === 'default') command.setOptionValueWithSource(option.attributeName(), valueFor(option, value), 'config');
  }
  if (command.name() === 'ingest' && command.args.length === 0 && Array.isArray(own['paths'])) command.processedArgs[0] = own['paths'];
}

function mistake(config: Config, table: string, key: string | null, message: string, hint: string): UserError {
  return new UserError(`${config.path}:${lineOf(config.lines, table, key)}: ${message}`, { hint, exitCode: 2 });
}

/** The line of a key, or of the head of its table, from 1. */
function lineOf(lines: readonly string[], table: string, key: string | null): number {
  let current = '';
  let head = 1;
  for (const [index, line] of lines.entries()) {
    const found = /^\s*\[\s*"?([\w-]+)"?/.exec(line);
    if (found !== null) {
      current = found[1] ?? '';
      if (current === table) head = index + 1;
    } else if (current === table && key !== null && new RegExp(`^\\s*"?${key.replaceAll(/[^\w-]/g, '\\$&')}"?\\s*=`).test(line)) return index + 1;
  }
  return head;
}
