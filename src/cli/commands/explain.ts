import { existsSync, readFileSync, statSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import type { KnownDomains } from '../../report/typo.js';
import { readError } from '../../source/file.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { terminal, write } from '../output.js';
import { openReports } from '../reports.js';
import { classifierFor, RULES_OPTION } from '../rules.js';

interface ExplainOptions {
  format: 'text' | 'json';
  rules?: string;
  db?: string;
}

export function addExplain(program: Command): Command {
  return newCommand(program, 'explain')
    .argument('[text...]', 'a reply, a reply code (550), an enhanced code (5.7.26), a bounce message (.eml file); - or nothing: stdin')
    .addOption(new Option('--format <format>', 'text for people, json for programs').choices(['text', 'json']).default('text'))
    .option(...RULES_OPTION)
    .option(...DB_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ bouncelog explain 5.7.26
  $ bouncelog explain "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"
  $ bouncelog explain bounce.eml
  $ bouncelog explain < bounce.eml`,
    )
    .action(async (words: string[], options: ExplainOptions) => {
      const content = await contentOf(words);
      const [{ Interpreter }, classifier] = await Promise.all([import('../../bounce/interpret.js'), classifierFor(options.rules)]);
      const interpreter = new Interpreter(classifier);
      const message = await messageIn(content);
      if (message !== null) {
        const [{ explainMessage }, delivered] = await Promise.all([import('../../report/explain-message.js'), deliveredDomains(options.db)]);
        const explained = explainMessage(message, interpreter, delivered);
        if (options.format === 'json') await json((await import('../../render/classified.js')).messageJson(explained));
        else await write((await import('../../render/explanation.js')).messageText(explained, terminal()));
        return;
      }
      const text = content
        .toString('utf8')
        .replaceAll(/\s*\n\s*/g, ' ')
        .trim();
      const { explain } = await import('../../report/explain.js');
      const explanation = explain(text, interpreter);
      if (options.format === 'json') await json((await import('../../render/classified.js')).explanationJson(explanation));
      else await write((await import('../../render/explanation.js')).explanationText(explanation, terminal()));
    });
}

async function json(value: object): Promise<void> {
  await write(`${JSON.stringify(value, null, 2)}\n`);
}

/** The words themselves, the file that the only one names, or stdin. */
async function contentOf(words: readonly string[]): Promise<Buffer> {
  const [first] = words;
  if (first === undefined && process.stdin.isTTY)
    throw new UserError('explain needs a reply, a code or a file', { hint: 'See `bouncelog explain --help`.', exitCode: 2 });
  const content =
    first === undefined || (words.length === 1 && first === '-') ? await buffer(process.stdin) : (fileNamed(words) ?? Buffer.from(words.join(' ')));
  if (content.toString('latin1').trim() === '') throw new UserError('explain needs a reply, a code or a file, and got nothing', { exitCode: 2 });
  return content;
}

function fileNamed(words: readonly string[]): Buffer | null {
  const [path] = words;
  if (path === undefined || words.length > 1) return null;
  // What looks like a file must be one: its name explained as a reply would only puzzle.
  if (!/\.(?:eml|msg|txt|mbox)$/i.test(path) && !(path.length < 1024 && existsSync(path) && statSync(path).isFile())) return null;
  try {
    return readFileSync(path);
  } catch (error) {
    throw readError(path, error);
  }
}

/** The bounce message that the content is, `null` when it is a reply or a code. */
async function messageIn(content: Buffer) {
  const { isMailMessage, readBounceMessage } = await import('../../bounce/message/read.js');
  if (isMailMessage(content)) {
    const message = await readBounceMessage(content);
    if (message.recipients.length > 0) return message;
    throw new UserError('this message is no bounce that bouncelog can read', {
      hint: 'Give the line with the reply instead: bouncelog explain "550 …".',
    });
  }
  const { looksLikeBounceText, readBounceText } = await import('../../bounce/message/text.js');
  const text = content.toString('utf8');
  const recipients = looksLikeBounceText(text) ? readBounceText(text) : [];
  return recipients.length === 0 ? null : { reportingMta: null, subject: null, originalMessageId: null, originalSubject: null, recipients };
}

/** Domains that this host delivers to; without a database none, the large providers' own are known anyway. */
async function deliveredDomains(db: string | undefined): Promise<KnownDomains> {
  const path = databasePath(db);
  if (!existsSync(path)) return new Map();
  try {
    const store = await openReports(path);
    try {
      return store.deliveredDomains();
    } finally {
      store.close();
    }
  } catch (error) {
    // It only makes guesses better: one that cannot be read is no reason not to explain.
    if (db === undefined) return new Map();
    throw error;
  }
}
