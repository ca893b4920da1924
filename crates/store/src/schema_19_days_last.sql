-- Version 19: the days of a sum stand behind each other, so that what is the same on all of them is read once.

CREATE TABLE ci_job_sum_by_day (
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
    PRIMARY KEY (org, repo, host, workflow_path, workflow, pipeline, labels, runner, part, settled, day)
) WITHOUT ROWID;

INSERT INTO ci_job_sum_by_day (day, org, repo, workflow, workflow_path, pipeline, labels, runner, part, jobs, skipped,
    run_ms, whole_minutes, settled, host, observed_run)
SELECT day, org, repo, workflow, workflow_path, pipeline, labels, runner, part, jobs, skipped,
    run_ms, whole_minutes, settled, host, observed_run
FROM ci_job_sum ORDER BY org, repo, host, workflow_path, workflow, pipeline, labels, runner, part, settled, day;

DROP TABLE ci_job_sum;
ALTER TABLE ci_job_sum_by_day RENAME TO ci_job_sum;
