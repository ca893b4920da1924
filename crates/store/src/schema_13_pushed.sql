-- Version 13: what is pushed of a deployment: the service that it names, and the oldest commit that it ships.

ALTER TABLE deployment ADD COLUMN service TEXT NOT NULL DEFAULT '';
ALTER TABLE deployment ADD COLUMN first_commit_at INTEGER;

-- Projects are pushed by the names of repositories alone.
CREATE INDEX repository_called ON repository (repo);
