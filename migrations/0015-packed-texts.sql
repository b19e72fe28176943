-- What nothing is counted by (queue and message id, recipient, client, delays, …), packed by the page of 128 deliveries or 512 events
-- (src/store/sqlite/texts); deliveries and events are made anew with the rest.
CREATE TABLE delivery_text (
  page  INTEGER PRIMARY KEY,
  texts BLOB NOT NULL
);
CREATE TABLE event_text (
  page  INTEGER PRIMARY KEY,
  texts BLOB NOT NULL
);
CREATE TABLE new_delivery (
  id        INTEGER PRIMARY KEY,
  host_id   INTEGER NOT NULL,
  sender_id INTEGER,
  domain_id INTEGER
);
CREATE TABLE new_event (
  id          INTEGER PRIMARY KEY,
  time        INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,
  delivery_id INTEGER NOT NULL REFERENCES delivery (id),
  route_id    INTEGER NOT NULL,
  reply_id    INTEGER NOT NULL REFERENCES reply (id),
  basis_id    INTEGER REFERENCES reply (id),
  listing_id  INTEGER,
  tried       INTEGER NOT NULL
);
