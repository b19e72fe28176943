import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Classifier } from '../bounce/classify.js';
import type { RuleFile } from '../bounce/rule.js';
import { UserError } from '../errors.js';
import { readError } from '../source/file.js';

export const RULES_OPTION = ['--rules <folder>', 'your own rules (default: $BOUNCELOG_RULES, else /etc/bouncelog/rules.d)'] as const;

/** The rules of a command, as its options name them. */
export async function classifierFor(option: string | undefined): Promise<Classifier> {
  const [{ Classifier }, { allRules }] = await Promise.all([import('../bounce/classify.js'), import('../bounce/rules.js')]);
  return new Classifier(allRules(ownRuleFiles(option)));
}

/**
 * The admin's own rule files, in the order of their names: `--rules`, else `$BOUNCELOG_RULES`, else `/etc/bouncelog/rules.d`
 * and the `rules.d` of the user's XDG configuration folder.
 * @throws UserError when a folder that was named does not exist or cannot be read
 */
export function ownRuleFiles(option: string | undefined, env: NodeJS.ProcessEnv = process.env): RuleFile[] {
  const named = option ?? env['BOUNCELOG_RULES'];
  if (named !== undefined && named !== '') return filesIn(named);
  const usual = ['/etc/bouncelog/rules.d', join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'bouncelog', 'rules.d')];
  return usual.filter((folder) => existsSync(folder)).flatMap(filesIn);
}

function filesIn(folder: string): RuleFile[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.toml'))
      .sort()
      .map((name) => ruleFile(join(folder, name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR')
      throw new UserError(`${folder}: not a folder`, { hint: 'Name the folder that holds your *.toml rules.' });
    throw readError(folder, error);
  }
}

/** @throws UserError when it cannot be read */
export function ruleFile(path: string): RuleFile {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    throw readError(path, error);
  }
}
