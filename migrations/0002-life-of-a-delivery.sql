-- Where a message came from and how a delivery ended without a result; what `trace` looks deliveries up by; what `status` says.

-- Who handed us a message, or tried to.
CREATE TABLE client (
  id   INTEGER PRIMARY KEY,
  name TEXT,
  ip   TEXT
);
CREATE UNIQUE INDEX client_key ON client (ifnull(name, ''), ifnull(ip, ''));
INSERT INTO client (name, ip) SELECT DISTINCT client, client_ip FROM delivery WHERE client IS NOT NULL OR client_ip IS NOT NULL;

ALTER TABLE delivery ADD COLUMN client_id INTEGER;
UPDATE delivery SET client_id = (SELECT c.id FROM client c WHERE c.name IS delivery.client AND c.ip IS delivery.client_ip)
  WHERE client IS NOT NULL OR client_ip IS NOT NULL;
ALTER TABLE delivery DROP COLUMN client;
ALTER TABLE delivery DROP COLUMN client_ip;
-- The queue id of the same message before our own content filter.
ALTER TABLE delivery ADD COLUMN requeued_from TEXT;

CREATE INDEX delivery_queue_id ON delivery (queue_id);
CREATE INDEX delivery_recipient ON delivery (domain_id, recipient COLLATE NOCASE);
CREATE INDEX delivery_orig_recipient ON delivery (orig_recipient COLLATE NOCASE) WHERE orig_recipient IS NOT NULL;
CREATE INDEX delivery_sender ON delivery (sender_id);
-- The beginning of a message id tells nearly all apart, in a third of the space.
CREATE INDEX delivery_message_id ON delivery (substr(message_id, 1, 16)) WHERE message_id IS NOT NULL;
CREATE INDEX sender_address ON sender (address COLLATE NOCASE);
CREATE INDEX event_delivery ON event (delivery_id);

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
