-- Version 16: what is pushed of a pull request: the team that it names, and how many comments a review makes; and what is
-- pushed of a deployment or incident beside its project: the service, and the pull requests that a deployment ships.

ALTER TABLE pr ADD COLUMN team INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pr_review ADD COLUMN comments INTEGER;
ALTER TABLE deployment ADD COLUMN of_service TEXT NOT NULL DEFAULT '';
ALTER TABLE deployment ADD COLUMN pull_requests TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN of_service TEXT NOT NULL DEFAULT '';
