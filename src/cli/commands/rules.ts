import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { newCommand } from '../commands.js';
import { terminal, write, writePaged } from '../output.js';
import { ownRuleFiles, RULES_OPTION, ruleFile } from '../rules.js';

interface RulesOptions {
  rules?: string;
  format: 'text' | 'json';
}

const formatOption = () => new Option('--format <format>', 'text for people, json for programs').choices(['text', 'json']).default('text');

export function addRules(program: Command): Command {
  const rules = newCommand(program, 'rules').addHelpText(
    'after',
    `
A rule of your own, in a *.toml file of your rules folder:

  [[rule]]
  id = "own-parked-mailbox"            takes the place of a built-in rule with this id
  cause = "mailbox-disabled"           see \`bouncelog rules causes\`
  text = ['mailbox is (parked|asleep)']    any of these is found (RE2 syntax, case does not matter)
  not = ['temporarily']                and none of these
  code = ["550", "5"]                  reply codes or their beginnings
  enhanced = ["2.1"]                   5.2.1 and 4.2.1; also stage, provider, layer, rank
  examples = ['550 5.2.1 mailbox is parked']
  counter = ['450 mailbox is temporarily parked']

Your rules come before the built-in ones. Expressions see the reply with {address}, {ip}, {host}, {number}, {id}, {time}
in place of what varies. They run in RE2, in linear time; look-around and back references are refused.

Examples:
  $ bouncelog rules test "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"
  $ bouncelog rules check own.toml`,
  );
  rules
    .command('list')
    .description('All rules in the order in which they decide.')
    .addHelpText('after', `\nExamples:\n  $ bouncelog rules list --format json | jq '.[] | select(.cause == "greylisted") | .id'`)
    .option(...RULES_OPTION)
    .addOption(formatOption())
    .action(async (options: RulesOptions) => {
      const { all, render } = await load(options);
      if (options.format === 'json') await write(`${JSON.stringify(all.map(render.ruleJson), null, 2)}\n`);
      else await writePaged(render.rulesTable(all, terminal()));
    });
  rules
    .command('causes')
    .description('The causes that a rule may name.')
    .addHelpText('after', `\nExamples:\n  $ bouncelog rules causes`)
    .action(async () => {
      const { causesTable } = await import('../../render/rules.js');
      await writePaged(causesTable(terminal()));
    });
  rules
    .command('test')
    .description('Which rule decides a reply, and why.')
    .addHelpText('after', `\nExamples:\n  $ bouncelog rules test "550 5.1.1 no such user here"`)
    .argument('<text...>', 'a reply')
    .option(...RULES_OPTION)
    .addOption(formatOption())
    .action(async (words: string[], options: RulesOptions) => {
      const { all, render } = await load(options);
      const { testReply } = await import('../../report/rules.js');
      const test = testReply(words.join(' '), all);
      if (options.format === 'json') await write(`${JSON.stringify(render.ruleTestJson(test), null, 2)}\n`);
      else await write(render.ruleTestText(test, terminal()));
    });
  rules
    .command('check')
    .description('Checks rule files: syntax, expressions, and whether the examples are decided as they say.')
    .addHelpText('after', `\nExamples:\n  $ bouncelog rules check /etc/bouncelog/rules.d/own.toml`)
    .argument('[files...]', 'files (default: those of your rules folder)')
    .option(...RULES_OPTION)
    .action(async (files: string[], options: { rules?: string }) => {
      const own = files.length > 0 ? files.map(ruleFile) : ownRuleFiles(options.rules);
      if (own.length === 0) throw new UserError('no rule files to check', { hint: 'Name one: bouncelog rules check own.toml', exitCode: 2 });
      const [{ allRules }, { tryExamples }, { failedExampleText }] = await Promise.all([
        import('../../bounce/rules.js'),
        import('../../report/rules.js'),
        import('../../render/rules.js'),
      ]);
      const all = allRules(own);
      const failed = tryExamples(all);
      for (const one of failed) process.stderr.write(`${failedExampleText(one)}\n`);
      const count = all.filter((rule) => rule.own).length;
      await write(
        `${count} rule${count === 1 ? '' : 's'} in ${own.length} file${own.length === 1 ? '' : 's'}: ${failed.length === 0 ? 'all well' : `${failed.length} example${failed.length === 1 ? '' : 's'} not as said`}\n`,
      );
      if (failed.length > 0) process.exitCode = 1;
    });
  return rules;
}

async function load(options: RulesOptions) {
  const [{ allRules }, render] = await Promise.all([import('../../bounce/rules.js'), import('../../render/rules.js')]);
  return { all: allRules(ownRuleFiles(options.rules)), render };
}
