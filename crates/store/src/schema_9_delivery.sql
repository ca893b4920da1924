-- Version 9: deployments, releases, the commit graph behind them, incidents.
--
-- Texts are in the row, and the key is the published order: reading and publishing need no sorting.

ALTER TABLE repository ADD COLUMN default_branch TEXT NOT NULL DEFAULT '';
ALTER TABLE pr ADD COLUMN head_branch TEXT NOT NULL DEFAULT '';
ALTER TABLE pr ADD COLUMN head_sha TEXT NOT NULL DEFAULT '';
ALTER TABLE pr ADD COLUMN paths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pr ADD COLUMN paths_complete INTEGER NOT NULL DEFAULT 0;

CREATE TABLE deployment (
    deployment_id  TEXT NOT NULL,
    source         TEXT NOT NULL,
    org            TEXT NOT NULL,
    repo           TEXT NOT NULL,
    environment    TEXT NOT NULL,
    tier           TEXT NOT NULL,
    sha            TEXT NOT NULL,
    ref            TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    started_at     INTEGER,
    succeeded_at   INTEGER,
    finished_at    INTEGER,
    outcome        TEXT NOT NULL,
    task           TEXT NOT NULL,
    run_id         TEXT NOT NULL,
    creator        TEXT NOT NULL,
    creator_is_bot INTEGER NOT NULL,
    url            TEXT NOT NULL,
    updated_at     INTEGER,
    host           TEXT NOT NULL,
    observed_at    INTEGER NOT NULL,
    observed_run   INTEGER NOT NULL,
    PRIMARY KEY (deployment_id, host)
) WITHOUT ROWID;

CREATE INDEX deployment_of_repository ON deployment (org, repo, host);

CREATE TABLE deployment_status (
    deployment_id TEXT NOT NULL,
    id            TEXT NOT NULL,
    state         TEXT NOT NULL,
    at            INTEGER NOT NULL,
    environment   TEXT NOT NULL,
    host          TEXT NOT NULL,
    PRIMARY KEY (deployment_id, at, id, host)
) WITHOUT ROWID;

CREATE TABLE release (
    release_id   TEXT NOT NULL,
    org          TEXT NOT NULL,
    repo         TEXT NOT NULL,
    tag          TEXT NOT NULL,
    sha          TEXT NOT NULL,
    name         TEXT NOT NULL,
    draft        INTEGER NOT NULL,
    prerelease   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    published_at INTEGER,
    url          TEXT NOT NULL,
    host         TEXT NOT NULL,
    observed_at  INTEGER NOT NULL,
    observed_run INTEGER NOT NULL,
    PRIMARY KEY (release_id, host)
) WITHOUT ROWID;

CREATE INDEX release_of_repository ON release (org, repo, host);

CREATE TABLE git_commit (
    org          TEXT NOT NULL,
    repo         TEXT NOT NULL,
    sha          TEXT NOT NULL,
    parents      TEXT NOT NULL,
    authored_at  INTEGER,
    committed_at INTEGER NOT NULL,
    picked_from  TEXT NOT NULL,
    host         TEXT NOT NULL,
    PRIMARY KEY (org, repo, sha, host)
) WITHOUT ROWID;

CREATE TABLE incident (
    incident_id     TEXT NOT NULL,
    source          TEXT NOT NULL,
    org             TEXT NOT NULL,
    repo            TEXT NOT NULL,
    service         TEXT NOT NULL,
    environment     TEXT NOT NULL,
    title           TEXT NOT NULL,
    severity        TEXT NOT NULL,
    started_at      INTEGER NOT NULL,
    acknowledged_at INTEGER,
    restored_at     INTEGER,
    finished_at     INTEGER,
    deployment_id   TEXT NOT NULL,
    change          TEXT NOT NULL,
    labels          TEXT NOT NULL,
    url             TEXT NOT NULL,
    host            TEXT NOT NULL,
    observed_at     INTEGER NOT NULL,
    observed_run    INTEGER NOT NULL,
    PRIMARY KEY (incident_id, host)
) WITHOUT ROWID;

CREATE INDEX incident_of_repository ON incident (org, repo, host);

CREATE TABLE incident_event (
    incident_id TEXT NOT NULL,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    host        TEXT NOT NULL,
    PRIMARY KEY (incident_id, at, kind, host)
) WITHOUT ROWID;
