import { UserError } from '../../errors.js';
import type { Ingest, SourceResult } from '../../ingest/ingest.js';
import { Replaced, type Source } from '../../source/source.js';

/** What reading several sources came to. */
export interface AllRead {
  results: SourceResult[];
  /** What could not be read, and why; the rest was read. */
  errors: UserError[];
  /** Other content came in the place of a source while it was read: look for sources again. */
  replaced: Replaced[];
}

/**
 * Reads sources one after the other, and closes them.
 * @throws when nothing can be stored any more (`Ingest.broken`)
 */
export async function readAll(ingest: Ingest, sources: readonly Source[], signal: AbortSignal): Promise<AllRead> {
  const read: AllRead = { results: [], errors: [], replaced: [] };
  try {
    for (const source of sources) {
      if (signal.aborted) break;
      try {
        read.results.push(await ingest.read(source));
      } catch (error) {
        if (!(error instanceof UserError) || ingest.broken) throw error;
        if (error instanceof Replaced) read.replaced.push(error);
        else read.errors.push(error);
      } finally {
        await source.close();
      }
    }
  } finally {
    for (const source of sources) await source.close();
  }
  return read;
}
