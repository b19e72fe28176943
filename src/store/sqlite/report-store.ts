import type { Database } from 'better-sqlite3';
import type { EventRow, EventsQuestion, ReportStore, TopAnswer, TopQuestion } from '../../report/question.js';
import { eventRows } from './event-rows.js';
import { guard } from './open.js';
import { top } from './top.js';

/** Questions to a SQLite database; each answer is one consistent state, also while an ingest writes. */
export class SqliteReportStore implements ReportStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  top(question: TopQuestion): TopAnswer {
    return guard(this.#db.name, () => this.#db.transaction(() => top(this.#db, question))());
  }

  events(question: EventsQuestion): Iterable<EventRow> {
    return eventRows(this.#db, question);
  }

  close(): void {
    this.#db.close();
  }
}
