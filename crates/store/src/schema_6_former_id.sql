-- Version 6: ids that issues, pull requests and cards had before, by the table of the row that had them.

CREATE TABLE former_id (
    kind   TEXT NOT NULL,
    id     TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX former_id_row ON former_id (kind, row_id);
