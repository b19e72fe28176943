import type { Database, Statement } from 'better-sqlite3';
import {
  CLEAR_AFTER,
  type Flow,
  type FlowsIn,
  type Incident,
  type IncidentQuestion,
  incidentsIn,
  incidentsOf,
  type ListingHits,
  type Receiver,
  settledAt,
} from '../../report/incidents.js';
import { endOfMail } from './hours.js';
import { DELIVERED, FAILURES } from './outcomes.js';

const HOUR = 3_600_000;
/** Our own refusals name lists that their senders are on; a recovery and an expiry without a try are no new hits. */
const TRIES = `${FAILURES} AND e.attempts > 0`;

/** Who operates the MX; where nobody knows, the recipient's domain. */
const RECEIVER = "coalesce(ro.provider, d.name, 'unknown')";

/** Incidents of a range, from those that are kept and the hits after them. */
export function incidents(db: Database, { range, now, clearAfter }: IncidentQuestion): Incident[] {
  const kept = clearAfter === CLEAR_AFTER ? keptIncidents(db) : [];
  // Asked as of a time before: what was over later was open then.
  const isOfUse = kept.every(({ cleared }) => (cleared ?? now) < now);
  const open = incidentsFrom(db, { now, clearAfter, afterKept: isOfUse && kept.length > 0 });
  return incidentsIn(range, isOfUse ? [...kept, ...open] : open);
}

/** From the totals: of all history, or what came after the incidents that are kept. */
export function incidentsFrom(db: Database, { now, clearAfter, afterKept }: { now: number; clearAfter: number; afterKept: boolean }): Incident[] {
  const hits = listingHits(db, afterKept);
  if (hits.length === 0) return [];
  const receivers = [...new Set(hits.map(({ receiver }) => receiver))];
  return incidentsOf(hits, flowsTo(db, receivers), endOfMail(db) - 1, { now, clearAfter });
}

/** Each list's hits by receiver and hour. */
function listingHits(db: Database, afterKept: boolean): ListingHits[] {
  // What comes within hours of the last hit belongs to the incident: the hour of that hit has no other one.
  const from = afterKept ? `ifnull((SELECT max(i.last) / ${HOUR} + 1 FROM incident i WHERE i.listing_id = l.id), 0)` : '0';
  return db
    .prepare<[], ListingHits>(
      `SELECT l.list, l.subject, l.kind, ${RECEIVER} AS receiver, sum(e.attempts) AS hits, min(e.first_seen) AS first, max(e.last_seen) AS last
       FROM listing l CROSS JOIN hourly e ON e.listing_id = l.id AND e.hour >= ${from} JOIN route ro ON ro.id = e.route_id LEFT JOIN domain d ON d.id = e.domain_id
       WHERE e.listing_id <> 0 AND ${TRIES}
       GROUP BY e.listing_id, e.hour, receiver`,
    )
    .all();
}

/** Mail to these receivers, an hour at a time. */
function flowsTo(db: Database, receivers: readonly string[]): FlowsIn {
  const known = new Map<number, Flow[]>();
  let inHour: Statement<[number], Omit<Flow, 'delivered'> & { delivered: number }> | null = null;
  return (hour) => {
    inHour ??= mailTo(db, receivers);
    const flows = known.get(hour) ?? inHour.all(hour).map((row) => ({ ...row, delivered: row.delivered === 1 }));
    known.set(hour, flows);
    return flows;
  };
}

function mailTo(db: Database, receivers: readonly string[]): Statement<[number], Omit<Flow, 'delivered'> & { delivered: number }> {
  // A table of this connection alone: as a list in each question it took most of the time.
  db.exec('CREATE TEMP TABLE IF NOT EXISTS wanted_route (id INTEGER PRIMARY KEY); DELETE FROM wanted_route');
  db.prepare('INSERT INTO wanted_route SELECT id FROM route WHERE provider IS NULL OR provider IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(receivers),
  );
  return db.prepare(
    `SELECT ${RECEIVER} AS receiver, e.outcome = ${DELIVERED} AS delivered, min(e.first_seen) AS first, max(e.last_seen) AS last
     FROM hourly e JOIN route ro ON ro.id = e.route_id LEFT JOIN domain d ON d.id = e.domain_id
     WHERE e.hour = ? AND (e.outcome = ${DELIVERED} OR ${TRIES}) AND e.route_id IN (SELECT id FROM wanted_route)
     GROUP BY 1, 2`,
  );
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

/** Keeps incidents that are over: looking for their ends again at each question took a second on ten million events. */
export class IncidentWriter {
  readonly #db: Database;
  readonly #put: Statement;
  readonly #drop: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#put = db.prepare(
      `INSERT INTO incident (listing_id, first, last, cleared, settled, receivers, times)
       SELECT id, ?, ?, ?, ?, ?, ? FROM listing WHERE list = ? AND subject = ? AND kind = ?`,
    );
    this.#drop = db.prepare('DELETE FROM incident WHERE settled >= ?');
  }

  /** The totals of this hour are about to change: whatever they might have a part in is looked for anew. */
  touch(hour: number): void {
    this.#drop.run(hour);
  }

  /** @param until hours before this one are over */
  keep(until: number): void {
    for (const incident of incidentsFrom(this.#db, { now: until * HOUR, clearAfter: CLEAR_AFTER, afterKept: true })) {
      const settled = Math.floor((settledAt(incident) ?? Number.POSITIVE_INFINITY) / HOUR);
      if (settled >= until) continue;
      const { list, subject, kind, first, last, cleared, receivers, times } = incident;
      this.#put.run(first, last, cleared, settled, JSON.stringify(receivers), JSON.stringify(times), list, subject, kind);
    }
  }
}
