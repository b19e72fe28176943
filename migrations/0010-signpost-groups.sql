-- Filters of many finished blocks side by side: of each bit what it is in all of them stands together, so that a name is looked for in a few
-- pages and not in all filters. A block whose filter stands in a group has an empty one of its own.
CREATE TABLE signpost_group (
  id    INTEGER PRIMARY KEY,
  -- Of each filter.
  bytes INTEGER NOT NULL
);
CREATE TABLE signpost_slice (
  -- That of the group times a thousand, and its place.
  id   INTEGER PRIMARY KEY,
  bits BLOB NOT NULL
);
-- Those that stand in no group.
CREATE INDEX signpost_alone ON signpost (block) WHERE length(filter) > 0;
