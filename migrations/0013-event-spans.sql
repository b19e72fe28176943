-- Which events lie in an hour: a few hundred at a time, whose ids follow each other (src/store/sqlite/event-spans.ts), in place of an index of all.
-- What is there is noted in the same transaction.
CREATE TABLE event_span (
  hour  INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last  INTEGER NOT NULL,
  -- ms since the hour began, of the earliest and the latest one.
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (hour, first)
) WITHOUT ROWID;

DROP INDEX event_time;
-- A refusal is looked for at its time, one by one.
CREATE INDEX event_rejected ON event (time) WHERE outcome = 5;
