-- Version 4: which import a row was read by, since clocks are no version numbers.
--
-- `observed_run` is the number of the import, or of the last import before a delivery; 0 stands for imports before this
-- version, -1 for CSV files. `meta.run` is the newest import of which anything is stored.
-- `issue.first_run` is the import that met an issue first: what became of one that was transferred was not there before.
-- `project_item.fields_at` is the last change of a card when all its fields were last told: boards do not list archived
-- cards, so the fields of those that changed since are asked for by id.
-- Indexes find a card by what it shows, or when it was made, whatever id the card has by now.

ALTER TABLE repository ADD COLUMN observed_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN observed_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE issue ADD COLUMN observed_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE project_item ADD COLUMN observed_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pr ADD COLUMN observed_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE issue ADD COLUMN first_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE project_item ADD COLUMN fields_at INTEGER;
ALTER TABLE cloud_month ADD COLUMN observed_run INTEGER NOT NULL DEFAULT 0;

UPDATE repository SET observed_run = -1 WHERE observed_at = -9223372036854775808;
UPDATE project SET observed_run = -1 WHERE observed_at = -9223372036854775808;
UPDATE issue SET observed_run = -1 WHERE observed_at = -9223372036854775808;
UPDATE project_item SET observed_run = -1 WHERE observed_at = -9223372036854775808;
UPDATE pr SET observed_run = -1 WHERE observed_at = -9223372036854775808;

INSERT INTO meta (key, value)
SELECT 'run', max(value, (SELECT coalesce(max(run), 0) FROM import_run)) FROM meta WHERE key = 'generation';

DROP INDEX project_item_unlinked;
CREATE INDEX project_item_content ON project_item (content_id) WHERE content_id <> '';
CREATE INDEX project_item_bare ON project_item (created_at) WHERE content_id = '';
CREATE INDEX issue_vanished ON issue (created_at) WHERE vanished_at IS NOT NULL;
