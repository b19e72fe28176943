// npm run accuracy [-- file.jsonl …]: how far the rules agree with people who read the replies. Prints a table; without files it
// reads the test's own sets and puts the table into docs/classification.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { Interpreter } from '../../dist/bounce/interpret.js';

const own = ['replies.jsonl', 'replies-written.jsonl', 'replies-gathered.jsonl'].map((name) => new URL(`../fixtures/${name}`, import.meta.url));
const named = process.argv.slice(2);
const page = new URL('../../docs/classification.md', import.meta.url);
const [BEGIN, END] = ['<!-- made by npm run accuracy -->', '<!-- end -->'];

const read = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** Rows by labelled cause: how many, how many agree, and what the others were taken for. */
function tableOf(labelled) {
  const interpreter = new Interpreter();
  const rows = new Map();
  let agree = 0;
  let unclassified = 0;
  for (const { text, cause, alt = [] } of labelled) {
    const got = interpreter.readBare(text).kind.cause;
    const row = rows.get(cause) ?? { n: 0, agree: 0, taken: new Map() };
    rows.set(cause, row);
    row.n++;
    if (got === 'unclassified') unclassified++;
    if (got === cause || alt.includes(got)) {
      row.agree++;
      agree++;
    } else row.taken.set(got, (row.taken.get(got) ?? 0) + 1);
  }
  const percent = (n) => `${((100 * n) / labelled.length).toFixed(1)} %`;
  const lines = [
    `${agree} of ${labelled.length} agree (${percent(agree)}), ${unclassified} unclassified (${percent(unclassified)}).`,
    '',
    '| cause | replies | agree | taken for |',
    '|---|---|---|---|',
    ...[...rows]
      .sort(([, a], [, b]) => b.n - a.n)
      .map(
        ([cause, row]) => `| ${cause} | ${row.n} | ${row.agree} | ${[...row.taken].map(([got, n]) => `${got}${n > 1 ? ` ×${n}` : ''}`).join(', ')} |`,
      ),
  ];
  return lines.join('\n');
}

const titles = [
  'Real replies (`test/fixtures/replies.jsonl`), which the rules were written with',
  'Wordings written down from experience (`test/fixtures/replies-written.jsonl`)',
  'Replies and wordings gathered from public sources (`test/fixtures/replies-gathered.jsonl`)',
];
const files = named.length > 0 ? named : own;
const parts = files.map((file, index) => `### ${named.length > 0 ? file : titles[index]}\n\n${tableOf(read(file))}`);
console.log(parts.join('\n\n'));
if (named.length === 0) {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(BEGIN);
  writeFileSync(page, `${before}${BEGIN}\n\n${parts.join('\n\n')}\n\n${END}${rest.split(END)[1]}`);
}
