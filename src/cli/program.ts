import { Command } from 'commander';
import { addBackup } from './commands/backup.js';
import { addBlocklists } from './commands/blocklists.js';
import { addCheck } from './commands/check.js';
import { addClassify } from './commands/classify.js';
import { addCompletion } from './commands/completion.js';
import { addConfig } from './commands/config.js';
import { addEvents } from './commands/events.js';
import { addExplain } from './commands/explain.js';
import { addIngest } from './commands/ingest.js';
import { addMetrics } from './commands/metrics.js';
import { addPrune } from './commands/prune.js';
import { addReclassify } from './commands/reclassify.js';
import { addReport } from './commands/report.js';
import { addRules } from './commands/rules.js';
import { addStatus } from './commands/status.js';
import { addSuppress } from './commands/suppress.js';
import { addTop } from './commands/top.js';
import { addTrace } from './commands/trace.js';
import { addTrend } from './commands/trend.js';
import { addUnknown } from './commands/unknown.js';
import { configPath } from './config-path.js';
import { packageVersion } from './version.js';

/** All commands. What a command needs beyond its options is imported when it runs, so that `--help` is quick. */
export function buildProgram(): Command {
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
  const commands = [
    addIngest,
    addTop,
    addReport,
    addTrend,
    addBlocklists,
    addEvents,
    addTrace,
    addExplain,
    addClassify,
    addSuppress,
    addUnknown,
    addRules,
    addReclassify,
    addCheck,
    addMetrics,
    addStatus,
    addPrune,
    addBackup,
    addConfig,
    addCompletion,
  ];
  for (const add of commands) {
    const command = add(program);
    for (const one of [command, ...command.commands])
      one.exitOverride().option('--config <path>', 'the configuration file (see `bouncelog config --help`)');
  }
  program.hook('preAction', async (_, command) => {
    const path = command.parent?.name() === 'config' ? null : configPath((command.opts() as { config?: string }).config);
    if (path === null) return;
    const { applyConfig, readConfig } = await import('./config.js');
    applyConfig(readConfig(path, program), command);
  });
  return program;
}
