-- Version 6: what was known before.
--
-- `former_id` holds ids that issues, pull requests and cards had before, by the table of the row that had them.
-- `project_item.told_at` is when the status of a card was last told; `project_item_sighting.confirmed_at` up to when the
-- sighting before is known to have held, so that history is in doubt only since then.

CREATE TABLE former_id (
    kind   TEXT NOT NULL,
    id     TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX former_id_row ON former_id (kind, row_id);

ALTER TABLE project_item ADD COLUMN told_at INTEGER;
ALTER TABLE project_item_sighting ADD COLUMN confirmed_at INTEGER;
CREATE INDEX import_run_subject ON import_run (subject, scope, run);
