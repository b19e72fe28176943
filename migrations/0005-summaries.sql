-- The totals once more, added up by one thing each and for longer, so that the usual questions read thousands of rows, not millions.
-- Made of the totals (and of events, for senders) when an hour or a day is over; nothing stands here that cannot be made again.

-- by: 1 all, 2 cause, 3 code, 4 reply, of one hour. key: the value or its id,
-- 0 or '' for none. prior_hour: as in hourly, but of an earlier deferral with the same key; `start` for any that is not before it.
CREATE TABLE summary (
  by         INTEGER NOT NULL,
  start      INTEGER NOT NULL,
  key        ANY NOT NULL,
  outcome    INTEGER NOT NULL,
  prior_hour INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  deliveries INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  PRIMARY KEY (by, start, key, outcome, prior_hour)
) STRICT, WITHOUT ROWID;

-- The same of a day (UTC) by what has thousands of values: 5 recipient domain, 6 provider, 7 sender. All rows of a day are packed into one
-- (src/store/sqlite/day-summaries.ts): read as rows, a month of them took a second.
CREATE TABLE day_summary (
  by    INTEGER NOT NULL,
  start INTEGER NOT NULL,
  rows  BLOB NOT NULL,
  PRIMARY KEY (by, start)
);

-- Hours (hours = 1) and days (hours = 24) that stand in the summaries as they stand in the totals.
CREATE TABLE summarized (
  hours INTEGER NOT NULL,
  start INTEGER NOT NULL,
  PRIMARY KEY (hours, start)
) WITHOUT ROWID;

-- How long deferrals took to recover.
CREATE INDEX event_recovered ON event (time, delay_ms) WHERE outcome = 4;

-- Everything that is asked of hits of block lists stands in their index: there may be many, all over the history.
DROP INDEX hourly_listing;
CREATE INDEX hourly_listing ON hourly (listing_id, hour, attempts, first_seen, last_seen) WHERE listing_id <> 0;
