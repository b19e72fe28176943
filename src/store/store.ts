import type { ReplyKind } from '../bounce/interpret.js';
import type { Listing } from '../bounce/listings.js';
import type { DeliveryEvent } from '../delivery/event.js';
import type { FailedPage } from '../delivery/failed.js';
import type { OpenChanges, OpenMessage } from '../delivery/open.js';
import type { LineKinds } from '../log/kinds.js';

/** An event with our reading of it: what the ingester hands to a store. */
export interface InterpretedEvent {
  event: DeliveryEvent;
  reply: ReplyKind;
  /** What the template masks in this event's text. */
  values: string[];
  /** The kind of reply whose cause counts, where that is not `reply`. */
  basis: ReplyKind | null;
  listing: Listing | null;
  recipientDomain: string | null;
  receiver: Receiver;
}

/** Who mail went to. The same object for the same receiver, as long as it is remembered. */
export interface Receiver {
  /** `null`: no server was reached. */
  mx: string | null;
  provider: string | null;
  /** Set by the store: the id of its row. */
  id: number | null;
}

/** Where delivered mail went. */
export interface Destination {
  host: string;
  domain: string | null;
  mx: string | null;
}

/** Numbers in a row of `DeliveredCounts`. */
export const COUNT_COLUMNS = 4;

/** Delivered mail, counted by destination and hour. A destination is known by its number from its first mail on. */
export interface DeliveredCounts<T extends Destination = Destination> {
  /** The number of the first one of `fresh`; 0 = whatever had a number before has none now. */
  first: number;
  fresh: readonly T[];
  /** For each destination and hour: its number, how many, UTC ms of the first and the last. */
  rows: Float64Array;
}

/** Where reading of one source has come to; written in the transaction of what was read. */
export interface SourcePosition {
  /** Row id, `null` for a source that is new. */
  id: number | null;
  name: string;
  /** Hash of the first `headLength` bytes. */
  headLength: number;
  headHash: string;
  /** Hash of the `tailLength` bytes before `position`. */
  tailLength: number;
  tailHash: string;
  /** Bytes of the uncompressed content that have been read. */
  position: number;
  /** Where the journal goes on, `null` for all other sources. */
  cursor: string | null;
  /** UTC ms of the last time stamp, 0 = none: where the year goes on from. */
  lastTime: number;
  kinds: LineKinds;
}

/** What a commit writes with the events added before it. */
export interface Batch {
  delivered: DeliveredCounts<Destination & { receiver: Receiver }>;
  open: OpenChanges;
  source: SourcePosition;
  /** Samples of lines not understood. */
  samples: string[];
  /** What lines to come may depend on (see LineState). */
  lineState: string | null;
  /** Open messages that the limits made us forget since the last commit. */
  forgotten: number;
  /** What changed in the filter of failed recipients, and whom of them mail reached. */
  failedPages: FailedPage[];
  redelivered: Redelivered[];
}

/** Mail reached a recipient whom an earlier delivery had failed to reach for good. */
export interface Redelivered {
  recipient: string;
  /** UTC ms */
  time: number;
}

/** The writing side of a store: one ingest at a time. */
export interface IngestStore {
  /** Kinds of reply found in earlier runs, with their classification. */
  replyKinds(): ReplyKind[];
  /** Messages and deliveries that were open when the last run ended. */
  openMessages(): OpenMessage[];
  /** Recipients to whom deliveries of earlier runs failed for good. */
  failedPages(): FailedPage[];
  /** Keeps the version of the rules that this run classifies by (see `versionOf`). */
  noteRules(version: string): void;
  /** What was left of lines and messages to come (see LineState), `null` for nothing. */
  lineState(): string | null;
  /** Known sources whose content may begin like this one's. */
  sourcesByHead(isHead: (length: number, hash: string) => boolean): SourcePosition[];
  /** Writes an event into the transaction of the next commit, opening it if need be. */
  add(event: InterpretedEvent): void;
  /** Ends the transaction: all events since the last commit and the batch are stored, or nothing of them. */
  commit(batch: Batch): void;
  close(): void;
}
