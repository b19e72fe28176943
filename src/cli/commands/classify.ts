import type { Command } from 'commander';
import split2 from 'split2';
import { write } from '../output.js';
import { classifierFor, RULES_OPTION } from '../rules.js';

export function addClassify(program: Command): Command {
  return program
    .command('classify')
    .description('Classify replies from stdin, one a line, as NDJSON in the same order.')
    .option(...RULES_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ echo "550 5.1.1 User unknown" | bouncelog classify
  $ bouncelog classify < replies.txt | jq -r .cause | sort | uniq -c`,
    )
    .action(async (options: { rules?: string }) => {
      const [{ Interpreter }, { explain }, { classifiedJson }] = await Promise.all([
        import('../../bounce/interpret.js'),
        import('../../report/explain.js'),
        import('../../render/classified.js'),
      ]);
      const interpreter = new Interpreter(await classifierFor(options.rules));
      let pending = '';
      for await (const line of process.stdin.pipe(split2())) {
        pending += `${JSON.stringify(classifiedJson(explain(line as string, interpreter)))}\n`;
        if (pending.length >= 65_536) {
          await write(pending);
          pending = '';
        }
      }
      await write(pending);
    });
}
