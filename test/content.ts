import Database from 'better-sqlite3';
import { eachPacked } from '../src/store/sqlite/summary/packed-summaries.js';
import { PACKED_SUMMARIES } from '../src/store/sqlite/summary/summary-kinds.js';
import { namesOf } from '../src/store/sqlite/summary/summary-names.js';
import type { Time } from '../src/store/sqlite/summary/times.js';
import { PRIORS, TOTALS, totalsAsTable } from '../src/store/sqlite/totals/as-table.js';
import { eventsOf } from './run.js';

/** Everything that a database says, without row numbers and times of running: two ways to the same content must agree in this. */
export function contentOf(path: string): { events: unknown[]; hourly: unknown[]; summaries: unknown[]; open: unknown[]; openDeliveries: unknown[] } {
  const db = new Database(path, { readonly: true });
  const hourly = totalsAsTable(db)
    .prepare(
      `SELECT e.hour, e.outcome, h.name, d.name, s.address, ro.mx, ro.provider, r.template, r.code, r.enhanced, r.stage, r.cause, l.list, l.subject, e.prior_hour,
         (SELECT group_concat(one, '|') FROM (SELECT pr.template || pro.mx || p.hour AS one FROM ${PRIORS} p
            JOIN reply pr ON pr.id = p.reply_id JOIN route pro ON pro.id = p.route_id ORDER BY 1)) AS priors,
         sum(e.attempts), sum(e.deliveries), min(e.first_seen), max(e.last_seen)
       FROM ${TOTALS} LEFT JOIN host h ON h.id = e.host_id LEFT JOIN sender s ON s.id = e.sender_id LEFT JOIN domain d ON d.id = e.domain_id LEFT JOIN route ro ON ro.id = e.route_id
         LEFT JOIN reply r ON r.id = e.reply_id LEFT JOIN listing l ON l.id = e.listing_id
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16`,
    )
    .raw()
    .all();
  const summaries: unknown[] = db
    .prepare(
      `SELECT s.by, s.hours, s.start, CASE s.by WHEN 4 THEN r.template || r.stage ELSE s.key END AS name, s.outcome, s.prior_hour,
         sum(s.attempts), sum(s.deliveries), min(s.first_seen), max(s.last_seen)
       FROM summary s LEFT JOIN reply r ON r.id = s.key GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
    )
    .raw()
    .all();
  const times = db.prepare<[], Time>('SELECT start, hours FROM summarized ORDER BY hours, start').all();
  for (const kind of ['domain', 'provider', 'sender'] as const) {
    const names = namesOf(db, kind);
    const rows: string[] = [];
    eachPacked(db, PACKED_SUMMARIES[kind], times, null, (packed, time) => {
      while (packed.next()) {
        const { key, attempts, firstSeen, lastSeen } = packed;
        do
          rows.push(JSON.stringify([kind, time, names.get(key), attempts, firstSeen, lastSeen, packed.outcome, packed.priorHour, packed.deliveries]));
        while (packed.nextCount());
      }
    });
    summaries.push(...rows.sort());
  }
  const open = db
    .prepare('SELECT host, queue_id, mta, sender, message_id, auth_user, arrived, seen FROM open_message ORDER BY host, queue_id')
    .raw()
    .all();
  const openDeliveries = db
    .prepare(
      `SELECT m.host, m.queue_id, o.key, o.recipient, o.orig_recipient, o.tries, o.first, o.last FROM open_delivery o JOIN open_message m ON m.id = o.open_message_id ORDER BY 1, 2, 3`,
    )
    .raw()
    .all();
  db.close();
  const events = eventsOf(path)
    .map(({ id: _, ...event }) => JSON.stringify(event))
    .sort();
  return { events, hourly, summaries, open, openDeliveries };
}
