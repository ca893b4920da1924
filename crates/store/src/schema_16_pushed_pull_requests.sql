-- Version 16: what is pushed of a pull request: the team that it names, and how many comments a review makes.

ALTER TABLE pr ADD COLUMN team INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pr_review ADD COLUMN comments INTEGER;
