import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { newCommand } from '../commands.js';
import { configPath } from '../config-path.js';
import { write } from '../output.js';

export function addConfig(program: Command): Command {
  const config = newCommand(program, 'config').addHelpText(
    'after',
    `
The file is --config, else $BOUNCELOG_CONFIG, else bouncelog/bouncelog.toml in the XDG configuration folder, else
/etc/bouncelog/bouncelog.toml. Options win over the environment, the environment over the file.

  db = "/srv/mail/bouncelog.db"      what stands first is for all commands
  tz = "Europe/Berlin"

  [ingest]                           a table for each command; keys are its options
  paths = ["/var/log/mail.log"]
  anonymize = true

  [check]
  max-hard-rate = "5,20"
  new-listing = true

Examples:
  $ bouncelog config check
  $ bouncelog config check ./bouncelog.toml`,
  );
  config
    .command('check')
    .description('Looks at every key and value; exit code 2 when one is wrong.')
    .addHelpText('after', `\nExamples:\n  $ bouncelog config check /etc/bouncelog/bouncelog.toml`)
    .argument('[file]', 'the file (default: the one in use)')
    .action(async (file: string | undefined, options: { config?: string }) => {
      const path = file ?? configPath(options.config);
      if (path === null)
        throw new UserError('there is no configuration file', {
          hint: 'Every option has a default; see `bouncelog config --help` for a file to start from.',
        });
      const { readConfig } = await import('../config.js');
      const { general, commands } = readConfig(path, program);
      const keys = Object.keys(general).length + [...commands.values()].reduce((sum, values) => sum + Object.keys(values).length, 0);
      await write(`${path}: ${keys} setting${keys === 1 ? '' : 's'}, all good\n`);
    });
  return config;
}
