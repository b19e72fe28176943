import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { terminal, write } from '../output.js';

export function addExplain(program: Command): Command {
  return program
    .command('explain')
    .description('What a reply or a code means: hard or soft, who must act, the fix.')
    .argument('<text...>', 'a reply, a reply code (550) or an enhanced code (5.7.26)')
    .addOption(new Option('--format <format>', 'text for people, json for programs').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog explain 5.7.26
  $ bouncelog explain "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"`,
    )
    .action(async (words: string[], options: { format: 'text' | 'json' }) => {
      const text = words.join(' ').trim();
      if (text === '') throw new UserError('explain needs a reply or a code', { exitCode: 2 });
      const [{ Interpreter }, { explain }] = await Promise.all([import('../../bounce/interpret.js'), import('../../report/explain.js')]);
      const explanation = explain(text, new Interpreter());
      if (options.format === 'json') {
        const { explanationJson } = await import('../../render/classified.js');
        await write(`${JSON.stringify(explanationJson(explanation), null, 2)}\n`);
      } else {
        const { explanationText } = await import('../../render/explanation.js');
        await write(explanationText(explanation, terminal()));
      }
    });
}
