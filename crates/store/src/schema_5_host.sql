-- Version 5: the host of a provider, since two forges may have the same organisation and repository.

ALTER TABLE repository ADD COLUMN host TEXT NOT NULL DEFAULT 'github.com';
ALTER TABLE project ADD COLUMN host TEXT NOT NULL DEFAULT 'github.com';
