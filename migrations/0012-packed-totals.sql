-- The totals of an hour, packed (src/store/sqlite/totals/packed-totals.ts says how), with senders, too: a sixth of what their rows took, and months of them are
-- read in a fraction of a second. Each commit adds a part; the parts of an hour become one when it is summed up.
-- What is there is packed in the same transaction (src/store/sqlite/totals/from-rows.ts).
CREATE TABLE totals (
  hour INTEGER NOT NULL,
  part INTEGER NOT NULL,
  rows BLOB NOT NULL,
  PRIMARY KEY (hour, part)
) WITHOUT ROWID;
