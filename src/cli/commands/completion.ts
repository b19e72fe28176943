import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import type { NameKind } from '../../report/report-store.js';
import { newCommand } from '../commands.js';
import { databasePath } from '../database.js';
import { write } from '../output.js';
import { openReports } from '../reports.js';

const SHELLS = ['bash', 'zsh', 'fish'];

/** Options whose values stand in the database. */
const FROM_DATABASE: Record<string, NameKind> = { '--provider': 'provider', '--host': 'host', '--listing': 'listing', '--domain': 'domain' };

export function addCompletion(program: Command): Command {
  return newCommand(program, 'complete')
    .argument('[words...]', 'bash, zsh or fish: prints the script for it')
    .addHelpText(
      'after',
      `
Examples:
  $ source <(bouncelog complete bash)                                 in ~/.bashrc
  $ source <(bouncelog complete zsh)                                  in ~/.zshrc
  $ bouncelog complete fish > ~/.config/fish/completions/bouncelog.fish`,
    )
    .action(async (words: string[]) => {
      const { RootCommand } = await import('@bomb.sh/tab');
      const root = new RootCommand();
      // The scripts ask with `complete -- words`.
      if (process.argv[3] === '--') {
        if (takesPath(program, words)) {
          // The shell's own completion of files.
          await write(':0\n');
          return;
        }
        await describe(root, program, words);
        root.parse(words);
        return;
      }
      const [shell = ''] = words;
      if (!SHELLS.includes(shell)) throw new UserError(`complete takes ${SHELLS.join(', ')}; not "${shell}"`, { exitCode: 2 });
      root.setup('bouncelog', 'bouncelog', shell);
    });
}

const PATH_OPTIONS = new Set(['--db', '--config', '--rules', '--html', '--output', '--sendmail']);

/** Whether the word that is being completed is a file. */
function takesPath(program: Command, words: readonly string[]): boolean {
  const command = program.commands.find((one) => one.name() === words[0]);
  const [before = '', last = ''] = words.slice(-2);
  if (command === undefined || words.length < 2 || last.startsWith('-')) return false;
  const option = command.options.find(({ long, short }) => before === long || before === short);
  if (option !== undefined && (option.required || option.optional)) return PATH_OPTIONS.has(option.long ?? '');
  return (
    command.registeredArguments.some((argument) => ['paths', 'file', 'what'].includes(argument.name()) || argument.name().startsWith('text')) &&
    command.name() !== 'trace'
  );
}

type Root = InstanceType<typeof import('@bomb.sh/tab').RootCommand>;

/** Tells the completion of all commands and options, from their definitions. */
async function describe(root: Root, program: Command, words: readonly string[]): Promise<void> {
  const values = await valuesFor(words);
  for (const command of program.commands) {
    for (const [name, one] of [
      [command.name(), command] as const,
      ...command.commands.map((inner) => [`${command.name()} ${inner.name()}`, inner] as const),
    ]) {
      const described = root.command(name, one.description());
      for (const option of one.options) {
        const long = option.long ?? '';
        const choices = option.argChoices ?? (long === values.option ? values.values : []);
        const handler = (complete: (value: string, description: string) => void) => {
          for (const choice of choices) complete(choice, '');
        };
        if (option.required || option.optional) described.option(long.slice(2), option.description, handler, option.short?.slice(1));
        else described.option(long.slice(2), option.description, option.short?.slice(1));
      }
    }
  }
}

/** Values for the option that is being completed, where they are not fixed. */
async function valuesFor(words: readonly string[]): Promise<{ option: string; values: string[] }> {
  const [before = '', last = ''] = words.slice(-2);
  const [option, prefix] = last.startsWith('--') && last.includes('=') ? (last.split('=', 2) as [string, string]) : [before, last];
  if (option === '--cause') {
    const { allCauses } = await import('../../bounce/causes.js');
    return { option, values: [...allCauses().keys()] };
  }
  if (option === '--by') {
    const { GROUPS } = await import('../../report/question.js');
    return { option, values: [...GROUPS] };
  }
  const kind = FROM_DATABASE[option];
  const given = words.indexOf('--db');
  const path = databasePath(given < 0 ? undefined : words[given + 1]);
  if (kind === undefined || !existsSync(path)) return { option, values: [] };
  const store = await openReports(path);
  try {
    return { option, values: store.namesLike(kind, prefix) };
  } finally {
    store.close();
  }
}
