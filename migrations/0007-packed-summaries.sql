-- What hours, days and times of eight days were by domain, provider and sender, packed (src/store/sqlite/summary/packed-rows.ts says how): the hours too, so that a
-- range that begins or ends within a day needs no totals. 5 domain, 6 provider, 7 sender: the failures; 8, 9 and 10: what those with the most
-- failures failed for; 11: what did not fail, by provider. In summary, 12: causes of the providers with the most failures of a day (not of hours or weeks).
DROP TABLE day_summary;
CREATE TABLE packed_summary (
  by    INTEGER NOT NULL,
  -- How many the time has: 1, or those of a day, or of eight days.
  hours INTEGER NOT NULL,
  start INTEGER NOT NULL,
  -- The least key of the piece.
  first INTEGER NOT NULL,
  rows  BLOB NOT NULL,
  PRIMARY KEY (by, hours, start, first)
);

-- The other summaries are of hours, days and eight days too, for months of hours are many rows.
DROP TABLE summary;
CREATE TABLE summary (
  by         INTEGER NOT NULL,
  hours      INTEGER NOT NULL,
  start      INTEGER NOT NULL,
  key        ANY NOT NULL,
  outcome    INTEGER NOT NULL,
  prior_hour INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  deliveries INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  PRIMARY KEY (by, hours, start, key, outcome, prior_hour)
) STRICT, WITHOUT ROWID;

-- All summaries are made again by the next run.
DELETE FROM summarized;

-- How block list incidents stood at some hour (since 1970), as JSON: of those that may go on, only later mail has to be looked at. One row at most.
CREATE TABLE standing (
  until     INTEGER PRIMARY KEY,
  incidents TEXT NOT NULL
);

-- Providers are asked for by name.
CREATE INDEX route_provider ON route (provider);

-- `trace` looks for senders whatever the case of their letters.
CREATE INDEX sender_address ON sender (address COLLATE NOCASE);
