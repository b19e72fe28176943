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
