import { type Command, Option } from 'commander';
import type { DigestAnswer } from '../../report/digest.js';
import { endOfHour, type Span } from '../../report/range.js';
import type { ReportStore } from '../../report/report-store.js';
import { newCommand } from '../commands.js';
import { DB_OPTION, databasePath } from '../database.js';
import { replaceFile } from '../files.js';
import { addRangeOptions } from '../filters.js';
import { SENDMAIL, sendMail } from '../mail.js';
import { terminal, wholeNumber, write, writePaged } from '../output.js';
import { type RangeOptions, rangeOf, spanOf } from '../range.js';
import { openReports } from '../reports.js';
import { zoneName } from '../zone.js';

interface ReportOptions extends RangeOptions {
  db?: string;
  tz?: string;
  limit: number;
  format: 'text' | 'markdown' | 'json';
  html?: string;
  mail?: string;
  onlyIf?: 'changed' | 'problems';
  sendmail: string;
}

export function addReport(program: Command): Command {
  const command = newCommand(program, 'report')
    .option('--limit <n>', 'rows of each table', wholeNumber('--limit'), 5)
    .addOption(new Option('--format <format>', 'text for people').choices(['text', 'markdown', 'json']).default('text'))
    .option('--html <file>', 'write one self-contained page with charts; without a range of the last 30 days')
    .option('--mail <address>', 'send it there, as text and HTML, through the local sendmail')
    .addOption(
      new Option('--only-if <what>', 'say and send nothing unless something changed, or there are problems').choices(['changed', 'problems']),
    )
    .option('--sendmail <path>', 'the sendmail to use', SENDMAIL)
    .option(...DB_OPTION);
  return addRangeOptions(command)
    .addHelpText(
      'after',
      `
Without a range: the last 24 hours, compared with the 24 hours before. Only changes that are more than noise are called so.

Examples:
  $ bouncelog ingest && bouncelog report
  $ bouncelog ingest -q && bouncelog report --mail postmaster --only-if problems
  $ bouncelog report --html /var/www/mail/index.html
  $ bouncelog report --last 7d --format markdown
  $ bouncelog report --since yesterday --until today --format json | jq -r .verdict`,
    )
    .action(async (options: ReportOptions) => {
      const now = Date.now();
      const zone = zoneName(options.tz);
      const [{ digest }, render] = await Promise.all([import('../../report/digest.js'), import('../../render/digest.js')]);
      const store = await openReports(databasePath(options.db));
      try {
        const range = spanAsked(options, zone, now, () => store.firstHour());
        if (options.html !== undefined) {
          await writePage(store, options.html, { range, zone, now });
          return;
        }
        const answer = store.consistently(() => digest(store, { range, now, limit: options.limit }));
        if (options.onlyIf !== undefined && !isWorth(answer, options.onlyIf)) return;
        if (options.mail !== undefined) {
          await mail(options.mail, options.sendmail, answer, { zone, now });
          return;
        }
        if (options.format === 'json') await write(`${JSON.stringify(render.digestJson(answer), null, 2)}\n`);
        else if (options.format === 'markdown') await write(render.digestMarkdown(answer, { zone, now }));
        else await writePaged(render.digestText(answer, { ...terminal(), zone, now }));
      } finally {
        store.close();
      }
    });
}

async function writePage(store: ReportStore, path: string, question: { range: Span; zone: string; now: number }): Promise<void> {
  const [{ page }, { pageHtml }, { hostname }] = await Promise.all([
    import('../../report/page.js'),
    import('../../render/page/page.js'),
    import('node:os'),
  ]);
  const answer = store.consistently(() => page(store, question));
  replaceFile(path, pageHtml(answer, { ...question, host: hostname() }), '--html');
}

/** Mail programs wrap at 78 or so. */
const MAIL_WIDTH = 76;

async function mail(to: string, sendmail: string, answer: DigestAnswer, options: { zone: string; now: number }): Promise<void> {
  const [{ digestText }, { digestHtml }, { verdictLine }, { hostname }] = await Promise.all([
    import('../../render/digest.js'),
    import('../../render/digest-html.js'),
    import('../../render/digest-sections.js'),
    import('node:os'),
  ]);
  const text = digestText(answer, { ...options, width: MAIL_WIDTH, coloured: false });
  await sendMail({ to, subject: `${hostname()}: ${verdictLine(answer)}`, text, html: digestHtml(answer, options) }, sendmail);
}

/** `changed`: more than noise, new reasons, listings that began or ended; `problems`: the verdict is not that all is well. */
function isWorth({ verdict, hard, soft, delivered, newReasons, incidents }: DigestAnswer, what: 'changed' | 'problems'): boolean {
  if (verdict === 'attention' || verdict === 'trouble') return true;
  if (what === 'problems') return false;
  return hard.isReal || soft.isReal || delivered.isReal || newReasons.length > 0 || incidents.opened.length + incidents.cleared.length > 0;
}

/**
 * The span that is asked for. One that ends now ends with this hour; `--last 24h` is 24 hours long, so that it can be compared with the day before.
 */
function spanAsked(options: RangeOptions & { html?: string }, zone: string, now: number, firstHour: () => number | null): Span {
  const end = endOfHour(now);
  const isAsked = options.since !== undefined || options.until !== undefined;
  const last = options.last ?? (isAsked ? undefined : options.html === undefined ? '24h' : '30d');
  const asked = rangeOf(options, zone, now);
  if (last !== undefined && options.until === undefined && !last.endsWith('m')) return { since: end - spanOf('--last', last), until: end };
  return { since: asked.since ?? firstHour() ?? now, until: asked.until ?? end };
}
