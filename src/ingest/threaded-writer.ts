import { Worker } from 'node:worker_threads';
import type { RuleFile } from '../bounce/rule.js';
import type { DeliveryEvent } from '../delivery/event.js';
import { UserError } from '../errors.js';
import type { Commit, Writer } from './writer.js';

/** What goes to the thread, in order. */
export type ToThread = { kind: 'events'; events: DeliveryEvent[] } | { kind: 'commit'; events: DeliveryEvent[]; commit: Commit } | { kind: 'close' };

/** What comes back: each commit is answered, and the first error. */
export type FromThread = { kind: 'committed'; sourceId: number | null } | { kind: 'closed' } | { kind: 'failed'; error: FailedThere };

export interface FailedThere {
  message: string;
  hint: string | null;
  isUserError: boolean;
}

/** Events sent at once: enough that a message costs nothing, few enough that the other thread always has work. */
const EVENTS_PER_MESSAGE = 256;

/**
 * Lets a thread of its own interpret and store, while this one reads on: measured on 300 MB of log, an ingest takes
 * 3.0 instead of 4.2 s. One commit at a time is under way, so memory is bounded by two batches.
 */
export class ThreadedWriter implements Writer {
  readonly #worker: Worker;
  #events: DeliveryEvent[] = [];
  #error: Error | null = null;
  #answered: Promise<number | null> = Promise.resolve(null);
  #answer: (sourceId: number | null) => void = () => {};
  #committing: Commit['source'] | null = null;

  /**
   * @param path the database, which exists and is up to date
   * @param ownRules the admin's own rules
   */
  constructor(path: string, ownRules: readonly RuleFile[]) {
    this.#worker = new Worker(new URL('./writer-thread.js', import.meta.url), {
      workerData: { path, ownRules },
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error) => this.#fail(error));
  }

  event(event: DeliveryEvent): void {
    this.#events.push(event);
    if (this.#events.length < EVENTS_PER_MESSAGE) return;
    if (this.#error !== null) throw this.#error;
    this.#send({ kind: 'events', events: this.#events });
    this.#events = [];
  }

  async commit(commit: Commit): Promise<void> {
    await this.settled();
    this.#committing = commit.source;
    this.#answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
    this.#send({ kind: 'commit', events: this.#events, commit });
    this.#events = [];
  }

  async settled(): Promise<void> {
    const sourceId = await this.#answered;
    if (this.#error !== null) throw this.#error;
    if (this.#committing !== null && sourceId !== null) this.#committing.id = sourceId;
    this.#committing = null;
  }

  async close(): Promise<void> {
    if (this.#error !== null) {
      await this.#worker.terminate();
      return;
    }
    await this.#answered;
    this.#answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
    this.#send({ kind: 'close' });
    await this.#answered;
    await this.#worker.terminate();
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread): void {
    if (message.kind === 'committed') this.#answer(message.sourceId);
    else if (message.kind === 'closed') this.#answer(null);
    else
      this.#fail(
        message.error.isUserError ? new UserError(message.error.message, { hint: message.error.hint ?? '' }) : new Error(message.error.message),
      );
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#answer(null);
  }
}
