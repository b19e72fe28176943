import type { Database, Statement } from 'better-sqlite3';
import { endOfMail } from '../hours.js';
import { IncidentWriter } from '../incidents/incidents.js';
import { DELIVERED, FAILURES } from '../outcomes.js';
import { hourOf } from '../totals/hour.js';
import { TotalsWriter } from '../totals/writer.js';
import { hoursBut, summariesOf, timesParameter } from './covered.js';
import { type Failure, HourGatherer } from './hour-gatherer.js';
import { HOUR_ROWS, HourRows } from './hour-rows.js';
import { PackedWriter } from './packed-writer.js';
import { priorOf } from './prior-of.js';
import { ProviderCausesWriter } from './provider-causes.js';
import { ProviderKeys } from './provider-keys.js';
import { PLAIN_SUMMARIES, type PlainSummary, PROVIDER_CAUSES } from './summary-kinds.js';
import { BEGUN, begunDay, DAYS, localTime, overlapping, summedHours, summedOf, summedTimes, type Time, WEEKS } from './times.js';

const FIGURES = 'sum(e.attempts) AS attempts, sum(e.deliveries) AS deliveries, min(e.first_seen) AS first_seen, max(e.last_seen) AS last_seen';

/**
 * A summary of an hour. An earlier deferral in this hour itself is one in any range that has it: when it was does not matter, and without it
 * there are half as many rows.
 */
function ofHour(key: string, prior: string, joins = '', where = `e.outcome <> ${DELIVERED}`): string {
  return `SELECT ${key} AS key, e.outcome, min(@hour, ${prior}) AS prior_hour, ${FIGURES} FROM ${HOUR_ROWS} e ${joins} WHERE ${where} GROUP BY 1, 2, 3`;
}

const PRIOR_REPLY = 'JOIN reply pr ON pr.id = p.reply_id';
const REPLY = 'JOIN reply r ON r.id = e.reply_id';
/** As people name it. */
const LISTING = "l.list || ' ' || l.subject";

const OF_AN_HOUR: Record<PlainSummary, string> = {
  all: ofHour('0', 'e.prior_hour', '', '1'),
  cause: ofHour('r.cause', priorOf(PRIOR_REPLY, 'pr.cause = r.cause'), REPLY),
  code: ofHour('ifnull(r.code, 0)', priorOf(PRIOR_REPLY, 'pr.code IS r.code'), REPLY),
  reply: ofHour('e.reply_id', priorOf('', 'p.reply_id = e.reply_id'), '', FAILURES),
  enhanced: ofHour("ifnull(r.enhanced, '')", priorOf(PRIOR_REPLY, 'pr.enhanced IS r.enhanced'), REPLY),
  stage: ofHour('r.stage', priorOf(PRIOR_REPLY, 'pr.stage = r.stage'), REPLY),
  // A delivery is one host's.
  host: ofHour('e.host_id', 'e.prior_hour'),
  listing: ofHour(
    `ifnull(${LISTING}, '')`,
    priorOf('LEFT JOIN listing pl ON pl.id = p.listing_id', `${LISTING.replaceAll('l.', 'pl.')} IS ${LISTING}`),
    'LEFT JOIN listing l ON l.id = e.listing_id',
  ),
  // The first kind of reply with the text stands for it.
  template: ofHour('(SELECT min(o.id) FROM reply o WHERE o.template = r.template)', priorOf(PRIOR_REPLY, 'pr.template = r.template'), REPLY),
};

/** A summary of an hour, as SQL that puts it in. */
function putHour(summary: PlainSummary): string {
  return `INSERT INTO summary (by, hours, start, key, outcome, prior_hour, attempts, deliveries, first_seen, last_seen)
    SELECT ${PLAIN_SUMMARIES[summary]}, 1, @hour, * FROM (${OF_AN_HOUR[summary]})`;
}

/** A summary of a longer time, from those of its parts. */
function putLonger(summary: PlainSummary): string {
  return `INSERT INTO summary (by, hours, start, key, outcome, prior_hour, attempts, deliveries, first_seen, last_seen)
    SELECT ${PLAIN_SUMMARIES[summary]}, @hours, @start, e.key, outcome, min(@start, prior_hour), sum(attempts), sum(deliveries), min(first_seen), max(last_seen)
    FROM ${summariesOf(summary, '@parts')} GROUP BY 4, 5, 6`;
}

const PLAIN_KINDS = Object.keys(PLAIN_SUMMARIES) as PlainSummary[];

/** Finds what is summed up and has an hour of some. */
type Sharing = Statement<[{ from: number; to: number }], Time>;

/** Keeps the summaries true to the totals: takes out what has changed, and makes it again when the hour or day is over. */
export class SummaryWriter {
  readonly #db: Database;
  readonly #unmark: Statement;
  readonly #longer: { length: typeof DAYS; shorter: (typeof DAYS)[]; sharing: Sharing }[];
  readonly #days: Sharing;
  readonly #begun: Sharing;
  readonly #clear: Statement;
  readonly #mark: Statement;
  readonly #totals: TotalsWriter;
  readonly #rows: HourRows;
  readonly #ofHours: Statement[];
  readonly #ofParts: Statement[];
  readonly #packed: PackedWriter;
  readonly #gatherer: HourGatherer;
  readonly #providerCauses: ProviderCausesWriter;
  readonly #incidents: IncidentWriter;
  /** Hours that surely do not stand in the summaries. */
  readonly #changed = new Set<number>();
  #lastHour = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#unmark = db.prepare('DELETE FROM summarized WHERE hours = ? AND start = ?');
    const sharing = (length: typeof DAYS): Sharing => db.prepare(`SELECT start, hours FROM summarized WHERE ${overlapping(length)}`);
    this.#days = sharing(DAYS);
    this.#begun = sharing(BEGUN);
    this.#longer = [
      { length: DAYS, shorter: [], sharing: this.#days },
      { length: WEEKS, shorter: [DAYS], sharing: sharing(WEEKS) },
    ];
    this.#clear = db.prepare(
      `DELETE FROM summary WHERE by IN (${[...Object.values(PLAIN_SUMMARIES), PROVIDER_CAUSES].join(', ')}) AND hours = ? AND start = ?`,
    );
    this.#mark = db.prepare('INSERT INTO summarized (hours, start) VALUES (?, ?)');
    this.#ofParts = PLAIN_KINDS.map((kind) => db.prepare(putLonger(kind)));
    this.#totals = new TotalsWriter(db);
    this.#rows = new HourRows(db);
    this.#ofHours = PLAIN_KINDS.map((kind) => db.prepare(putHour(kind)));
    const providers = new ProviderKeys(db);
    this.#packed = new PackedWriter(db, providers);
    this.#gatherer = new HourGatherer(db, providers, (hour, packed) => this.#packed.replaceHour(hour, packed));
    this.#providerCauses = new ProviderCausesWriter(db);
    this.#incidents = new IncidentWriter(db);
  }

  /** The totals of this hour are about to change. */
  touch(hour: number): void {
    if (hour === this.#lastHour) return;
    this.#lastHour = hour;
    if (this.#changed.has(hour)) return;
    this.#changed.add(hour);
    this.#takeOut({ start: hour, hours: 1 });
    const sharing = [this.#begun, ...this.#longer.map((longer) => longer.sharing)];
    for (const one of sharing) for (const time of one.all({ from: hour, to: hour + 1 })) this.#takeOut(time);
    this.#incidents.touch(hour);
    this.#gatherer.begin(hour);
  }

  /** A failure that is stored, of an hour that was touched. */
  gather(failure: Failure): void {
    this.#gatherer.add(hourOf(failure.time), failure);
  }

  /**
   * Makes what is missing, in the transaction of the caller.
   * @param until hours before this one are over
   */
  summarize(until: number): void {
    this.#summarize(0, until);
    this.#sumBegun(until);
    this.#incidents.keep(until);
  }

  #summarize(since: number, until: number): void {
    for (const hour of hoursBut(this.#db, since, until, summedHours(this.#db, since, until))) {
      this.#totals.merge(hour);
      this.#rows.read(hour);
      for (const statement of this.#ofHours) statement.run({ hour });
      if (!this.#gatherer.finish(hour)) this.#packed.putHour(hour);
      this.#finish({ start: hour, hours: 1 });
    }
    for (const { length, shorter, sharing } of this.#longer) {
      for (const time of timesOf(length, hoursBut(this.#db, since, until, summedOf(length, this.#db, since, until)))) {
        const end = time.start + time.hours;
        if (time.start < since || end > until || sharing.get({ from: time.start, to: end }) !== undefined) continue;
        for (const begun of this.#begun.all({ from: time.start, to: end })) this.#takeOut(begun);
        this.#putLonger(time, shorter);
      }
    }
  }

  /** What has passed of the last day. Its last hour may go on: whoever reads the log every five minutes would do it anew each time. */
  #sumBegun(until: number): void {
    const end = Math.min(until, endOfMail(this.#db) - 1);
    const begun = end > 0 ? begunDay(end) : null;
    const wanted = begun === null || this.#days.get({ from: begun.start, to: end }) !== undefined ? null : begun;
    const there = this.#begun.all({ from: 0, to: Number.MAX_SAFE_INTEGER });
    if (wanted !== null && there.length === 1 && there[0]?.start === wanted.start && there[0].hours === wanted.hours) return;
    for (const time of there) this.#takeOut(time);
    if (wanted !== null) this.#putLonger(wanted, []);
  }

  /** @param shorter lengths of its parts, but for hours */
  #putLonger(time: Time, shorter: (typeof DAYS)[]): void {
    const parts = summedTimes(this.#db, time.start, time.start + time.hours, shorter);
    for (const statement of this.#ofParts) statement.run({ ...time, parts: timesParameter(parts) });
    this.#packed.putLonger(time, parts);
    if (time.hours <= DAYS.max) this.#providerCauses.put(time);
    this.#finish(time);
  }

  /** Makes all that is missing, day by day and week by week in transactions of their own: an end in the middle leaves whole ones. */
  summarizeAll(): void {
    const end = endOfMail(this.#db);
    for (const { length, summed } of [
      { length: DAYS, summed: summedHours(this.#db, 0, end) },
      { length: DAYS, summed: summedOf(DAYS, this.#db, 0, end) },
      { length: WEEKS, summed: summedOf(WEEKS, this.#db, 0, end) },
    ]) {
      for (const { start, hours } of timesOf(length, hoursBut(this.#db, 0, end, summed))) {
        this.#db.transaction(() => this.#summarize(start, Math.min(start + hours, end))).immediate();
      }
    }
    this.#db
      .transaction(() => {
        this.#sumBegun(end);
        this.#incidents.keep(end);
      })
      .immediate();
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

/** What rules decide. */
const RULED = ['cause', 'listing'] as const satisfies PlainSummary[];

/**
 * After causes have changed: what is no fact in the summaries.
 * @param isRelisted listings have changed with them, and so the totals of hours
 */
export function sumCausesAnew(db: Database, { isRelisted }: { isRelisted: boolean }): void {
  const times = db.prepare<[], Time>('SELECT start, hours FROM summarized ORDER BY hours').all();
  const rows = new HourRows(db);
  const sumHour = RULED.map((kind) => db.prepare(putHour(kind)));
  const sumLonger = RULED.map((kind) => db.prepare(putLonger(kind)));
  const packed = new PackedWriter(db, new ProviderKeys(db));
  const providerCauses = new ProviderCausesWriter(db);
  db.prepare(`DELETE FROM summary WHERE by IN (${[...RULED.map((kind) => PLAIN_SUMMARIES[kind]), PROVIDER_CAUSES].join(', ')})`).run();
  for (const { start, hours } of times) {
    if (hours === 1) {
      rows.read(start);
      for (const statement of sumHour) statement.run({ hour: start });
    } else {
      const parts = summedTimes(db, start, start + hours, hours > DAYS.max ? [DAYS] : []);
      for (const statement of sumLonger) statement.run({ start, hours, parts: timesParameter(parts) });
      if (isRelisted) packed.replaceTotals({ start, hours }, parts);
      if (hours <= DAYS.max) providerCauses.put({ start, hours });
    }
  }
}

/** The days, or times of eight days, of these hours, which are in order. */
function timesOf(length: typeof DAYS, hours: readonly number[]): Time[] {
  const times: Time[] = [];
  for (const hour of hours) {
    const last = times.at(-1);
    if (last === undefined || hour >= last.start + last.hours) times.push(localTime(hour, length));
  }
  return times;
}
