import type { Database, Statement } from 'better-sqlite3';
import { endOfMail, hoursWithMailBut } from '../hours.js';
import { IncidentWriter } from '../incidents.js';
import { FAILURES, OUTCOME_IDS } from '../outcomes.js';
import { DayWriter, type ReplyRow } from './day-summaries.js';
import { type Day, dayWith, localDay, OVERLAPPING, summedDays } from './days.js';
import { DAY_SUMMARIES, type DaySummary, HOUR_SUMMARIES, type HourSummary, isOfDays, type Summary } from './summary-kinds.js';

const HOUR = 3_600_000;
const { deferred: DEFERRED } = OUTCOME_IDS;

const FIGURES = 'sum(e.attempts) AS attempts, sum(e.deliveries) AS deliveries, min(e.first_seen) AS first_seen, max(e.last_seen) AS last_seen';

/** The last hour of an earlier deferral for which `condition` holds, too: `p` is one that was of another kind. */
export function priorOf(joins: string, condition: string): string {
  return `CASE e.prior_id WHEN 0 THEN e.prior_hour ELSE ifnull((SELECT max(p.hour) FROM prior p ${joins} WHERE p.id = e.prior_id AND ${condition}), 0) END`;
}

/**
 * From the totals of the hours `[@start, @end)`, which begin the row's time. An earlier deferral in these hours itself is one in any range that
 * has them: which hour it was does not matter, and without it there are half as many rows.
 */
function fromTotals(key: string, prior: string, joins: string, where: string): string {
  return `SELECT ${key} AS key, e.outcome, min(@start, ${prior}) AS prior_hour, ${FIGURES} ${TOTALS} ${joins} WHERE ${IN_HOURS} AND ${where} GROUP BY 1, 2, 3`;
}

/** The same by reply too, in the order of days. */
function byReply(key: string, prior: string, joins: string, where: string): string {
  return `SELECT ${key} AS key, e.outcome, min(@start, ${prior}) AS prior_hour, e.reply_id AS reply, ${FIGURES} ${TOTALS} ${joins}
    WHERE ${IN_HOURS} AND ${where} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3`;
}

const TOTALS = 'FROM hourly e';
const IN_HOURS = 'e.hour >= @start AND e.hour < @end';

const PRIOR_REPLY = 'JOIN reply pr ON pr.id = p.reply_id';
const REPLY = 'JOIN reply r ON r.id = e.reply_id';
const EVENTS = 'e.outcome <> 0';

const OF_HOURS: Record<HourSummary, string> = {
  all: fromTotals('0', 'e.prior_hour', '', '1'),
  cause: fromTotals('r.cause', priorOf(PRIOR_REPLY, 'pr.cause = r.cause'), REPLY, EVENTS),
  code: fromTotals('ifnull(r.code, 0)', priorOf(PRIOR_REPLY, 'pr.code IS r.code'), REPLY, EVENTS),
  reply: fromTotals('e.reply_id', priorOf('', 'p.reply_id = e.reply_id'), '', FAILURES),
};
const PROVIDERS = '(SELECT provider, min(id) AS id FROM route WHERE provider IS NOT NULL GROUP BY provider)';
const OF_DAYS: Record<DaySummary, string> = {
  domain: byReply('e.domain_id', 'e.prior_hour', '', FAILURES),
  provider: byReply(
    'ifnull(first.id, 0)',
    priorOf('JOIN route pro ON pro.id = p.route_id', 'pro.provider IS ro.provider'),
    `JOIN route ro ON ro.id = e.route_id LEFT JOIN ${PROVIDERS} first ON first.provider = ro.provider`,
    '1',
  ),
  // The totals know no senders.
  sender: `SELECT ifnull(d.sender_id, 0) AS key, e.outcome,
      min(@start, ifnull((SELECT max(p.time) / ${HOUR} FROM event p WHERE p.delivery_id = e.delivery_id AND p.id < e.id AND p.outcome = ${DEFERRED}), 0)) AS prior_hour,
      ifnull(e.basis_id, e.reply_id) AS reply, sum(e.tried) AS attempts, count(*) AS deliveries, min(e.time) AS first_seen, max(e.time) AS last_seen
    FROM event e JOIN delivery d ON d.id = e.delivery_id
    WHERE e.time >= @start * ${HOUR} AND e.time < @end * ${HOUR} AND ${FAILURES} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3`,
};

/** A summary of an hour, as SQL that puts it in. */
function putHour(summary: HourSummary): string {
  return `INSERT INTO summary (by, start, key, outcome, prior_hour, attempts, deliveries, first_seen, last_seen)
    SELECT ${HOUR_SUMMARIES[summary]}, @start, * FROM (${OF_HOURS[summary]})`;
}

const HOUR_KINDS = Object.keys(HOUR_SUMMARIES) as HourSummary[];
const DAY_KINDS = Object.keys(DAY_SUMMARIES) as DaySummary[];

/** Keeps the summaries true to the totals: takes out what has changed, and makes it again when the hour or day is over. */
export class SummaryWriter {
  readonly #db: Database;
  readonly #unmark: Statement;
  readonly #overlapping: Statement<[{ from: number; to: number }], Day>;
  readonly #clearHour: Statement;
  readonly #mark: Statement;
  readonly #ofHours: Statement[];
  readonly #ofDays: { kind: DaySummary; rows: Statement<unknown[], ReplyRow> }[];
  readonly #days: DayWriter;
  readonly #incidents: IncidentWriter;
  /** Hours that surely do not stand in the summaries. */
  readonly #changed = new Set<number>();
  #lastHour = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#unmark = db.prepare('DELETE FROM summarized WHERE hours = ? AND start = ?');
    this.#overlapping = db.prepare(`SELECT start, hours FROM summarized WHERE ${OVERLAPPING}`);
    this.#clearHour = db.prepare('DELETE FROM summary WHERE by IN (1, 2, 3, 4) AND start = ?');
    this.#mark = db.prepare('INSERT INTO summarized (hours, start) VALUES (?, ?)');
    this.#ofHours = HOUR_KINDS.map((kind) => db.prepare(putHour(kind)));
    this.#ofDays = DAY_KINDS.map((kind) => ({ kind, rows: db.prepare<unknown[], ReplyRow>(OF_DAYS[kind]) }));
    this.#days = new DayWriter(db);
    this.#incidents = new IncidentWriter(db);
  }

  /** The totals of this hour are about to change. */
  touch(hour: number): void {
    if (hour === this.#lastHour) return;
    this.#lastHour = hour;
    if (this.#changed.has(hour)) return;
    this.#changed.add(hour);
    if (this.#unmark.run(1, hour).changes > 0) this.#clearHour.run(hour);
    const day = this.#overlapping.get({ from: hour, to: hour + 1 });
    if (day !== undefined) {
      this.#unmark.run(day.hours, day.start);
      this.#days.clear(day.start);
    }
    this.#incidents.touch(hour);
  }

  /**
   * Makes what is missing, in the transaction of the caller.
   * @param until hours before this one are over
   */
  summarize(until: number): void {
    this.#summarize(0, until);
    this.#incidents.keep(until);
  }

  #summarize(since: number, until: number): void {
    for (const hour of coveredByHours(this.#db, since, until).rest) {
      for (const statement of this.#ofHours) statement.run({ start: hour, end: hour + 1 });
      this.#finish(1, hour);
    }
    for (const { start, hours: length } of daysOf(coveredByDays(this.#db, since, until).rest)) {
      const end = start + length;
      if (end > until || this.#overlapping.get({ from: start, to: end }) !== undefined) continue;
      for (const { kind, rows } of this.#ofDays) this.#days.put(kind, start, rows.iterate({ start, end }));
      this.#finish(length, start);
    }
  }

  /** Makes all that is missing, day by day in transactions of their own: an end in the middle leaves whole days. */
  summarizeAll(): void {
    const end = endOfMail(this.#db);
    const rest = [...coveredByHours(this.#db, 0, end).rest, ...coveredByDays(this.#db, 0, end).rest].sort((a, b) => a - b);
    for (const { start, hours: length } of daysOf(rest)) {
      this.#db.transaction(() => this.#summarize(start, Math.min(start + length, end))).immediate();
    }
    this.#db.transaction(() => this.#incidents.keep(end)).immediate();
  }

  #finish(hours: number, start: number): void {
    this.#mark.run(hours, start);
    // What comes to it later has to take it out again.
    for (let hour = start; hour < start + hours; hour++) this.#changed.delete(hour);
    this.#lastHour = 0;
  }
}

/** After causes have changed: the one thing in the summaries that is no fact. */
export function sumCausesAnew(db: Database): void {
  const hours = db.prepare<[], { start: number }>('SELECT start FROM summarized WHERE hours = 1').all();
  const sum = db.prepare(putHour('cause'));
  db.prepare(`DELETE FROM summary WHERE by = ${HOUR_SUMMARIES.cause}`).run();
  for (const { start } of hours) sum.run({ start, end: start + 1 });
}

/** The days of these hours, which are in order. */
function daysOf(hours: readonly number[]): Day[] {
  const days: Day[] = [];
  for (const hour of hours) {
    const last = days.at(-1);
    if (last === undefined || hour >= last.start + last.hours) days.push(localDay(hour));
  }
  return days;
}

/** Of a range in whole hours: how far summaries reach, and the hours with mail that have to be counted from elsewhere. */
export interface Covered {
  /** Starts of rows lie in `[since, until)`. */
  since: number;
  until: number;
  /** Of the hours or days that have summaries. */
  starts: number[];
  rest: number[];
  /** No summary at all. */
  isEmpty: boolean;
}

/** @param since, until hours since 1970 */
export function coverage(db: Database, summary: Summary, since: number, until: number): Covered {
  return isOfDays(summary) ? coveredByDays(db, since, until) : coveredByHours(db, since, until);
}

function coveredByHours(db: Database, since: number, until: number): Covered {
  const marked = new Set(
    db
      .prepare<[number, number], { start: number }>('SELECT start FROM summarized WHERE hours = 1 AND start >= ? AND start < ?')
      .all(since, until)
      .map(({ start }) => start),
  );
  const rest = hoursWithMailBut(db, since, until, (hour) => (marked.has(hour) ? hour + 1 : null));
  return { since, until, starts: [...marked], rest, isEmpty: marked.size === 0 };
}

function coveredByDays(db: Database, since: number, until: number): Covered {
  const days = summedDays(db, since, until);
  const rest = hoursWithMailBut(db, since, until, (hour) => {
    const day = dayWith(days, hour);
    return day === undefined ? null : day.start + day.hours;
  });
  return { since, until, starts: days.map(({ start }) => start), rest, isEmpty: days.length === 0 };
}
