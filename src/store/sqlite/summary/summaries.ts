import type { Database, Statement } from 'better-sqlite3';
import { endOfMail, hoursWithMailBut } from '../hours.js';
import { IncidentWriter } from '../incidents.js';
import { FAILURES } from '../outcomes.js';
import { PackedWriter } from './packed-summaries.js';
import { priorOf } from './prior-of.js';
import { PLAIN_SUMMARIES, type PlainSummary } from './summary-kinds.js';
import { localDay, OVERLAPPING, summedDays, summedHours, summedTimes, type Time, timeWith } from './times.js';

const FIGURES = 'sum(e.attempts) AS attempts, sum(e.deliveries) AS deliveries, min(e.first_seen) AS first_seen, max(e.last_seen) AS last_seen';

/**
 * From the totals of an hour. An earlier deferral in this hour itself is one in any range that has it: when it was does not matter,
 * and without it there are half as many rows.
 */
function fromTotals(key: string, prior: string, joins: string, where: string): string {
  return `SELECT ${key} AS key, e.outcome, min(@hour, ${prior}) AS prior_hour, ${FIGURES} FROM hourly e ${joins}
    WHERE e.hour = @hour AND ${where} GROUP BY 1, 2, 3`;
}

const PRIOR_REPLY = 'JOIN reply pr ON pr.id = p.reply_id';
const REPLY = 'JOIN reply r ON r.id = e.reply_id';
const EVENTS = 'e.outcome <> 0';

const OF_AN_HOUR: Record<PlainSummary, string> = {
  all: fromTotals('0', 'e.prior_hour', '', '1'),
  cause: fromTotals('r.cause', priorOf(PRIOR_REPLY, 'pr.cause = r.cause'), REPLY, EVENTS),
  code: fromTotals('ifnull(r.code, 0)', priorOf(PRIOR_REPLY, 'pr.code IS r.code'), REPLY, EVENTS),
  reply: fromTotals('e.reply_id', priorOf('', 'p.reply_id = e.reply_id'), '', FAILURES),
};
/** A summary of an hour, as SQL that puts it in. */
function putHour(summary: PlainSummary): string {
  return `INSERT INTO summary (by, hours, start, key, outcome, prior_hour, attempts, deliveries, first_seen, last_seen)
    SELECT ${PLAIN_SUMMARIES[summary]}, 1, @hour, * FROM (${OF_AN_HOUR[summary]})`;
}

/** Those of a day, from those of its hours. */
function putDay(summaries: readonly PlainSummary[]): string {
  return `INSERT INTO summary (by, hours, start, key, outcome, prior_hour, attempts, deliveries, first_seen, last_seen)
    SELECT by, @hours, @start, key, outcome, min(@start, prior_hour), sum(attempts), sum(deliveries), min(first_seen), max(last_seen)
    FROM summary WHERE by IN (${summaries.map((summary) => PLAIN_SUMMARIES[summary]).join(', ')}) AND hours = 1 AND start >= @start AND start < @start + @hours
    GROUP BY 1, 4, 5, 6`;
}

const PLAIN_KINDS = Object.keys(PLAIN_SUMMARIES) as PlainSummary[];

/** Keeps the summaries true to the totals: takes out what has changed, and makes it again when the hour or day is over. */
export class SummaryWriter {
  readonly #db: Database;
  readonly #unmark: Statement;
  readonly #overlapping: Statement<[{ from: number; to: number }], Time>;
  readonly #clear: Statement;
  readonly #mark: Statement;
  readonly #ofHours: Statement[];
  readonly #ofDays: Statement;
  readonly #packed: PackedWriter;
  readonly #incidents: IncidentWriter;
  /** Hours that surely do not stand in the summaries. */
  readonly #changed = new Set<number>();
  #lastHour = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#unmark = db.prepare('DELETE FROM summarized WHERE hours = ? AND start = ?');
    this.#overlapping = db.prepare(`SELECT start, hours FROM summarized WHERE ${OVERLAPPING}`);
    this.#clear = db.prepare('DELETE FROM summary WHERE by IN (1, 2, 3, 4) AND hours = ? AND start = ?');
    this.#mark = db.prepare('INSERT INTO summarized (hours, start) VALUES (?, ?)');
    this.#ofDays = db.prepare(putDay(PLAIN_KINDS));
    this.#ofHours = PLAIN_KINDS.map((kind) => db.prepare(putHour(kind)));
    this.#packed = new PackedWriter(db);
    this.#incidents = new IncidentWriter(db);
  }

  /** The totals of this hour are about to change. */
  touch(hour: number): void {
    if (hour === this.#lastHour) return;
    this.#lastHour = hour;
    if (this.#changed.has(hour)) return;
    this.#changed.add(hour);
    this.#takeOut({ start: hour, hours: 1 });
    const day = this.#overlapping.get({ from: hour, to: hour + 1 });
    if (day !== undefined) this.#takeOut(day);
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
    for (const hour of notSummed(this.#db, since, until, summedHours)) {
      for (const statement of this.#ofHours) statement.run({ hour });
      this.#packed.putHour(hour);
      this.#finish({ start: hour, hours: 1 });
    }
    for (const day of daysOf(notSummed(this.#db, since, until, summedDays))) {
      const end = day.start + day.hours;
      if (end > until || this.#overlapping.get({ from: day.start, to: end }) !== undefined) continue;
      this.#ofDays.run(day);
      this.#packed.putDay(day);
      this.#finish(day);
    }
  }

  /** Makes all that is missing, day by day in transactions of their own: an end in the middle leaves whole days. */
  summarizeAll(): void {
    const end = endOfMail(this.#db);
    const rest = [summedHours, summedDays].flatMap((summed) => notSummed(this.#db, 0, end, summed)).sort((a, b) => a - b);
    for (const { start, hours } of daysOf(rest)) {
      this.#db.transaction(() => this.#summarize(start, Math.min(start + hours, end))).immediate();
    }
    this.#db.transaction(() => this.#incidents.keep(end)).immediate();
  }

  #takeOut(time: Time): void {
    if (this.#unmark.run(time.hours, time.start).changes === 0) return;
    this.#clear.run(time.hours, time.start);
    this.#packed.clear(time);
  }

  #finish({ start, hours }: Time): void {
    this.#mark.run(hours, start);
    // What comes to it later has to take it out again.
    for (let hour = start; hour < start + hours; hour++) this.#changed.delete(hour);
    this.#lastHour = 0;
  }
}

/** After causes have changed: the one thing in the summaries that is no fact. */
export function sumCausesAnew(db: Database): void {
  const times = db.prepare<[], Time>('SELECT start, hours FROM summarized ORDER BY hours').all();
  const [sumHour, sumDay] = [db.prepare(putHour('cause')), db.prepare(putDay(['cause']))];
  db.prepare(`DELETE FROM summary WHERE by = ${PLAIN_SUMMARIES.cause}`).run();
  for (const { start, hours } of times) {
    if (hours === 1) sumHour.run({ hour: start });
    else sumDay.run({ start, hours });
  }
}

/** The days of these hours, which are in order. */
function daysOf(hours: readonly number[]): Time[] {
  const days: Time[] = [];
  for (const hour of hours) {
    const last = days.at(-1);
    if (last === undefined || hour >= last.start + last.hours) days.push(localDay(hour));
  }
  return days;
}

/** Of a range in whole hours: what summaries there are of it, and the hours with mail that have to be counted from elsewhere. */
export interface Covered {
  /** They do not overlap. */
  times: Time[];
  rest: number[];
}

/**
 * @param since, until hours since 1970
 * @param step whether days will do where they lie in the range, or each hour is asked for
 */
export function coverage(db: Database, since: number, until: number, step: 'hour' | 'day' = 'day'): Covered {
  const times = (step === 'day' ? summedTimes : summedHours)(db, since, until);
  return { times, rest: hoursBut(db, since, until, times) };
}

/** SQL for the rows of a summary (`e`) of the times that are given as JSON, in a parameter. */
export function summariesOf(summary: PlainSummary, parameter = '?'): string {
  return `json_each(${parameter}) t CROSS JOIN summary e ON e.by = ${PLAIN_SUMMARIES[summary]} AND e.hours = t.value ->> 'hours' AND e.start = t.value ->> 'start'`;
}

function notSummed(db: Database, since: number, until: number, summed: (db: Database, since: number, until: number) => Time[]): number[] {
  return hoursBut(db, since, until, summed(db, since, until));
}

/** Hours with mail that do not lie in these times. */
function hoursBut(db: Database, since: number, until: number, times: readonly Time[]): number[] {
  return hoursWithMailBut(db, since, until, (hour) => {
    const time = timeWith(times, hour);
    return time === undefined ? null : time.start + time.hours;
  });
}
