import { UNCLASSIFIED } from '../bounce/causes.js';
import { type Change, changeOf, type Series } from './change.js';
import { hardRate, type NewReason, softRate } from './check.js';
import { type FirstCause, firstCauses } from './first-causes.js';
import { CLEAR_AFTER, type Incident } from './incidents.js';
import { type Group, type GroupsAnswer, NO_FILTERS, type TopRow, type Totals } from './question.js';
import { type Span, spanBefore } from './range.js';
import type { ReportStore } from './report-store.js';

/*
 * The nightly digest: what an admin wants to know of a span in ten seconds, and what he looks at next.
 */

export interface DigestQuestion {
  range: Span;
  /** UTC ms */
  now: number;
  /** Rows of each table. */
  limit: number;
  /** What was asked for already, the same range unfiltered: groups by deliveries, as many as are wanted at least; and incidents of all time. */
  known?: { groups: ReadonlyMap<Group, KnownGroups>; incidents: readonly Incident[] };
}

/** Groups, and the first cause of each row, where that is known. */
export interface KnownGroups {
  answer: GroupsAnswer;
  causes: readonly (FirstCause | null)[];
}

/** Groups that a digest shows, each with what changed. */
export const DIGEST_GROUPS = ['cause', 'provider', 'domain', 'code', 'sender'] as const satisfies readonly Group[];
export type DigestGroup = (typeof DIGEST_GROUPS)[number];

export interface DigestRow {
  key: string | number | null;
  hard: number;
  soft: number;
  deliveries: number;
  /** Of all failed deliveries, 0-1. */
  share: number;
  /** Deliveries in the span before. */
  before: number;
  /** Against the span before, by all mail of each; `null` = not told (senders). */
  change: Change | null;
  /** What more deliveries failed for than for anything else, where that is known: domains, providers and senders. */
  mainCause: FirstCause | null;
}

/** Some values of a group that stands in the totals by the hour. */
export interface GroupValues {
  group: Exclude<DigestGroup, 'sender'>;
  values: (string | number | null)[];
}

/** Figures of one hour, or of the day that begins with it: deliveries that went well, and failed. */
export interface HourFigures {
  hour: number;
  key: string | number | null;
  hard: number;
  soft: number;
  delivered: number;
}

export interface Deferrals {
  recovered: number;
  /** Seconds from arrival to delivery, of those whose arrival is known. */
  medianSeconds: number | null;
  longestSeconds: number | null;
  waiting: number;
  /** UTC ms of the arrival of the oldest that waits; `null` = not known, or none waits. */
  oldest: number | null;
  /** UTC ms at which the MTA gives up the first of them, as far as can be told; `null` = not known, or none waits. */
  nextExpiry: number | null;
  /** That it gives up within a day. */
  soonExpired: number;
}

export type Verdict = 'silent' | 'healthy' | 'attention' | 'trouble';

export interface DigestAnswer {
  range: Span;
  before: Span;
  verdict: Verdict;
  /** Why, most important first. */
  reasons: string[];
  totals: Totals;
  totalsBefore: Totals;
  hard: Change;
  soft: Change;
  delivered: Change;
  groups: Record<DigestGroup, { rows: DigestRow[]; more: number }>;
  newReasons: NewReason[];
  incidents: { opened: Incident[]; open: Incident[]; cleared: Incident[] };
  deferrals: Deferrals;
  notUnderstood: { lines: number; deliveries: number };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Spans of so many days are compared by the day, shorter ones by the hour. */
const MIN_DAYS = 3;
/** Deliveries below which a rate says nothing. */
const MIN_SAMPLE = 20;
/** A hard rate that is trouble whatever it was before. */
const HIGH_HARD_RATE = 0.25;
/** A reason is new when it failed so many deliveries. */
const MIN_NEW = 3;
/** Shares of a sender among hard failures from which on his account may be hacked. */
const SUSPECT_SHARE = 0.5;
const SUSPECT_HARD = 50;

export function digest(store: ReportStore, { range, now, limit, known }: DigestQuestion): DigestAnswer {
  const before = spanBefore(range);
  const all = store.figures(null, { since: before.since, until: range.until }, 'hour');
  const totalsOf = (of: Span) => store.totals({ range: of, filters: NO_FILTERS });
  const totals = totalsOf(range);
  const totalsBefore = totalsOf(before);
  const incidents = known?.incidents ?? store.incidents({ range: { since: null, until: null }, now, clearAfter: CLEAR_AFTER });
  const steps = stepsOf(store, range, before);
  const isIn = (time: number | null) => time !== null && time >= range.since && time < range.until;
  const answer: DigestAnswer = {
    range,
    before,
    verdict: 'healthy',
    reasons: [],
    totals,
    totalsBefore,
    hard: changeBetween(all, all, ({ hard }) => hard, range),
    soft: changeBetween(all, all, ({ soft }) => soft, range),
    delivered: volumeChange(all, range, before, store.firstHour() ?? before.since),
    groups: Object.fromEntries(
      DIGEST_GROUPS.map((group) => [group, groupOf(store, group, steps, limit, known?.groups.get(group))]),
    ) as DigestAnswer['groups'],
    newReasons: store.newReasons(range, MIN_NEW).slice(0, limit),
    incidents: {
      opened: incidents.filter(({ first, state }) => isIn(first) && state === 'open'),
      open: incidents.filter(({ first, state }) => !isIn(first) && state === 'open'),
      cleared: incidents.filter(({ cleared }) => isIn(cleared)),
    },
    deferrals: store.deferrals(range, now),
    notUnderstood: {
      lines: store.linesNotUnderstood(),
      deliveries:
        store.groups({ by: ['cause'], range, filters: NO_FILTERS, sort: 'deliveries', limit: 0 }).rows.find(({ keys }) => keys[0] === UNCLASSIFIED)
          ?.deliveries ?? 0,
    },
  };
  return { ...answer, ...verdictOf(answer) };
}

/** A range and the span before it in hours or days, with the figures of all mail in them. */
interface Steps {
  range: Span;
  before: Span;
  step: 'hour' | 'day';
  all: HourFigures[];
}

function stepsOf(store: ReportStore, range: Span, before: Span): Steps {
  const step = range.until - range.since >= MIN_DAYS * DAY ? 'day' : 'hour';
  const steps: Steps = { range, before, step, all: [] };
  return { ...steps, all: figuresIn(store, null, steps) };
}

/** Each span by itself: a day that lies in both is no step of either. */
function figuresIn(store: ReportStore, of: GroupValues | null, { range, before, step }: Steps): HourFigures[] {
  return [before, range].flatMap((span) => store.figures(of, span, step));
}

function groupOf(store: ReportStore, by: DigestGroup, steps: Steps, limit: number, known: KnownGroups | undefined) {
  const { range, before } = steps;
  const ask = { by: [by], filters: NO_FILTERS, sort: 'deliveries' as const };
  const answer = known?.answer ?? store.groups({ ...ask, range, limit });
  const rows = limit > 0 ? answer.rows.slice(0, limit) : answer.rows;
  const more = answer.more + answer.rows.length - rows.length;
  const values = rows.map(({ keys }) => keys[0] ?? null);
  const earlier = new Map(store.groups({ ...ask, range: before, limit: 0, only: values }).rows.map((row) => [row.keys[0] ?? null, row.deliveries]));
  const causes = known?.causes ?? (by === 'cause' || by === 'code' ? [] : firstCauses(store, by, rows, range));
  const figures = by === 'sender' ? null : figuresIn(store, { group: by, values }, steps);
  return {
    more,
    rows: rows.map((row: TopRow, index): DigestRow => {
      const key = row.keys[0] ?? null;
      const { hard, soft, deliveries, share } = row;
      const own = key === null ? null : (figures?.filter((one) => one.key === key) ?? null);
      const change = own === null ? null : changeBetween(own, steps.all, (one) => one.hard + one.soft, range);
      return { key, hard, soft, deliveries, share, before: earlier.get(key) ?? 0, change, mainCause: causes[index] ?? null };
    }),
  };
}

/** The change of a rate between the span before and the range, hour by hour. */
function changeBetween(some: readonly HourFigures[], all: readonly HourFigures[], failuresOf: (figures: HourFigures) => number, range: Span): Change {
  const failures = new Map<number, number>();
  for (const one of some) failures.set(one.hour, (failures.get(one.hour) ?? 0) + failuresOf(one));
  const series = (isIn: (time: number) => boolean): Series => {
    const hours = all.filter(({ hour }) => isIn(hour * HOUR));
    return {
      failures: hours.map(({ hour }) => failures.get(hour) ?? 0),
      totals: hours.map(({ hard, soft, delivered }) => hard + soft + delivered),
    };
  };
  return changeOf(
    series((time) => time >= range.since),
    series((time) => time < range.since),
  );
}

/**
 * Delivered mail against the span before: as a rate by the hour.
 * @param first UTC ms of the first hour in the database: before it nothing was logged, which is not no mail
 */
function volumeChange(all: readonly HourFigures[], range: Span, before: Span, first: number): Change {
  const series = ({ since, until }: Span): Series => {
    const values = all.filter(({ hour }) => hour * HOUR >= since && hour * HOUR < until).map(({ delivered }) => delivered);
    const steps = Math.max(1, Math.round((until - Math.max(since, first)) / HOUR));
    const failures = [...values, ...Array.from({ length: Math.max(0, steps - values.length) }, () => 0)];
    return { failures, totals: failures.map(() => 1) };
  };
  const earlier = series(before);
  return earlier.failures.every((value) => value === 0) ? { ratio: null, isReal: false } : changeOf(series(range), earlier);
}

function verdictOf({ totals, totalsBefore, hard, soft, groups, incidents, newReasons, delivered }: DigestAnswer): {
  verdict: Verdict;
  reasons: string[];
} {
  const now = hardRate(totals);
  const trouble: string[] = [];
  const attention: string[] = [];
  if ((totals.delivered ?? 0) + totals.hard + totals.soft === 0) return { verdict: 'silent', reasons: ['no mail was logged'] };
  for (const { list, subject } of incidents.opened) trouble.push(`newly listed: ${list} ${subject}`.trim());
  if (hard.isReal && (hard.ratio ?? 2) > 1) {
    const text = `hard failures went from ${percent(hardRate(totalsBefore).value)} to ${percent(now.value)}`;
    ((hard.ratio ?? 2) >= 2 ? trouble : attention).push(text);
  } else if (now.of >= MIN_SAMPLE && now.value >= HIGH_HARD_RATE) trouble.push(`${percent(now.value)} of all mail fails for good`);
  if (soft.isReal && (soft.ratio ?? 2) > 1)
    attention.push(`deferrals went from ${percent(softRate(totalsBefore).value)} to ${percent(softRate(totals).value)}`);
  if (delivered.isReal && (delivered.ratio ?? 1) < 0.5) attention.push(`less than half of the mail of the time before`);
  const sender = groups.sender.rows.find(
    (row) => row.key !== '' && row.key !== null && row.hard >= SUSPECT_HARD && row.hard / totals.hard >= SUSPECT_SHARE,
  );
  if (sender !== undefined)
    attention.push(`${String(sender.key)} alone causes ${percent(sender.hard / totals.hard)} of the hard failures: is the account hacked?`);
  if (incidents.open.length > 0) attention.push(`still on ${incidents.open.length} block list${incidents.open.length === 1 ? '' : 's'}`);
  if (newReasons.length > 0) attention.push(`${newReasons.length} new reason${newReasons.length === 1 ? '' : 's'}`);
  const verdict = trouble.length > 0 ? 'trouble' : attention.length > 0 ? 'attention' : 'healthy';
  return { verdict, reasons: [...trouble, ...attention] };
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)}%`;
}
