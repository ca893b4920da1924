-- Version 12: iterations that issues were planned for.

CREATE TABLE issue_iteration_event (
    issue        INTEGER NOT NULL REFERENCES issue (row_id),
    seq          INTEGER NOT NULL,
    type         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    iteration_id INTEGER NOT NULL,
    iteration    INTEGER NOT NULL,
    starts_on    INTEGER NOT NULL,
    due_on       INTEGER NOT NULL,
    PRIMARY KEY (issue, seq)
) WITHOUT ROWID;

-- An iteration that was renamed or has other days is so in all of its rows.
CREATE INDEX issue_iteration_event_of_iteration ON issue_iteration_event (iteration_id);
