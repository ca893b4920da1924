-- Version 18: the commit that a pull request lists first, which dimagi/dora counts lead times from. Unknown of what is stored
-- until it is read again.

ALTER TABLE pr ADD COLUMN first_listed_commit_at INTEGER;
