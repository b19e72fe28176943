import type { NewReason } from './check.js';
import type { Deferrals, GroupValues, HourFigures } from './digest.js';
import type { Incident, IncidentQuestion } from './incidents.js';
import type { EventCounts } from './metrics.js';
import type { EventRow, EventsQuestion, GroupsAnswer, MainCause, ReplySample, SummedGroup, TopAnswer, TopQuestion, Totals } from './question.js';
import type { Range, Span } from './range.js';
import type { StatusAnswer } from './status.js';
import type { Suppressed, SuppressQuestion } from './suppress.js';
import type { TraceAnswer, TraceQuestion } from './trace.js';
import type { TrendAnswer, TrendQuestion } from './trend.js';
import type { KnownDomains } from './typo.js';
import type { UnknownKind } from './unknown.js';

/** Names that a shell can complete. */
export type NameKind = 'provider' | 'host' | 'listing' | 'domain';

/** The reading side of a store. */
export interface ReportStore {
  top(question: TopQuestion): TopAnswer;
  /** The groups alone: half the work. */
  groups(question: TopQuestion): GroupsAnswer;
  /** What became of all deliveries of a range, as far as the filters tell. */
  totals(question: Pick<TopQuestion, 'range' | 'filters'>): Totals;
  events(question: EventsQuestion): Iterable<EventRow>;
  trace(question: TraceQuestion): TraceAnswer;
  status(): StatusAnswer;
  /** Lines that look like a delivery result and could not be read. */
  linesNotUnderstood(): number;
  unknown(range: Range): UnknownKind[];
  suppressed(question: SuppressQuestion): Iterable<Suppressed>;
  /** What block lists did to our mail. */
  incidents(question: IncidentQuestion): Incident[];
  /** Kinds of replies that came in a span, and never before it, to so many deliveries at least. */
  newReasons(range: Span, minDeliveries: number): NewReason[];
  /** Failures by hour or day of some values of a group, or by time alone with the delivered mail. */
  figures(of: GroupValues | null, range: Span, step: 'hour' | 'day'): HourFigures[];
  /** The cause that each of these values failed for most, as far as it is known. */
  mainCauses(by: SummedGroup, values: readonly (string | number | null)[], range: Span): Map<string | number | null, MainCause>;
  /** What servers said most, so many kinds of replies for each cause. */
  replySamples(range: Span, perCause: number): ReplySample[];
  /** How deferrals ended in a span, and what waits at `now` (UTC ms). */
  deferrals(range: Span, now: number): Deferrals;
  /** Several questions to one and the same state. */
  consistently<T>(ask: () => T): T;
  /** Events of all time, by these providers. */
  eventCounts(providers: readonly string[]): EventCounts;
  /** Names in the store that begin with a prefix, so many as one can choose from. */
  namesLike(kind: NameKind, prefix: string): string[];
  /** UTC ms of the last line about mail; `null` = there was none. */
  lastMail(): number | null;
  /** UTC ms of the first hour that has anything; `null` = none has. */
  firstHour(): number | null;
  trend(question: TrendQuestion): TrendAnswer;
  /** Domains that this host delivers to. */
  deliveredDomains(): KnownDomains;
  close(): void;
}
