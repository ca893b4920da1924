-- Version 8: indexes by which rows are found that were stepped to: rows of files, which have no id, by their place; cards by
-- the issue that they show and by their board; issues by when they were made, which tells a transferred one.

DROP INDEX project_item_from_csv;
CREATE INDEX project_item_issue ON project_item (issue, project_id) WHERE issue IS NOT NULL;
CREATE INDEX project_item_board ON project_item (project_id, presence);
CREATE INDEX issue_made ON issue (created_at);
