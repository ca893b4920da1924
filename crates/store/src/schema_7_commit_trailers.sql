-- Version 7: what the commit that closed a pull request says, for bots that land pull requests by closing them.

ALTER TABLE pr_event ADD COLUMN commit_trailers INTEGER NOT NULL DEFAULT 0;
