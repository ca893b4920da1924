-- Version 17: tickets that a tracker tells of, each time that one was done, and their estimates.

CREATE TABLE ticket (
    ticket_id          TEXT NOT NULL,
    identifier         TEXT NOT NULL,
    source             TEXT NOT NULL,
    team               TEXT NOT NULL,
    project            TEXT NOT NULL,
    created_at         INTEGER NOT NULL,
    started_at         INTEGER,
    finished_at        INTEGER,
    parent_id          TEXT NOT NULL,
    actor_hash         TEXT NOT NULL,
    type               TEXT NOT NULL,
    status             TEXT NOT NULL,
    estimate           INTEGER,
    first_estimate     INTEGER,
    first_estimated_at INTEGER,
    final_estimate     INTEGER,
    updated_at         INTEGER,
    vanished_at        INTEGER,
    host               TEXT NOT NULL,
    observed_at        INTEGER NOT NULL,
    observed_run       INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, host)
) WITHOUT ROWID;

-- The ticket's present state says when it was done last; that it was done before, and what it was estimated at, only its
-- events do.
CREATE TABLE ticket_event (
    ticket_id TEXT NOT NULL,
    at        INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    estimate  INTEGER,
    host      TEXT NOT NULL,
    PRIMARY KEY (ticket_id, at, kind, host)
) WITHOUT ROWID;
