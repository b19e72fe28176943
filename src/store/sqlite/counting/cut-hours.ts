import type { Database } from 'better-sqlite3';
import type { Range } from '../../../report/range.js';
import { DELIVERED, OUTCOME_IDS } from '../outcomes.js';
import { isSame, type Prior } from '../prior.js';
import { rememberedOf } from '../remembered.js';
import { hourOf } from '../totals/hour.js';
import type { Section, TotalsRow } from '../totals/packed-totals.js';
import { totalsIn } from '../totals/read.js';
import { type EventRow, eventsIn, eventsOf, firstOf } from './cut-events.js';

/*
 * What a range has of the hours that it cuts (days of zones that are half an hour off have such), from the events: what is to be added to
 * the totals of its whole hours. Of a range that begins within an hour these do not tell on which side of its beginning a delivery
 * was deferred in that hour: what they say of such a delivery is taken back, and told exactly.
 */

const HOUR = 3_600_000;
const { deferred: DEFERRED } = OUTCOME_IDS;

/** A row of the totals that may be taken back: then its figures are negative. */
export type AddedRow = Section & TotalsRow;

/** Those of a section. */
export type AddedSection = [AddedRow, ...AddedRow[]];

/** The hours (since 1970) that lie in a range as a whole, and the first one that it reaches into: an earlier deferral of that one or a later one is one of the range. */
export interface WholeHours {
  first: number;
  since: number;
  until: number;
}

/** @param end of all mail, hours since 1970 */
export function wholeHours({ since, until }: Range, end: number): WholeHours {
  const first = since === null ? 1 : hourOf(since);
  const from = since === null ? 0 : Math.ceil(since / HOUR);
  return { first, since: from, until: Math.max(from, until === null ? end : Math.floor(until / HOUR)) };
}

/** Ranges and hours that are remembered: a report asks for two ranges many times, and a step of a trend ends where the next one begins. */
const REMEMBERED = 4;

interface Found {
  events: Map<number, EventRow[]>;
  sections: Map<string, readonly AddedSection[]>;
}

function rememberedAs<Key, Value>(known: Map<Key, Value>, key: Key, find: () => Value): Value {
  const found = known.get(key) ?? find();
  known.set(key, found);
  for (const oldest of known.keys()) if (known.size > REMEMBERED) known.delete(oldest);
  return found;
}

/** @param whole the hours of the range that are counted from the totals */
export function rowsOfCutHours(db: Database, range: Range, whole: WholeHours): readonly AddedSection[] {
  const known = rememberedOf(db, 'cut hours', (): Found => ({ events: new Map(), sections: new Map() }));
  return rememberedAs(known.sections, `${range.since} ${range.until}`, () => {
    const cut = cutHours(range).flatMap((hour) => rememberedAs(known.events, hour, () => eventsIn(db, hour)));
    const isBefore = ({ firstSeen }: EventRow) => range.since !== null && firstSeen < range.since;
    const events = cut.filter(({ firstSeen }) => range.until === null || firstSeen < range.until);
    // Of the others the range has no earlier event, and no later one depends on them.
    const first = firstOf(
      db,
      events.filter((event) => !isBefore(event)),
    );
    const related = new Set(
      events.filter((event) => (isBefore(event) ? event.outcome === DEFERRED : !first.has(event.id))).map(({ delivery }) => delivery),
    );
    const alone = events.filter((event) => !isBefore(event) && !related.has(event.delivery));
    return inSections([...alone, ...rowsOfDeliveries(db, related, range, whole), ...deliveredIn(db, range, whole)]);
  });
}

function inSections(rows: readonly AddedRow[]): AddedSection[] {
  const sections = new Map<string, AddedSection>();
  for (const row of rows) {
    const key = `${row.outcome} ${row.reply} ${row.listing} ${row.host}`;
    const section = sections.get(key);
    if (section === undefined) sections.set(key, [row]);
    else section.push(row);
  }
  return [...sections.values()];
}

function rowsOfDeliveries(db: Database, deliveries: ReadonlySet<number>, range: Range, whole: WholeHours): AddedRow[] {
  const rows: AddedRow[] = [];
  for (const events of eventsOf(db, deliveries, { since: whole.first * HOUR, until: range.until })) {
    const priors: TimedPrior[] = [];
    for (const event of events) {
      const exact = priors.filter(({ time }) => range.since === null || time >= range.since);
      const hour = hourOf(event.firstSeen);
      if (hour >= whole.since && hour < whole.until) {
        if (exact.length < priors.length) rows.push(takenBack(rowOf(event, priors)), rowOf(event, exact));
      } else if (range.since === null || event.firstSeen >= range.since) rows.push(rowOf(event, exact));
      if (event.outcome === DEFERRED) note(priors, event);
    }
  }
  return rows;
}

/** Hours that a range begins or ends in. */
function cutHours({ since, until }: Range): number[] {
  const cut = [since, until].flatMap((time) => (time === null || time % HOUR === 0 ? [] : [hourOf(time)]));
  return [...new Set(cut)];
}

/** An earlier deferral with the time of the last one of its kind, UTC ms. */
interface TimedPrior extends Prior {
  time: number;
}

function note(priors: TimedPrior[], { reply, route, listing, firstSeen: time }: EventRow): void {
  const same = priors.find((prior) => isSame(prior, { reply, route, listing }));
  if (same === undefined) priors.push({ reply, route, listing, time, hour: hourOf(time) });
  else if (time > same.time) {
    same.time = time;
    same.hour = hourOf(time);
  }
}

/** As the totals would have it. */
function rowOf(event: EventRow, priors: readonly TimedPrior[]): AddedRow {
  if (priors.length === 0) return event;
  return {
    ...event,
    priorHour: priors.reduce((last, { hour }) => Math.max(last, hour), 0),
    priors: priors.every((prior) => isSame(prior, event)) ? [] : priors.map((prior) => ({ ...prior })),
  };
}

function takenBack(row: AddedRow): AddedRow {
  return { ...row, attempts: -row.attempts, deliveries: -1, firstSeen: Number.POSITIVE_INFINITY, lastSeen: 0 };
}

/** Delivered mail stands in no events: of cut hours, those that begin in the range have theirs. */
function deliveredIn(db: Database, { until }: Range, whole: WholeHours): AddedRow[] {
  if (until === null || until % HOUR === 0 || hourOf(until) < whole.since) return [];
  const rows: AddedRow[] = [];
  for (const totals of totalsIn(db, [hourOf(until)])) {
    while (totals.nextSection()) {
      if (totals.outcome !== DELIVERED) continue;
      const { outcome, reply, listing, host } = totals;
      while (totals.nextRow()) {
        const { domain, route, sender, priorHour, priors, attempts, deliveries, firstSeen, lastSeen } = totals;
        rows.push({ outcome, reply, listing, host, domain, route, sender, priorHour, priors, attempts, deliveries, firstSeen, lastSeen });
      }
    }
  }
  return rows;
}
