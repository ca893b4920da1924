-- Version 10: runs of workflows.

CREATE TABLE ci_run (
    run_id         TEXT NOT NULL,
    attempt        INTEGER NOT NULL,
    source         TEXT NOT NULL,
    org            TEXT NOT NULL,
    repo           TEXT NOT NULL,
    workflow       TEXT NOT NULL,
    workflow_path  TEXT NOT NULL,
    event          TEXT NOT NULL,
    ref            TEXT NOT NULL,
    sha            TEXT NOT NULL,
    run_number     INTEGER,
    status         TEXT NOT NULL,
    conclusion     TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    started_at     INTEGER,
    finished_at    INTEGER,
    default_branch INTEGER NOT NULL,
    url            TEXT NOT NULL,
    host           TEXT NOT NULL,
    observed_at    INTEGER NOT NULL,
    observed_run   INTEGER NOT NULL,
    PRIMARY KEY (run_id, attempt, host)
) WITHOUT ROWID;

CREATE INDEX ci_run_of_repository ON ci_run (org, repo, host);
