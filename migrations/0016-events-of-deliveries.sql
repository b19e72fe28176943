-- The events of each delivery, packed by the block of 4,096 events (src/store/sqlite/delivery-events), in place of an index of all. Without one, the
-- database could not check what events refer to when a delivery is taken out: events are made anew without that. What is there is packed in the same transaction.
CREATE TABLE delivery_event (
  block  INTEGER PRIMARY KEY,
  -- Deliveries, the least and the greatest.
  first  INTEGER NOT NULL,
  last   INTEGER NOT NULL,
  events BLOB NOT NULL
);
-- Which blocks may have a delivery, without a look at what is packed.
CREATE INDEX delivery_event_range ON delivery_event (last, first);

CREATE TABLE new_event (
  id          INTEGER PRIMARY KEY,
  time        INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,
  delivery_id INTEGER NOT NULL,
  route_id    INTEGER NOT NULL,
  reply_id    INTEGER NOT NULL REFERENCES reply (id),
  basis_id    INTEGER REFERENCES reply (id),
  listing_id  INTEGER,
  tried       INTEGER NOT NULL
);
INSERT INTO new_event SELECT id, time, outcome, delivery_id, route_id, reply_id, basis_id, listing_id, tried FROM event;
DROP TABLE event;
ALTER TABLE new_event RENAME TO event;
CREATE INDEX event_rejected ON event (time) WHERE outcome = 5;

-- One index of addresses finds them in whatever case, and as they are.
CREATE TABLE new_sender (
  id      INTEGER PRIMARY KEY,
  address TEXT NOT NULL,
  domain  TEXT
);
INSERT INTO new_sender SELECT id, address, domain FROM sender;
DROP TABLE sender;
ALTER TABLE new_sender RENAME TO sender;
CREATE INDEX sender_address ON sender (address COLLATE NOCASE);
