import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';

export function addBackup(program: Command): Command {
  return newCommand(program, 'backup')
    .argument('<file>', 'the copy; one that is there is replaced when the new one is whole')
    .option(...DB_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog backup /var/backups/bouncelog.db`,
    )
    .action(async (file: string, options: { db?: string }) => {
      const { openForReading, explain } = await import('../../store/sqlite/open.js');
      const path = databasePath(options.db);
      if (existsSync(file) && !isOurs(file, openForReading))
        throw new UserError(`${file}: is there, and no copy of a bouncelog database`, { hint: 'Choose another name.' });
      const db = openForReading(path);
      const partial = `${file}.partial`;
      try {
        // Made for its owner only before anything is in it.
        rmSync(partial, { force: true });
        closeSync(openSync(partial, 'wx', 0o600));
        await db.backup(partial);
        chmodSync(partial, 0o600);
        renameSync(partial, file);
      } catch (error) {
        rmSync(partial, { force: true });
        throw explain(file, error);
      } finally {
        db.close();
      }
    });
}

function isOurs(file: string, open: (path: string) => { close(): void }): boolean {
  try {
    open(file).close();
    return true;
  } catch (error) {
    // An older copy is one of ours too.
    return error instanceof UserError && error.message.includes('written by an older bouncelog');
  }
}
