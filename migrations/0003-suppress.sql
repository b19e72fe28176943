-- Whom deliveries have failed to reach for good, as a Bloom filter in pages; and when mail reached such a recipient later.
-- Delivered mail is not kept by recipient: only for these it has to be known that an address takes mail again.
CREATE TABLE failed_page (
  page INTEGER PRIMARY KEY,
  bits BLOB NOT NULL
);
CREATE TABLE redelivered (
  recipient TEXT PRIMARY KEY,
  time      INTEGER NOT NULL
) WITHOUT ROWID;
