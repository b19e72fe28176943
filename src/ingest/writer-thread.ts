import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../errors.js';
import { SqliteIngestStore } from '../store/sqlite/ingest-store.js';
import { openForWriting } from '../store/sqlite/open-for-writing.js';
import type { InterpretingWriter } from './interpreting-writer.js';
import { newWriter } from './new-writer.js';
import { ReceivedTemplates, unpack } from './packed-events.js';
import type { FromThread, ThreadData, ToThread } from './threaded-writer.js';

/** The other end of threaded-writer.ts: a writer with a connection of its own. After an error it takes nothing more. */
const { path, ownRules, taken } = workerData as ThreadData;
const templates = new ReceivedTemplates();
let writer: InterpretingWriter | null = null;
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
  for (const { event, masked } of unpack(message.events, templates)) writer.event(event, masked);
  if (message.kind === 'events') {
    Atomics.add(taken, 0, 1);
    answer({ kind: 'taken' });
    return;
  }
  await writer.commit(message.commit);
  answer({ kind: 'committed', sourceId: message.commit.source.id });
}

function answer(message: FromThread): void {
  parentPort?.postMessage(message);
}
