import type { Database } from 'better-sqlite3';
import { Meta } from './meta.js';

const HOUR = 3_600_000;

/** The first hour (since 1970) of which all events are kept; 0 where nothing was ever pruned. */
export function firstWholeHour(db: Database): number {
  return Math.ceil(Number(new Meta(db).get('pruned') ?? 0) / HOUR);
}
