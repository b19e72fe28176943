import type { Outcome } from '../delivery/event.js';
import type { Range } from './range.js';

/** What failures can be grouped by. */
export const GROUPS = [
  'cause',
  'code',
  'enhanced',
  'domain',
  'provider',
  'mx',
  'sender',
  'sender-domain',
  'reply',
  'host',
  'listing',
  'stage',
  'outcome',
] as const;
export type Group = (typeof GROUPS)[number];

/** Values of one filter are alternatives; different filters must all hold. `*` in a value stands for anything. */
export interface Filters {
  outcome: Outcome[];
  cause: string[];
  code: string[];
  enhanced: string[];
  domain: string[];
  provider: string[];
  mx: string[];
  sender: string[];
  recipient: string[];
  host: string[];
  listing: string[];
}

export const NO_FILTERS: Filters = {
  outcome: [],
  cause: [],
  code: [],
  enhanced: [],
  domain: [],
  provider: [],
  mx: [],
  sender: [],
  recipient: [],
  host: [],
  listing: [],
};

export const SORTS = ['deliveries', 'hard', 'soft', 'attempts', 'first', 'last', 'name'] as const;
export type Sort = (typeof SORTS)[number];

export interface TopQuestion {
  by: Group[];
  range: Range;
  filters: Filters;
  sort: Sort;
  /** Groups of the outermost level, and of each level inside; 0 = all. */
  limit: number;
  /** No other groups of the outermost level than these. */
  only?: readonly (string | number | null)[] | undefined;
}

/** Deliveries (not tries) by outcome. */
export interface Totals {
  /** Delivered to the world, recovered ones included; `null` when a filter asks what delivered mail does not tell (its sender). */
  delivered: number | null;
  deferred: number;
  bounced: number;
  expired: number;
  recovered: number;
  rejected: number;
  hard: number;
  soft: number;
}

export interface TopRow {
  /** One value for each of `by`; `null` = not known or does not apply. */
  keys: (string | number | null)[];
  hard: number;
  soft: number;
  attempts: number;
  deliveries: number;
  /** Of all deliveries in the answer, 0-1. */
  share: number;
  firstSeen: number;
  lastSeen: number;
}

/** What `top` answers, without the totals of the range. */
export type GroupsAnswer = Omit<TopAnswer, 'totals'>;

export interface TopAnswer {
  by: Group[];
  range: Range;
  totals: Totals;
  rows: TopRow[];
  /** All rows together, those that `limit` left out included; a delivery in two groups counts in both. */
  all: { hard: number; soft: number; deliveries: number };
  /** Groups of the outermost level that `limit` left out. */
  more: number;
}

export interface EventsQuestion {
  range: Range;
  filters: Filters;
  /** 0 = all. */
  limit: number;
}

/** One event as the contract of `events --format ndjson` gives it, times still in UTC ms. */
export interface EventRow {
  id: number;
  time: number;
  host: string;
  mta: string;
  queueId: string | null;
  messageId: string | null;
  sender: string | null;
  authUser: string | null;
  recipient: string | null;
  recipientDomain: string | null;
  origRecipient: string | null;
  mx: string | null;
  mxIp: string | null;
  provider: string | null;
  transport: string | null;
  stage: string;
  outcome: Outcome;
  code: number | null;
  enhanced: string | null;
  cause: string;
  rule: string | null;
  listing: { list: string; subject: string } | null;
  reply: string;
  attempt: number;
  delaySeconds: number | null;
}

/** A kind of reply as it was last said, and to how many deliveries. */
export interface ReplySample {
  cause: string;
  reply: string;
  deliveries: number;
}

/** Groups of many values, of which it is known what those with the most failures failed for. */
export type SummedGroup = 'domain' | 'provider' | 'sender';

/** What deliveries failed for most, as far as that is known. */
export interface MainCause {
  cause: string;
  /** Deliveries that failed for it, at least. */
  deliveries: number;
  /** That failed for the cause that comes next. */
  next: number;
  /** Of which the cause is known. */
  known: number;
}
