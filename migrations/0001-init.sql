-- Facts (delivery, event) and interpretation (reply.cause, reply.rule, listing) live apart: a changed rule updates
-- `reply`, never an event. Times are UTC milliseconds, hours are hours since 1970. 0 stands for "none" in keys.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Dictionaries: what repeats is stored once.
CREATE TABLE host   (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE domain (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE sender (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, domain TEXT);

CREATE TABLE address   (id INTEGER PRIMARY KEY, ip   TEXT NOT NULL UNIQUE);
CREATE TABLE transport (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- Receiving hosts and who operates them. mx is NULL where none was reached.
CREATE TABLE route (
  id       INTEGER PRIMARY KEY,
  mx       TEXT,
  provider TEXT
);
CREATE UNIQUE INDEX route_key ON route (ifnull(mx, ''), ifnull(provider, ''));

-- One distinct kind of reply. The classification (cause, rule) hangs here and nowhere else. The provider is set only where
-- a rule tells its replies apart.
CREATE TABLE reply (
  id       INTEGER PRIMARY KEY,
  template TEXT NOT NULL,
  code     INTEGER,
  enhanced TEXT,
  stage    TEXT NOT NULL,
  provider TEXT,
  cause    TEXT NOT NULL,
  rule     TEXT
);
CREATE UNIQUE INDEX reply_key ON reply (template, stage, ifnull(code, 0), ifnull(enhanced, ''), ifnull(provider, ''));

-- Which block list named which IP or domain.
CREATE TABLE listing (
  id      INTEGER PRIMARY KEY,
  list    TEXT NOT NULL,
  subject TEXT NOT NULL,
  kind    TEXT NOT NULL,
  UNIQUE (list, subject, kind)
);

-- One recipient of one queued message, from its first failure on. `recipient` ends with '@' where the domain's
-- name follows from domain_id; the sender is NULL when the log does not tell it.
CREATE TABLE delivery (
  id             INTEGER PRIMARY KEY,
  host_id        INTEGER NOT NULL,
  mta            TEXT NOT NULL,
  queue_id       TEXT,
  message_id     TEXT,
  sender_id      INTEGER,
  auth_user      TEXT,
  recipient      TEXT,
  domain_id      INTEGER,
  orig_recipient TEXT,
  client         TEXT,
  client_ip      TEXT,
  helo           TEXT
);

-- outcome: 1 deferred, 2 bounced, 3 expired, 4 recovered, 5 rejected.
-- Ids of dictionaries carry no foreign key: their rows are never deleted, and checking each took 10 % of an ingest.
-- reply_id and vals give the exact text; basis_id names the reply whose cause counts where that is another one.
CREATE TABLE event (
  id           INTEGER PRIMARY KEY,
  time         INTEGER NOT NULL,
  outcome      INTEGER NOT NULL,
  delivery_id  INTEGER NOT NULL REFERENCES delivery (id),
  route_id     INTEGER NOT NULL,
  mx_ip_id     INTEGER,
  transport_id INTEGER,
  reply_id     INTEGER NOT NULL REFERENCES reply (id),
  vals         TEXT,
  basis_id     INTEGER REFERENCES reply (id),
  listing_id   INTEGER,
  tried        INTEGER NOT NULL,
  attempt      INTEGER NOT NULL,
  delay_ms     INTEGER
);
CREATE INDEX event_time ON event (time);

-- Totals by the hour, written with the events; outcome 0 = delivered. A deferral (or final failure) whose delivery was
-- deferred before carries the hour of that: a delivery that is deferred in five hours of a day is one delivery of that day.
-- prior_id names the earlier deferrals' replies and routes where they differ from this one's.
CREATE TABLE hourly (
  hour       INTEGER NOT NULL,
  outcome    INTEGER NOT NULL,
  host_id    INTEGER NOT NULL,
  domain_id  INTEGER NOT NULL,
  route_id   INTEGER NOT NULL,
  reply_id   INTEGER NOT NULL,
  listing_id INTEGER NOT NULL,
  prior_hour INTEGER NOT NULL,
  prior_id   INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  deliveries INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  PRIMARY KEY (hour, outcome, host_id, domain_id, route_id, reply_id, listing_id, prior_hour, prior_id)
) WITHOUT ROWID;

CREATE TABLE prior (
  id         INTEGER NOT NULL,
  reply_id   INTEGER NOT NULL,
  route_id   INTEGER NOT NULL,
  listing_id INTEGER NOT NULL,
  hour       INTEGER NOT NULL,
  PRIMARY KEY (id, reply_id, route_id, listing_id)
) WITHOUT ROWID;

-- What is open when a run ends: messages in the queue, and their deferred recipients.
CREATE TABLE open_message (
  id          INTEGER PRIMARY KEY,
  host        TEXT NOT NULL,
  queue_id    TEXT NOT NULL,
  mta         TEXT NOT NULL,
  sender      TEXT,
  message_id  TEXT,
  auth_user   TEXT,
  arrived     INTEGER NOT NULL,
  seen        INTEGER NOT NULL,
  failed_mx   TEXT,
  failed_ip   TEXT,
  UNIQUE (host, queue_id)
);
CREATE TABLE open_delivery (
  open_message_id INTEGER NOT NULL REFERENCES open_message (id) ON DELETE CASCADE,
  key             TEXT NOT NULL,
  delivery_id     INTEGER NOT NULL REFERENCES delivery (id),
  recipient       TEXT NOT NULL,
  orig_recipient  TEXT,
  tries           INTEGER NOT NULL,
  first           TEXT NOT NULL,
  last            TEXT NOT NULL,
  priors          TEXT NOT NULL,
  PRIMARY KEY (open_message_id, key)
) WITHOUT ROWID;
CREATE INDEX open_delivery_delivery ON open_delivery (delivery_id);

-- What has been read. A source is known by its content: the hash of its first bytes, and of those before the position.
CREATE TABLE source (
  id             INTEGER PRIMARY KEY,
  name           TEXT NOT NULL,
  head_length    INTEGER NOT NULL,
  head_hash      TEXT NOT NULL,
  tail_length    INTEGER NOT NULL,
  tail_hash      TEXT NOT NULL,
  position       INTEGER NOT NULL,
  last_time      INTEGER NOT NULL,
  lines          INTEGER NOT NULL,
  not_understood INTEGER NOT NULL,
  updated        INTEGER NOT NULL
);
CREATE INDEX source_head ON source (head_hash);

-- Lines that look like a delivery result and could not be read: capped, for `status` and `unknown`.
CREATE TABLE not_understood (
  id     INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  line   TEXT NOT NULL
);
