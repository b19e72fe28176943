import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { UserError } from '../../errors.js';
import type { SourceResult } from '../../ingest/ingest.js';
import { inLogOrder } from '../../ingest/order.js';
import type { RunSummary } from '../../report/run-summary.js';
import { findSources } from '../../source/find.js';
import { JournalSource } from '../../source/journal.js';
import type { Source } from '../../source/source.js';
import { StreamSource } from '../../source/stdin.js';
import { zoneOption } from '../zone.js';
import type { IngestCommandOptions } from './options.js';
import { Progress } from './progress.js';
import { IngestSession } from './session.js';
import { stopSignal } from './signals.js';
import { say, sayError, summarize } from './summary.js';

/**
 * `bouncelog ingest`, once.
 * @returns the exit code: 0 all read, 1 something could not be read
 */
export async function runIngest(paths: readonly string[], options: IngestCommandOptions & { db: string }): Promise<number> {
  const started = performance.now();
  const zone = zoneOption(options.tz);
  const now = Date.now();
  const readsStdin = paths.includes('-');
  const files = paths.filter((path) => path !== '-');
  const searches = files.length > 0 || !(readsStdin || options.journal);
  const found = searches ? await findSources(files, now) : { sources: [], errors: [] };
  for (const error of found.errors) sayError(error);
  const journal = options.journal ? [new JournalSource({ kind: 'host' }, now, say)] : [];
  const stdin = readsStdin ? [new StreamSource(process.stdin, '-', now)] : [];
  const sources = [...(await inLogOrder(found.sources, zone, options.year ?? null)), ...journal, ...stdin];
  if (sources.length === 0) return found.errors.length > 0 ? 1 : 0;

  tameHeap();
  const progress = new Progress(sources, options.quiet === true);
  const { signal } = stopSignal();
  const session = await IngestSession.open({ ...options, zone }, isThreadWorthIt(sources, options), {
    signal,
    onProgress: (source, bytes) => progress.update(source, bytes),
  });
  if (session === null) {
    say(`another ingest is writing to ${options.db}; nothing done`);
    return 0;
  }
  let run: RunSummary | null = null;
  try {
    const { ingest } = session;
    const results: SourceResult[] = [];
    let failed = found.errors.length > 0;
    for (const source of sources) {
      if (signal.aborted) break;
      try {
        results.push(await ingest.read(source));
      } catch (error) {
        if (!(error instanceof UserError) || ingest.broken) throw error;
        failed = true;
        progress.stop();
        sayError(error);
      }
    }
    progress.stop();
    if (signal.aborted) say('stopped; what was read is stored, and the next run goes on from there');
    run = { started: now, ended: Date.now(), sources: results.length, ...sizesOf(results), failed };
    if (options.quiet !== true) summarize(results, ingest, (performance.now() - started) / 1000, options.dryRun === true);
    return failed ? 1 : 0;
  } finally {
    progress.stop();
    await session.close(run);
  }
}

function sizesOf(results: readonly SourceResult[]): { lines: number; bytes: number } {
  return {
    lines: results.reduce((sum, { kinds }) => sum + kinds.lines, 0),
    bytes: results.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Below this a second thread takes longer to start than it saves. */
const THREAD_PAYS_BYTES = 24e6;

/** A thread of its own for storing, where there is a core for it and enough to do. */
function isThreadWorthIt(sources: readonly Source[], options: IngestCommandOptions): boolean {
  const bytes = sources.reduce((sum, source) => sum + (source.size ?? 0), 0);
  return options.dryRun !== true && availableParallelism() > 1 && bytes >= (options.threadBytes ?? THREAD_PAYS_BYTES);
}

/**
 * V8 lets the heap grow to several times of what is alive before it collects; on a mail host memory is better used.
 * Measured on 300 MB of log: peak 235 → 165 MB, time unchanged.
 */
export function tameHeap(): void {
  setFlagsFromString('--heap-growing-percent=10');
  setFlagsFromString('--max-semi-space-size=2');
}
