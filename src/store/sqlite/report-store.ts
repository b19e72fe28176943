import type { Database } from 'better-sqlite3';
import type { NewReason } from '../../report/check.js';
import type { Deferrals, GroupValues, HourFigures } from '../../report/digest.js';
import type { Incident, IncidentQuestion } from '../../report/incidents.js';
import type { EventCounts } from '../../report/metrics.js';
import type {
  EventRow,
  EventsQuestion,
  GroupsAnswer,
  MainCause,
  ReplySample,
  SummedGroup,
  TopAnswer,
  TopQuestion,
  Totals,
} from '../../report/question.js';
import type { Range, Span } from '../../report/range.js';
import type { NameKind, ReportStore } from '../../report/report-store.js';
import type { StatusAnswer } from '../../report/status.js';
import type { Suppressed, SuppressQuestion } from '../../report/suppress.js';
import type { TraceAnswer, TraceQuestion } from '../../report/trace.js';
import { type TrendAnswer, type TrendQuestion, type TrendSource, trend } from '../../report/trend.js';
import type { KnownDomains } from '../../report/typo.js';
import type { UnknownKind } from '../../report/unknown.js';
import { countedOnce } from './choose-way.js';
import { deferrals, figures } from './digest.js';
import { eventCounts } from './event-counts.js';
import { eventRows } from './event-rows.js';
import { firstHour } from './hours.js';
import { incidents } from './incidents/incidents.js';
import { Meta } from './meta.js';
import { namesLike } from './names.js';
import { lastMail, newReasons } from './news.js';
import { guard, guardEach } from './open.js';
import { totals } from './outcome-totals.js';
import { replySamples } from './samples.js';
import { linesNotUnderstood, status } from './status.js';
import { failuresBySteps } from './steps.js';
import { hoursWithMail } from './summary/covered.js';
import { mainCauses } from './summary/main-causes.js';
import { deliveredDomains, suppressed } from './suppress.js';
import { groups, top } from './top.js';
import { trace } from './trace.js';
import { unknownKinds } from './unknown.js';

/** Questions to a SQLite database; each answer is one consistent state, also while an ingest writes. */
export class SqliteReportStore implements ReportStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  top(question: TopQuestion): TopAnswer {
    return guard(this.#db.name, () => this.#db.transaction(() => top(this.#db, question))());
  }

  groups(question: TopQuestion): GroupsAnswer {
    return guard(this.#db.name, () => groups(this.#db, question));
  }

  totals(question: Pick<TopQuestion, 'range' | 'filters'>): Totals {
    return guard(this.#db.name, () => this.#db.transaction(() => totals(this.#db, question, countedOnce(this.#db, { ...question, by: [] })))());
  }

  events(question: EventsQuestion): Iterable<EventRow> {
    return guardEach(this.#db.name, eventRows(this.#db, question));
  }

  trace(question: TraceQuestion): TraceAnswer {
    return guard(this.#db.name, () => this.#db.transaction(() => trace(this.#db, question))());
  }

  status(): StatusAnswer {
    return guard(this.#db.name, () => this.#db.transaction(() => status(this.#db))());
  }

  linesNotUnderstood(): number {
    return guard(this.#db.name, () => linesNotUnderstood(this.#db));
  }

  /** The fingerprint of the key that addresses are hashed with, `null` = they are plain. */
  get anonymized(): string | null {
    return new Meta(this.#db).get('anonymized');
  }

  unknown(range: Range): UnknownKind[] {
    return guard(this.#db.name, () => this.#db.transaction(() => unknownKinds(this.#db, range))());
  }

  suppressed(question: SuppressQuestion): Iterable<Suppressed> {
    return guardEach(this.#db.name, suppressed(this.#db, question));
  }

  incidents(question: IncidentQuestion): Incident[] {
    return guard(this.#db.name, () => this.#db.transaction(() => incidents(this.#db, question))());
  }

  newReasons(range: Span, minDeliveries: number): NewReason[] {
    return guard(this.#db.name, () => newReasons(this.#db, range, minDeliveries));
  }

  eventCounts(providers: readonly string[]): EventCounts {
    return guard(this.#db.name, () => eventCounts(this.#db, providers));
  }

  figures(of: GroupValues | null, range: Span, step: 'hour' | 'day'): HourFigures[] {
    return guard(this.#db.name, () => figures(this.#db, of, range, step));
  }

  mainCauses(by: SummedGroup, values: readonly (string | number | null)[], range: Span): Map<string | number | null, MainCause> {
    return guard(this.#db.name, () => mainCauses(this.#db, by, values, range));
  }

  replySamples(range: Span, perCause: number): ReplySample[] {
    return guard(this.#db.name, () => replySamples(this.#db, range, perCause));
  }

  deferrals(range: Span, now: number): Deferrals {
    return guard(this.#db.name, () => deferrals(this.#db, range, now));
  }

  consistently<T>(ask: () => T): T {
    return guard(this.#db.name, () => this.#db.transaction(ask)());
  }

  namesLike(kind: NameKind, prefix: string): string[] {
    return guard(this.#db.name, () => namesLike(this.#db, kind, prefix));
  }

  lastMail(): number | null {
    return guard(this.#db.name, () => lastMail(this.#db));
  }

  firstHour(): number | null {
    return guard(this.#db.name, () => firstHour(this.#db));
  }

  trend(question: TrendQuestion): TrendAnswer {
    const source: TrendSource = {
      groups: (one) => groups(this.#db, one),
      failuresBySteps: (asked, steps) => failuresBySteps(this.#db, asked, steps),
      firstHour: () => firstHour(this.#db),
      hoursWithMail: (range) => hoursWithMail(this.#db, range),
    };
    return guard(this.#db.name, () => this.#db.transaction(() => trend(source, question))());
  }

  deliveredDomains(): KnownDomains {
    return guard(this.#db.name, () => deliveredDomains(this.#db));
  }

  close(): void {
    this.#db.close();
  }
}
