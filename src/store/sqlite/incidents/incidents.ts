import type { Database, Statement } from 'better-sqlite3';
import {
  CLEAR_AFTER,
  type Incident,
  type IncidentQuestion,
  incidentsIn,
  incidentsOf,
  type Receiver,
  type Standing,
  settledAt,
  standingAfter,
} from '../../../report/incidents.js';
import { endOfMail } from '../hours.js';
import { allHours } from './hits.js';
import { mailFrom } from './mail.js';

const HOUR = 3_600_000;

/** Incidents of a range, from those that are kept, those that stand, and the hits after them. */
export function incidents(db: Database, { range, now, clearAfter }: IncidentQuestion): Incident[] {
  const kept = clearAfter === CLEAR_AFTER ? keptIncidents(db) : [];
  // Asked as of a time before: what was over later was open then.
  const isOfUse = kept.every(({ cleared }) => (cleared ?? now) < now);
  const stand = clearAfter === CLEAR_AFTER && isOfUse ? standingBut(db, kept) : null;
  const open =
    stand !== null && stand.until * HOUR <= now
      ? incidentsSince(db, stand, now)
      : incidentsFrom(db, { now, clearAfter, afterKept: isOfUse && kept.length > 0 });
  return incidentsIn(range, isOfUse ? [...kept, ...open] : open);
}

/** From the totals: of all history, or what came after the incidents that are kept. */
function incidentsFrom(db: Database, { now, clearAfter, afterKept }: { now: number; clearAfter: number; afterKept: boolean }): Incident[] {
  return incidentsOf(mailFrom(db, afterKept ? AFTER_KEPT : '0', endOfMail(db), []), { now, clearAfter });
}

/** From all totals, and nothing that is derived from them. */
export function incidentsAnew(db: Database, now: number): Incident[] {
  return incidentsOf(mailFrom(db, '0', endOfMail(db), [], allHours), { now, clearAfter: CLEAR_AFTER });
}

function incidentsSince(db: Database, { until, standing }: Stand, now: number): Incident[] {
  return incidentsOf(mailFrom(db, String(until), endOfMail(db), standing), { now, clearAfter: CLEAR_AFTER }, standing);
}

/** What comes within hours of the last hit belongs to the incident: the hour of that hit has no other one. */
const AFTER_KEPT = `ifnull((SELECT max(i.last) / ${HOUR} + 1 FROM incident i WHERE i.listing_id = l.id), 0)`;

/** Before any hour. */
const ALL = Number.MIN_SAFE_INTEGER;

/** How incidents stood. */
interface Stand {
  /** Hours since 1970: the first one that they know nothing of. */
  until: number;
  standing: Standing[];
}

/** Those that may go on; `null` = it is not known how they stood. */
function standingBut(db: Database, kept: readonly Incident[]): Stand | null {
  const row = db.prepare<[], { until: number; incidents: string }>('SELECT until, incidents FROM standing').get();
  if (row === undefined) return null;
  const keyOf = ({ list, subject, kind, first }: Standing | Incident) => `${list}\n${subject}\n${kind}\n${first}`;
  const over = new Set(kept.map(keyOf));
  return { until: row.until, standing: (JSON.parse(row.incidents) as Standing[]).filter((one) => !over.has(keyOf(one))) };
}

interface KeptRow {
  list: string;
  subject: string;
  kind: string;
  first: number;
  last: number;
  cleared: number;
  receivers: string;
  times: string;
}

/** Incidents that are over, in no order. */
export function keptIncidents(db: Database): Incident[] {
  return db
    .prepare<[], KeptRow>(
      'SELECT l.list, l.subject, l.kind, i.first, i.last, i.cleared, i.receivers, i.times FROM incident i JOIN listing l ON l.id = i.listing_id',
    )
    .all()
    .map((row) => {
      const receivers = JSON.parse(row.receivers) as Receiver[];
      const hits = receivers.reduce((sum, one) => sum + one.hits, 0);
      return { ...row, hits, receivers, times: JSON.parse(row.times) as Incident['times'], state: 'cleared' };
    });
}

/**
 * Keeps incidents that are over, and how the others stand: looking for their ends again at each question took a second on ten million
 * events, and the hits of some that were open 150 ms.
 */
export class IncidentWriter {
  readonly #db: Database;
  readonly #put: Statement;
  readonly #drop: Statement;
  readonly #putStanding: Statement;
  readonly #dropStanding: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#put = db.prepare(
      `INSERT INTO incident (listing_id, first, last, cleared, settled, receivers, times)
       SELECT id, ?, ?, ?, ?, ?, ? FROM listing WHERE list = ? AND subject = ? AND kind = ?`,
    );
    this.#drop = db.prepare('DELETE FROM incident WHERE settled >= ?');
    this.#putStanding = db.prepare('INSERT INTO standing (until, incidents) VALUES (?, ?)');
    this.#dropStanding = db.prepare('DELETE FROM standing WHERE until > ?');
  }

  /** The totals of this hour are about to change: whatever they might have a part in is looked for anew. */
  touch(hour: number): void {
    // How others stood says nothing of one that was over.
    const isOneDropped = this.#drop.run(hour).changes > 0;
    this.#dropStanding.run(isOneDropped ? ALL : hour);
  }

  /** @param until hours before this one are over */
  keep(until: number): void {
    const kept = keptIncidents(this.#db);
    const before = standingBut(this.#db, kept);
    const now = until * HOUR;
    const all = before === null ? incidentsFrom(this.#db, { now, clearAfter: CLEAR_AFTER, afterKept: true }) : incidentsSince(this.#db, before, now);
    for (const incident of all) {
      const settled = Math.floor((settledAt(incident) ?? Number.POSITIVE_INFINITY) / HOUR);
      if (settled >= until) continue;
      const { list, subject, kind, first, last, cleared, receivers, times } = incident;
      this.#put.run(first, last, cleared, settled, JSON.stringify(receivers), JSON.stringify(times), list, subject, kind);
    }
    // The hour of the last mail goes on: a question may come before its end.
    this.#advance(before, Math.min(until, endOfMail(this.#db) - 1));
  }

  #advance(before: Stand | null, until: number): void {
    if (before !== null && before.until >= until) return;
    const earlier = before?.standing ?? [];
    const mail = mailFrom(this.#db, before === null ? AFTER_KEPT : String(before.until), until, earlier);
    const standing = standingAfter(mail, CLEAR_AFTER, earlier);
    this.#dropStanding.run(ALL);
    this.#putStanding.run(until, JSON.stringify(standing));
  }
}
