import type { Database } from 'better-sqlite3';
import type { Mail, Standing } from '../../../report/incidents.js';
import { flowsTo } from './flows.js';
import { hitsIn, hoursOfListings } from './hits.js';

/**
 * Hits by list, receiver and hour, and the mail around them.
 * @param from SQL for the first hour that is of interest for a list
 * @param end the hour after the last one
 * @param hoursWithHits which hours are read for hits
 */
export function mailFrom(db: Database, from: string, end: number, standing: readonly Standing[], hoursWithHits = hoursOfListings): Mail {
  const hits = hitsIn(db, from, end, hoursWithHits);
  const wanted = new Set([...hits.map(({ receiver }) => receiver), ...standing.flatMap((one) => one.receivers.map(({ name }) => name))]);
  return { hits, flowsIn: flowsTo(db, wanted), lastHour: end - 1 };
}
