import type { DeliveryEvent } from '../delivery/event.js';
import type { Batch, DeliveredCounts } from '../store/store.js';

/** What is committed with the events before it; who the provider of a destination is, the writer finds out. */
export interface Commit extends Omit<Batch, 'delivered'> {
  delivered: DeliveredCounts;
}

/** Interprets and stores what an ingest finds: in this thread (interpreting-writer.ts) or beside it (threaded-writer.ts). */
export interface Writer {
  /** Takes an event for the next commit. Throws what went wrong with earlier ones. */
  event(event: DeliveryEvent): void;
  /** Waits until not too many events wait to be stored. */
  keepUp(): Promise<void>;
  /**
   * Stores the events since the last commit and this, or nothing of it. May return before it is done; the next
   * commit, or `settled`, then waits for it and throws what went wrong. Sets `source.id` of a new source when done.
   */
  commit(commit: Commit): Promise<void>;
  /** Waits until everything committed is stored. */
  settled(): Promise<void>;
  close(): Promise<void>;
}
