import type { UserError } from '../../errors.js';
import type { Ingest, SourceResult } from '../../ingest/ingest.js';
import { count } from '../../render/number.js';
import { safeText } from '../../render/safe.js';

/** Everything that is not data goes to stderr. */
export function say(line: string): void {
  process.stderr.write(`bouncelog: ${safeText(line)}\n`);
}

/** What went wrong and what to do, in one line. */
export function sayError(error: UserError): void {
  say(`${error.message}${error.hint === null ? '' : `. ${error.hint}`}`);
}

/** What came of each source, on stderr. */
export function summarizeEach(results: readonly SourceResult[]): void {
  for (const { name, bytes, skipped, kinds } of results) {
    const { lines, ...others } = kinds;
    const parts = Object.entries(others).flatMap(([kind, number]) => (number === 0 ? [] : [`${count(number)} ${kind.replaceAll('_', ' ')}`]));
    const where = skipped > 0 ? `, from byte ${count(skipped)} on` : '';
    say(`${name}: ${count(lines)} lines (${(bytes / 1e6).toFixed(1)} MB${where})${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`);
  }
}

/** What a run has done, on stderr. */
export function summarize(results: readonly SourceResult[], ingest: Ingest, seconds: number, dryRun: boolean): void {
  const sum = (of: (result: SourceResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const { delivered, failed, deferred, recovered, rejected } = ingest.totals;
  const bytes = sum((result) => result.bytes);
  const lines = sum((result) => result.kinds.lines);
  for (const result of results) {
    if (result.kinds.lines > 0 && result.kinds.lines === result.kinds.foreign) say(`${result.name}: no Postfix or Exim line in it`);
    if (result.unfinished) say(`${result.name}: the last line has no end yet; left for the next run`);
    if (result.overlong > 0) say(`${result.name}: ${count(result.overlong)} overlong lines were cut`);
  }
  if (ingest.incomplete > 0) say(`${count(ingest.incomplete)} lines came in parts, of which some are missing`);
  if (ingest.dropped > 0) say(`${count(ingest.dropped)} open messages were too many or too old and were forgotten`);
  const known = sum((result) => (result.bytes === 0 && result.skipped > 0 ? 1 : 0));
  const from = `${count(results.length)} source${results.length === 1 ? '' : 's'}${known > 0 ? ` (${count(known)} with nothing new)` : ''}`;
  const events = [
    `${count(failed)} hard`,
    `${count(deferred)} deferrals`,
    `${count(recovered)} recovered`,
    ...(rejected > 0 ? [`${count(rejected)} rejected by us`] : []),
  ];
  const speed = bytes === 0 ? '' : `, ${(bytes / 1e6 / Math.max(seconds, 1e-9)).toFixed(0)} MB/s`;
  process.stderr.write(
    [
      `Read ${count(lines)} lines (${(bytes / 1e6).toFixed(1)} MB) from ${from} in ${seconds.toFixed(1)} s${speed}${dryRun ? '; stored nothing (--dry-run)' : ''}.`,
      `${count(delivered)} delivered; failures: ${events.join(', ')}; ${count(sum((result) => result.kinds.not_understood))} lines not understood.`,
      '',
    ].join('\n'),
  );
}
