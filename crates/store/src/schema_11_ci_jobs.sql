-- Version 11: jobs of runs, and what is billed for them. Amounts are exact decimal numbers as text.

CREATE TABLE ci_job (
    job_id         TEXT NOT NULL,
    run_id         TEXT NOT NULL,
    attempt        INTEGER NOT NULL,
    org            TEXT NOT NULL,
    repo           TEXT NOT NULL,
    name           TEXT NOT NULL,
    stage          TEXT NOT NULL,
    conclusion     TEXT NOT NULL,
    failure_reason TEXT NOT NULL,
    allow_failure  INTEGER NOT NULL,
    retried        INTEGER NOT NULL,
    created_at     INTEGER,
    started_at     INTEGER,
    finished_at    INTEGER,
    duration_ms    INTEGER,
    queued_ms      INTEGER,
    runner         TEXT NOT NULL,
    labels         TEXT NOT NULL,
    times_from     TEXT NOT NULL,
    host           TEXT NOT NULL,
    observed_at    INTEGER NOT NULL,
    observed_run   INTEGER NOT NULL,
    PRIMARY KEY (run_id, job_id, host)
) WITHOUT ROWID;

CREATE INDEX ci_job_of_repository ON ci_job (org, repo, host);

CREATE TABLE ci_bill (
    day            INTEGER NOT NULL,
    org            TEXT NOT NULL,
    repo           TEXT NOT NULL,
    cost_center    TEXT NOT NULL,
    sku            TEXT NOT NULL,
    quantity       TEXT NOT NULL,
    unit           TEXT NOT NULL,
    price          TEXT NOT NULL,
    gross          TEXT NOT NULL,
    discount       TEXT NOT NULL,
    net            TEXT NOT NULL,
    currency       TEXT NOT NULL,
    host           TEXT NOT NULL,
    observed_at    INTEGER NOT NULL,
    observed_run   INTEGER NOT NULL,
    PRIMARY KEY (day, org, repo, cost_center, sku, unit, currency, host)
) WITHOUT ROWID;

CREATE INDEX ci_bill_of_repository ON ci_bill (org, repo, host);
