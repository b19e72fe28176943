-- Block list incidents that are over for good: what is asked of them needs neither their hits nor the mail around them any more. Made of
-- the totals when an hour is over, with the default of 48 hours; nothing stands here that cannot be made again.
CREATE TABLE incident (
  listing_id INTEGER NOT NULL,
  first      INTEGER NOT NULL,
  last       INTEGER NOT NULL,
  cleared    INTEGER NOT NULL,
  -- The last hour (since 1970) whose mail could change it.
  settled    INTEGER NOT NULL,
  receivers  TEXT NOT NULL,
  times      TEXT NOT NULL,
  PRIMARY KEY (listing_id, first)
) WITHOUT ROWID;
CREATE INDEX incident_settled ON incident (settled);

-- How long deferred mail took to arrive after all, ms: of each hour all delays, 32 bits each, the highest byte first; ffffffff where the arrival is
-- not known. In place of an index that held the time of each of them too.
CREATE TABLE recovery (
  hour   INTEGER PRIMARY KEY,
  delays BLOB NOT NULL
);
INSERT INTO recovery
  SELECT time / 3600000, unhex(group_concat(printf('%08X', ifnull(min(max(delay_ms, 0), 4294967294), 4294967295)), '')) FROM event WHERE outcome = 4 GROUP BY 1;
DROP INDEX event_recovered;

-- Beside the summaries of a day (by 5, 6 and 7) stand the replies of the values with the most failures: 8 domain, 9 provider, 10 sender; those have the failures
-- only, 11 has what did not fail, by provider.
-- Days are those of the host's zone from now on, of 23 to 25 hours (a row of summarized says how many), the rows of each sorted by key.
DELETE FROM summary;
DELETE FROM day_summary;
DELETE FROM summarized;
