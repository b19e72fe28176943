import { parentPort, workerData } from 'node:worker_threads';
import type { RuleFile } from '../bounce/rule.js';
import { UserError } from '../errors.js';
import { SqliteIngestStore } from '../store/sqlite/ingest-store.js';
import { openForWriting } from '../store/sqlite/open-for-writing.js';
import { newWriter } from './new-writer.js';
import { unpack } from './packed-events.js';
import type { FromThread, ToThread } from './threaded-writer.js';
import type { Writer } from './writer.js';

/** The other end of threaded-writer.ts: a writer with a connection of its own. After an error it takes nothing more. */
const { path, ownRules } = workerData as { path: string; ownRules: RuleFile[] };
let writer: Writer | null = null;
let failed = false;

parentPort?.on('message', (message: ToThread) => {
  if (failed) return;
  work(message).catch((error: unknown) => {
    failed = true;
    const { message: text } = error as Error;
    answer({
      kind: 'failed',
      error: { message: text, hint: error instanceof UserError ? error.hint : null, isUserError: error instanceof UserError },
    });
  });
});

async function work(message: ToThread): Promise<void> {
  writer ??= newWriter(new SqliteIngestStore(openForWriting(path)), ownRules);
  if (message.kind === 'close') {
    await writer.close();
    answer({ kind: 'closed' });
    return;
  }
  for (const event of unpack(message.events)) writer.event(event);
  if (message.kind === 'events') {
    answer({ kind: 'taken' });
    return;
  }
  await writer.commit(message.commit);
  answer({ kind: 'committed', sourceId: message.commit.source.id });
}

function answer(message: FromThread): void {
  parentPort?.postMessage(message);
}
