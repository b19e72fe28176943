import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { terminal, write } from '../output.js';
import { classifierFor, RULES_OPTION } from '../rules.js';

interface ReclassifyOptions {
  db?: string;
  rules?: string;
  dryRun?: boolean;
  format: 'text' | 'json';
}

export function addReclassify(program: Command): Command {
  return newCommand(program, 'reclassify')
    .option('--dry-run', 'say what would move, but change nothing')
    .option(...RULES_OPTION)
    .addOption(new Option('--format <format>', 'text for people, json for programs').choices(['text', 'json']).default('text'))
    .option(...DB_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog reclassify --dry-run
  $ bouncelog reclassify --rules ./rules.d`,
    )
    .action(async (options: ReclassifyOptions) => {
      const classifier = await classifierFor(options.rules);
      const [{ openForReading }, { openForWriting }, { lockForIngest }, { reclassify }, render, { Bar }] = await Promise.all([
        import('../../store/sqlite/open.js'),
        import('../../store/sqlite/open-for-writing.js'),
        import('../../store/sqlite/lock.js'),
        import('../../store/sqlite/reclassify.js'),
        import('../../render/reclassify.js'),
        import('../bar.js'),
      ]);
      const path = databasePath(options.db);
      const dryRun = options.dryRun === true;
      // Also in order to say so when there is no database: nobody reclassifies a new one.
      openForReading(path).close();
      const lock = dryRun ? null : lockForIngest(path);
      if (lock === null && !dryRun) throw new UserError(`${path}: an ingest is writing to it`, { hint: 'Try again when it has finished.' });
      const db = dryRun ? openForReading(path) : openForWriting(path);
      const bar = new Bar(1);
      try {
        const answer = reclassify(db, classifier, { dryRun, onProgress: (done, all) => bar.update(done / all, 'classifying') });
        bar.stop();
        if (options.format === 'json') await write(`${JSON.stringify(render.reclassifyJson(answer), null, 2)}\n`);
        else await write(render.reclassifyText(answer, terminal()));
      } finally {
        bar.stop();
        db.close();
        lock?.release();
      }
    });
}
