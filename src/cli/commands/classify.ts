import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import split2 from 'split2';
import { newCommand } from '../commands.js';
import { write } from '../output.js';
import { classifierFor, RULES_OPTION } from '../rules.js';

export function addClassify(program: Command): Command {
  return newCommand(program, 'classify')
    .option(...RULES_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ echo "550 5.1.1 User unknown" | bouncelog classify
  $ bouncelog classify < replies.txt | jq -r .cause | sort | uniq -c`,
    )
    .action(async (options: { rules?: string }) => {
      const [{ Interpreter }, { explain }, { classifiedLine }] = await Promise.all([
        import('../../bounce/interpret.js'),
        import('../../report/explain.js'),
        import('../../render/classified.js'),
      ]);
      const interpreter = new Interpreter(await classifierFor(options.rules));
      let pending = '';
      const lines = process.stdin.pipe(split2());
      lines.on('data', (line: string) => {
        pending += classifiedLine(explain(line, interpreter));
        if (pending.length < WRITE_AT) return;
        // A listener, not `for await`: a promise for each line would take a fifth of the time.
        const text = pending;
        pending = '';
        if (process.stdout.write(text)) return;
        lines.pause();
        process.stdout.once('drain', () => lines.resume());
      });
      await finished(lines);
      await write(pending);
    });
}

/** Characters written at once. */
const WRITE_AT = 65_536;
