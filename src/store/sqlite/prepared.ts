import type { Database, Statement } from 'better-sqlite3';

const statements = new WeakMap<Database, Map<string, Statement>>();

/**
 * A statement that is prepared once for a connection: a report asks some of its questions a hundred times, and preparing them anew took 5 % of
 * it. Not for `iterate`: a statement that is being read cannot be used again.
 */
export function prepared<Parameters extends unknown[], Row>(db: Database, sql: string): Statement<Parameters, Row> {
  let ofDb = statements.get(db);
  if (ofDb === undefined) {
    ofDb = new Map();
    statements.set(db, ofDb);
  }
  let statement = ofDb.get(sql);
  if (statement === undefined) {
    statement = db.prepare(sql);
    ofDb.set(sql, statement);
  }
  return statement as Statement<Parameters, Row>;
}
