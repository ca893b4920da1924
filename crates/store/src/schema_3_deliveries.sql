-- Version 3: deliveries of webhooks that were stored, so that none counts twice.
--
-- The id is the sender's and is not signed, so the hash of the body (SHA-256, hexadecimal) counts as well. Instants are
-- microseconds since 1970. Only the newest rows are kept.

CREATE TABLE delivery (
    row_id      INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    body_hash   TEXT NOT NULL UNIQUE,
    event       TEXT NOT NULL,
    received_at INTEGER NOT NULL
);
