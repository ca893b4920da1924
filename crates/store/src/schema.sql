-- Version 1.
--
-- Tables that carry the names of model::spec hold what is published under that name; a test compares them.
-- Repeating text is a code into `dictionary` (0 = empty), an instant is microseconds since 1970 (null = unknown),
-- a node id is null until the API has shown it, and children refer to their parent by its row.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value INTEGER NOT NULL
);
INSERT INTO meta (key, value) VALUES ('changes', 0), ('generation', 0);

CREATE TABLE dictionary (
    code  INTEGER PRIMARY KEY,
    value TEXT NOT NULL UNIQUE
);
INSERT INTO dictionary (code, value) VALUES (0, '');

CREATE TABLE import_cursor (
    scope   TEXT NOT NULL,
    subject TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (scope, subject)
);

CREATE TABLE repository (
    row_id          INTEGER PRIMARY KEY,
    id              TEXT UNIQUE,
    org             TEXT NOT NULL,
    repo            TEXT NOT NULL,
    owner           TEXT NOT NULL,
    private         INTEGER NOT NULL,
    archived        INTEGER NOT NULL,
    observed_at     INTEGER NOT NULL,
    seen_generation INTEGER NOT NULL
);
CREATE INDEX repository_name ON repository (org, repo);

CREATE TABLE project (
    row_id          INTEGER PRIMARY KEY,
    id              TEXT UNIQUE,
    project_id      TEXT NOT NULL UNIQUE,
    project_name    TEXT NOT NULL,
    number          INTEGER,
    org             TEXT NOT NULL,
    url             TEXT NOT NULL,
    closed          INTEGER NOT NULL,
    columns         TEXT NOT NULL,
    observed_at     INTEGER NOT NULL,
    seen_generation INTEGER NOT NULL
);

CREATE TABLE issue (
    row_id          INTEGER PRIMARY KEY,
    repository      INTEGER NOT NULL REFERENCES repository (row_id),
    number          TEXT NOT NULL,
    title           TEXT NOT NULL,
    url             TEXT NOT NULL,
    state           INTEGER NOT NULL,
    type            INTEGER NOT NULL,
    is_bug          INTEGER NOT NULL,
    creator         INTEGER NOT NULL,
    assignees       INTEGER NOT NULL,
    created_at      INTEGER,
    closed_at       INTEGER,
    committer       INTEGER NOT NULL,
    state_reason    INTEGER NOT NULL,
    issue_type      INTEGER NOT NULL,
    labels          INTEGER NOT NULL,
    updated_at      INTEGER,
    creator_is_bot  INTEGER NOT NULL,
    vanished_at     INTEGER,
    id              TEXT UNIQUE,
    observed_at     INTEGER NOT NULL,
    seen_generation INTEGER NOT NULL
);
CREATE INDEX issue_place ON issue (repository, number);

CREATE TABLE issue_status_event (
    issue        INTEGER NOT NULL REFERENCES issue (row_id),
    seq          INTEGER NOT NULL,
    type         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    state_reason INTEGER NOT NULL,
    "by"         INTEGER NOT NULL,
    PRIMARY KEY (issue, seq)
) WITHOUT ROWID;

CREATE TABLE issue_project_event (
    issue        INTEGER NOT NULL REFERENCES issue (row_id),
    seq          INTEGER NOT NULL,
    type         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    project_id   INTEGER NOT NULL,
    project_name INTEGER NOT NULL,
    from_column  INTEGER NOT NULL,
    to_column    INTEGER NOT NULL,
    "by"         INTEGER NOT NULL,
    PRIMARY KEY (issue, seq)
) WITHOUT ROWID;

-- A card without item_id holds custom fields that came from a CSV file; the API's card takes its row over.
CREATE TABLE project_item (
    row_id            INTEGER PRIMARY KEY,
    item_id           TEXT UNIQUE,
    issue             INTEGER REFERENCES issue (row_id),
    project_id        INTEGER NOT NULL,
    project_name      INTEGER NOT NULL,
    content           INTEGER NOT NULL,
    content_id        TEXT NOT NULL,
    status            INTEGER NOT NULL,
    status_updated_at INTEGER,
    presence          INTEGER NOT NULL,
    created_at        INTEGER,
    updated_at        INTEGER,
    observed_at       INTEGER NOT NULL,
    seen_generation   INTEGER NOT NULL
);
CREATE INDEX project_item_unlinked ON project_item (content_id) WHERE issue IS NULL;
CREATE INDEX project_item_from_csv ON project_item (issue, project_id) WHERE item_id IS NULL;

CREATE TABLE issue_project_custom_field (
    item        INTEGER NOT NULL REFERENCES project_item (row_id),
    seq         INTEGER NOT NULL,
    field_name  INTEGER NOT NULL,
    field_value TEXT NOT NULL,
    PRIMARY KEY (item, seq)
) WITHOUT ROWID;

CREATE TABLE project_item_sighting (
    item        INTEGER NOT NULL REFERENCES project_item (row_id),
    seq         INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    status_at   INTEGER,
    presence    INTEGER NOT NULL,
    presence_at INTEGER,
    created_at  INTEGER,
    observed_at INTEGER NOT NULL,
    source      INTEGER NOT NULL,
    PRIMARY KEY (item, seq)
) WITHOUT ROWID;

CREATE TABLE pr (
    row_id          INTEGER PRIMARY KEY,
    repository      INTEGER NOT NULL REFERENCES repository (row_id),
    number          TEXT NOT NULL,
    title           TEXT NOT NULL,
    url             TEXT NOT NULL,
    state           INTEGER NOT NULL,
    created_at      INTEGER,
    closed_at       INTEGER,
    merged_at       INTEGER,
    creator         INTEGER NOT NULL,
    updated_at      INTEGER,
    is_draft        INTEGER NOT NULL,
    base            INTEGER NOT NULL,
    labels          INTEGER NOT NULL,
    additions       INTEGER,
    deletions       INTEGER,
    changed_files   INTEGER,
    first_commit_at INTEGER,
    merge_commit    TEXT NOT NULL,
    creator_is_bot  INTEGER NOT NULL,
    vanished_at     INTEGER,
    id              TEXT UNIQUE,
    observed_at     INTEGER NOT NULL,
    seen_generation INTEGER NOT NULL
);
CREATE INDEX pr_place ON pr (repository, number);

CREATE TABLE pr_review (
    pr              INTEGER NOT NULL REFERENCES pr (row_id),
    seq             INTEGER NOT NULL,
    state           INTEGER NOT NULL,
    dismissed_state INTEGER NOT NULL,
    submitted_at    INTEGER,
    "user"          INTEGER NOT NULL,
    user_is_bot     INTEGER NOT NULL,
    id              TEXT,
    PRIMARY KEY (pr, seq)
) WITHOUT ROWID;

CREATE TABLE pr_event (
    pr   INTEGER NOT NULL REFERENCES pr (row_id),
    seq  INTEGER NOT NULL,
    type INTEGER NOT NULL,
    at   INTEGER NOT NULL,
    "by" INTEGER NOT NULL,
    PRIMARY KEY (pr, seq)
) WITHOUT ROWID;

CREATE TABLE import_run (
    run          INTEGER NOT NULL,
    scope        TEXT NOT NULL,
    subject      TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    "full"       INTEGER NOT NULL,
    covered_from INTEGER,
    covered_to   INTEGER,
    records      INTEGER NOT NULL,
    calls        INTEGER NOT NULL,
    points       INTEGER NOT NULL,
    message      TEXT NOT NULL,
    label        TEXT NOT NULL,
    PRIMARY KEY (run, scope, subject)
);
