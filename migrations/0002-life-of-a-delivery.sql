-- Where a message came from and how a delivery ended without a result; what `trace` finds deliveries by; what `status` says.

-- Who handed us a message, or tried to. No index: the same client may stand here once for each run, that costs less than to look it up.
CREATE TABLE client (
  id   INTEGER PRIMARY KEY,
  name TEXT,
  ip   TEXT
);
INSERT INTO client (name, ip) SELECT DISTINCT client, client_ip FROM delivery WHERE client IS NOT NULL OR client_ip IS NOT NULL;

ALTER TABLE delivery ADD COLUMN client_id INTEGER;
UPDATE delivery SET client_id = (SELECT c.id FROM client c WHERE c.name IS delivery.client AND c.ip IS delivery.client_ip)
  WHERE client IS NOT NULL OR client_ip IS NOT NULL;
ALTER TABLE delivery DROP COLUMN client;
ALTER TABLE delivery DROP COLUMN client_ip;
-- The queue id of the same message before our own content filter.
ALTER TABLE delivery ADD COLUMN requeued_from TEXT;
CREATE INDEX event_delivery ON event (delivery_id);

-- For each 1024 deliveries, in the order of their ids, a Bloom filter of all their names (queue id, message id, addresses):
-- a twentieth of the size of indexes on these columns, and written in order.
CREATE TABLE signpost (
  block  INTEGER PRIMARY KEY,
  since  INTEGER NOT NULL,
  until  INTEGER NOT NULL,
  filter BLOB NOT NULL
);

-- A delivery that ended without an event: taken out of the queue, discarded, forgotten.
CREATE TABLE ended (
  delivery_id INTEGER PRIMARY KEY REFERENCES delivery (id),
  how         TEXT NOT NULL,
  by          TEXT,
  time        INTEGER NOT NULL
);

ALTER TABLE open_message ADD COLUMN client TEXT;
ALTER TABLE open_message ADD COLUMN client_ip TEXT;
ALTER TABLE open_message ADD COLUMN requeued_from TEXT;
ALTER TABLE open_message ADD COLUMN same_message TEXT;

-- Lines by kind, as JSON; where the journal goes on.
ALTER TABLE source ADD COLUMN kinds TEXT NOT NULL DEFAULT '{}';
ALTER TABLE source ADD COLUMN cursor TEXT;
UPDATE source SET kinds = json_object('lines', lines, 'not_understood', not_understood);
ALTER TABLE source DROP COLUMN lines;
ALTER TABLE source DROP COLUMN not_understood;
