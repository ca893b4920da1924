-- Version 14: what the jobs of settled runs are rolled up into.

ALTER TABLE ci_job ADD COLUMN part TEXT NOT NULL DEFAULT '';

-- Jobs that have ended and are not rolled up.
CREATE INDEX ci_job_open ON ci_job (run_id, host) WHERE part = '' AND finished_at IS NOT NULL;

CREATE INDEX ci_run_of_commit ON ci_run (sha, org, repo, host);

CREATE TABLE ci_run_jobs (
    run_id         TEXT NOT NULL,
    attempt        INTEGER NOT NULL,
    org            TEXT NOT NULL,
    repo           TEXT NOT NULL,
    jobs           INTEGER NOT NULL,
    first_began_at INTEGER,
    last_ended_at  INTEGER,
    first_ended_at INTEGER,
    covered_us     INTEGER,
    waits_ms       TEXT NOT NULL,
    red_first      INTEGER NOT NULL,
    restarted      INTEGER NOT NULL,
    repaired_at    INTEGER,
    only_machines  INTEGER NOT NULL,
    known_until    INTEGER NOT NULL,
    settled        INTEGER NOT NULL,
    host           TEXT NOT NULL,
    observed_run   INTEGER NOT NULL,
    -- Whether the jobs themselves are stored no longer.
    jobs_gone      INTEGER NOT NULL,
    PRIMARY KEY (run_id, attempt, host)
) WITHOUT ROWID;

CREATE INDEX ci_run_jobs_of_repository ON ci_run_jobs (org, repo, host);
CREATE INDEX ci_run_jobs_there ON ci_run_jobs (known_until, run_id, host) WHERE jobs_gone = 0;

CREATE TABLE ci_job_sum (
    day            INTEGER NOT NULL,
    org            TEXT NOT NULL,
    repo           TEXT NOT NULL,
    workflow       TEXT NOT NULL,
    workflow_path  TEXT NOT NULL,
    pipeline       INTEGER NOT NULL,
    labels         TEXT NOT NULL,
    runner         TEXT NOT NULL,
    part           TEXT NOT NULL,
    jobs           INTEGER NOT NULL,
    skipped        INTEGER NOT NULL,
    run_ms         INTEGER NOT NULL,
    whole_minutes  INTEGER NOT NULL,
    settled        INTEGER NOT NULL,
    host           TEXT NOT NULL,
    observed_run   INTEGER NOT NULL,
    PRIMARY KEY (org, repo, host, day, workflow_path, workflow, pipeline, labels, runner, part, settled)
) WITHOUT ROWID;

CREATE TABLE ci_flake (
    run_id         TEXT NOT NULL,
    org            TEXT NOT NULL,
    repo           TEXT NOT NULL,
    name           TEXT NOT NULL,
    failed_at      INTEGER NOT NULL,
    green_at       INTEGER,
    wasted_ms      INTEGER NOT NULL,
    settled        INTEGER NOT NULL,
    host           TEXT NOT NULL,
    observed_run   INTEGER NOT NULL,
    PRIMARY KEY (run_id, name, host)
) WITHOUT ROWID;

CREATE INDEX ci_flake_of_repository ON ci_flake (org, repo, host);

-- What ended before is rolled up, as far as nothing open needs it.
INSERT INTO meta (key, value) VALUES ('ci_settled_before', -9223372036854775808);
