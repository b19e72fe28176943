import { Command } from 'commander';
import { COMMANDS, type CommandName, newCommand } from './commands.js';
import { configPath } from './config-path.js';
import { packageVersion } from './version.js';

/** The modules of the commands: each is loaded when it is asked for. */
const MODULES: Record<CommandName, () => Promise<(program: Command) => Command>> = {
  ingest: async () => (await import('./commands/ingest.js')).addIngest,
  top: async () => (await import('./commands/top.js')).addTop,
  report: async () => (await import('./commands/report.js')).addReport,
  trend: async () => (await import('./commands/trend.js')).addTrend,
  blocklists: async () => (await import('./commands/blocklists.js')).addBlocklists,
  events: async () => (await import('./commands/events.js')).addEvents,
  trace: async () => (await import('./commands/trace.js')).addTrace,
  explain: async () => (await import('./commands/explain.js')).addExplain,
  classify: async () => (await import('./commands/classify.js')).addClassify,
  suppress: async () => (await import('./commands/suppress.js')).addSuppress,
  unknown: async () => (await import('./commands/unknown.js')).addUnknown,
  rules: async () => (await import('./commands/rules.js')).addRules,
  reclassify: async () => (await import('./commands/reclassify.js')).addReclassify,
  check: async () => (await import('./commands/check.js')).addCheck,
  metrics: async () => (await import('./commands/metrics.js')).addMetrics,
  status: async () => (await import('./commands/status.js')).addStatus,
  prune: async () => (await import('./commands/prune.js')).addPrune,
  backup: async () => (await import('./commands/backup.js')).addBackup,
  config: async () => (await import('./commands/config.js')).addConfig,
  complete: async () => (await import('./commands/completion.js')).addCompletion,
};
/** What stands behind a command's name in `--help`, as its module says. */
const ARGUMENTS: Partial<Record<CommandName, string>> = {
  ingest: '[paths...]',
  trace: '<what>',
  explain: '[text...]',
  backup: '<file>',
  complete: '[words...]',
};
/** These look at the options of all commands. */
const OF_ALL: readonly string[] = ['complete', 'config'] satisfies CommandName[];

/**
 * The program with the options of the command that is asked for; the others are there by name: loading all takes as long as
 * starting Node.
 * @param asked the first word behind the program's name
 */
export async function buildProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('bouncelog')
    .description('Reads Postfix and Exim logs and says what bounced, hard or soft, why, and what to do.')
    .version(packageVersion())
    .option('--debug', 'show a stack trace with errors')
    .showSuggestionAfterError()
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 80, 100) })
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog ingest                     read the logs in the usual places
  $ bouncelog top                        why mail bounced, most frequent first
  $ bouncelog top --by domain --hard     who refuses our mail for good
  $ bouncelog trace someone@example.com  every attempt to deliver to this address
  $ bouncelog explain "550 5.7.26 …"     what a reply means and how to mend it`,
    );
  const needsAll = asked === 'help' || OF_ALL.includes(asked ?? '');
  for (const name of Object.keys(COMMANDS) as CommandName[]) {
    const command = needsAll || name === asked ? (await MODULES[name]())(program) : withArguments(newCommand(program, name), ARGUMENTS[name]);
    for (const one of [command, ...command.commands])
      one.exitOverride().option('--config <path>', 'the configuration file (see `bouncelog config --help`)');
  }
  program.hook('preAction', async (_, command) => {
    const path = command.parent?.name() === 'config' ? null : configPath((command.opts() as { config?: string }).config);
    if (path === null) return;
    const { applyConfig, readConfig } = await import('./config.js');
    // Keys may be of any command.
    applyConfig(readConfig(path, needsAll ? program : await buildProgram('config')), command);
  });
  return program;
}

function withArguments(command: Command, names: string | undefined): Command {
  return names === undefined ? command : command.arguments(names);
}
