import { Worker } from 'node:worker_threads';
import type { DeliveryEvent } from '../delivery/event.js';
import { UserError } from '../errors.js';
import { type Packed, packEvent, packTallies } from './packed.js';
import type { Commit, Writer } from './writer.js';

/** What goes to the thread, in order. */
export type ToThread =
  | { kind: 'events'; packed: Packed }
  | { kind: 'commit'; events: Packed; delivered: Packed; rest: Omit<Commit, 'delivered'> }
  | { kind: 'close' };

/** What comes back: each commit is answered, and the first error. */
export type FromThread = { kind: 'committed'; sourceId: number | null } | { kind: 'closed' } | { kind: 'failed'; error: FailedThere };

export interface FailedThere {
  message: string;
  hint: string | null;
  isUserError: boolean;
}

/** Events sent at once: enough that a message costs nothing, few enough that the other thread always has work. */
const EVENTS_PER_MESSAGE = 256 * 24;

/**
 * Lets a thread of its own interpret and store, while this one reads on: with both about as much work, an ingest takes
 * little more than half the time. One commit at a time is under way, so memory is bounded by two batches.
 */
export class ThreadedWriter implements Writer {
  readonly #worker: Worker;
  #packed: Packed = [];
  #error: Error | null = null;
  #answered: Promise<number | null> = Promise.resolve(null);
  #answer: (sourceId: number | null) => void = () => {};
  #committing: Commit['source'] | null = null;

  /** @param path the database, which exists and is up to date */
  constructor(path: string) {
    this.#worker = new Worker(new URL('./writer-thread.js', import.meta.url), {
      workerData: { path },
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error) => this.#fail(error));
  }

  event(event: DeliveryEvent): void {
    packEvent(this.#packed, event);
    if (this.#packed.length < EVENTS_PER_MESSAGE) return;
    if (this.#error !== null) throw this.#error;
    this.#send({ kind: 'events', packed: this.#packed });
    this.#packed = [];
  }

  async commit({ delivered, ...rest }: Commit): Promise<void> {
    await this.settled();
    this.#committing = rest.source;
    this.#answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
    this.#send({ kind: 'commit', events: this.#packed, delivered: packTallies(delivered), rest });
    this.#packed = [];
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
