//! The raw tables: names, columns, types and keys.
//!
//! Declared once: the headers of the published CSV files, the SQL of the store and `docs/data-formats.md`
//! follow from here. The original's columns come first, in its order and under its names.

/// A raw table, published as `<name>.csv`.
#[derive(Debug)]
pub struct RawTable {
    /// Name, without `.csv`.
    pub name: &'static str,
    /// What its rows are.
    pub doc: &'static str,
    /// Columns that tell rows apart and by which the file is ordered.
    pub key: &'static [&'static str],
    /// Columns in file order.
    pub columns: &'static [RawColumn],
}

/// A column of a raw table.
#[derive(Debug)]
pub struct RawColumn {
    /// As in the header.
    pub name: &'static str,
    /// Type of its cells.
    pub kind: RawKind,
    /// Whether the original tool writes it too.
    pub original: bool,
    /// Meaning, unit, when it is empty.
    pub doc: &'static str,
}

/// Type of a raw cell. An empty cell is null, or the empty text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawKind {
    /// UTF-8 text.
    Text,
    /// Whole number.
    Int,
    /// `true` or `false`.
    Bool,
    /// RFC 3339 in UTC, whole seconds: `2026-01-02T03:04:05Z`.
    Instant,
    /// A month, written as its first day: `2026-01-01`.
    Month,
    /// An exact decimal number, all digits, without exponent: `12.50`, `0.0000008`.
    Amount,
}

impl RawTable {
    /// Position of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|candidate| candidate.name == column)
    }

    /// The header as it is published.
    pub fn header(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.name)
    }
}

/// Repositories of the organisation.
pub static REPOSITORY: RawTable = RawTable {
    name: "repository",
    doc: "Repositories of the organisation.",
    key: &["org", "repo"],
    columns: &[
        RawColumn { name: "org", kind: RawKind::Text, original: true, doc: "organisation that was imported" },
        RawColumn { name: "repo", kind: RawKind::Text, original: true, doc: "name without owner" },
        RawColumn { name: "owner", kind: RawKind::Text, original: true, doc: "login of the owner" },
        RawColumn { name: "private", kind: RawKind::Bool, original: true, doc: "whether it is private" },
        RawColumn { name: "id", kind: RawKind::Text, original: false, doc: "node id" },
        RawColumn { name: "archived", kind: RawKind::Bool, original: false, doc: "whether it is archived" },
    ],
};

/// Projects boards.
pub static PROJECT: RawTable = RawTable {
    name: "project",
    doc: "Projects boards.",
    key: &["project_id"],
    columns: &[
        RawColumn { name: "project_id", kind: RawKind::Text, original: true, doc: "`fullDatabaseId`" },
        RawColumn { name: "project_name", kind: RawKind::Text, original: true, doc: "present title" },
        RawColumn { name: "id", kind: RawKind::Text, original: false, doc: "node id" },
        RawColumn { name: "number", kind: RawKind::Int, original: false, doc: "number within the organisation" },
        RawColumn { name: "org", kind: RawKind::Text, original: false, doc: "organisation" },
        RawColumn { name: "url", kind: RawKind::Text, original: false, doc: "web address" },
        RawColumn { name: "closed", kind: RawKind::Bool, original: false, doc: "whether it is closed" },
        RawColumn {
            name: "columns",
            kind: RawKind::Text,
            original: false,
            doc: "options of the Status field in board order, joined by `;`",
        },
    ],
};

/// Issues, one row each.
pub static ISSUE: RawTable = RawTable {
    name: "issue",
    doc: "Issues, one row each.",
    key: &["org", "repo", "number"],
    columns: &[
        RawColumn { name: "org", kind: RawKind::Text, original: true, doc: "organisation" },
        RawColumn { name: "repo", kind: RawKind::Text, original: true, doc: "repository" },
        RawColumn { name: "number", kind: RawKind::Text, original: true, doc: "number" },
        RawColumn { name: "title", kind: RawKind::Text, original: true, doc: "title" },
        RawColumn { name: "url", kind: RawKind::Text, original: true, doc: "web address" },
        RawColumn { name: "state", kind: RawKind::Text, original: true, doc: "`open` or `closed`" },
        RawColumn {
            name: "type",
            kind: RawKind::Text,
            original: true,
            doc: "type by the original's derivation: the issue type, else the labels, else `task`",
        },
        RawColumn { name: "is_bug", kind: RawKind::Bool, original: true, doc: "bug by the original's derivation" },
        RawColumn {
            name: "creator",
            kind: RawKind::Text,
            original: true,
            doc: "login of the author, empty for deleted users",
        },
        RawColumn { name: "assignees", kind: RawKind::Text, original: true, doc: "logins joined by `;`" },
        RawColumn { name: "created_at", kind: RawKind::Instant, original: true, doc: "opened" },
        RawColumn { name: "closed_at", kind: RawKind::Instant, original: true, doc: "closed, empty while open" },
        RawColumn { name: "committer", kind: RawKind::Text, original: true, doc: "login of the first who closed it" },
        RawColumn {
            name: "id",
            kind: RawKind::Text,
            original: false,
            doc: "node id, empty until the API has shown it",
        },
        RawColumn {
            name: "state_reason",
            kind: RawKind::Text,
            original: false,
            doc: "`completed`, `not_planned`, `duplicate`, `reopened` or empty",
        },
        RawColumn { name: "issue_type", kind: RawKind::Text, original: false, doc: "GitHub's issue type as named" },
        RawColumn { name: "labels", kind: RawKind::Text, original: false, doc: "labels joined by `;`" },
        RawColumn {
            name: "updated_at",
            kind: RawKind::Instant,
            original: false,
            doc: "last change by GitHub's reckoning",
        },
        RawColumn {
            name: "creator_is_bot",
            kind: RawKind::Bool,
            original: false,
            doc: "whether the API says that the author is a bot",
        },
        RawColumn {
            name: "vanished_at",
            kind: RawKind::Instant,
            original: false,
            doc: "when a full import first missed it",
        },
    ],
};

/// Issues opened, closed and reopened, from the timelines.
pub static ISSUE_STATUS_EVENT: RawTable = RawTable {
    name: "issue_status_event",
    doc: "Issues opened, closed and reopened, from the timelines.",
    key: &["org", "repo", "number", "at", "type"],
    columns: &[
        RawColumn { name: "org", kind: RawKind::Text, original: true, doc: "organisation" },
        RawColumn { name: "repo", kind: RawKind::Text, original: true, doc: "repository" },
        RawColumn { name: "number", kind: RawKind::Text, original: true, doc: "number of the issue" },
        RawColumn { name: "type", kind: RawKind::Text, original: true, doc: "`opened`, `closed` or `reopened`" },
        RawColumn { name: "at", kind: RawKind::Instant, original: true, doc: "when" },
        RawColumn { name: "by", kind: RawKind::Text, original: true, doc: "who, empty for deleted users" },
        RawColumn {
            name: "state_reason",
            kind: RawKind::Text,
            original: false,
            doc: "of `closed`: `completed`, `not_planned`, `duplicate` or empty",
        },
    ],
};

/// What the timelines say of boards.
pub static ISSUE_PROJECT_EVENT: RawTable = RawTable {
    name: "issue_project_event",
    doc: "What the timelines say of boards.",
    key: &["org", "repo", "number", "at", "type", "project_id", "to_column"],
    columns: &[
        RawColumn { name: "org", kind: RawKind::Text, original: true, doc: "organisation" },
        RawColumn { name: "repo", kind: RawKind::Text, original: true, doc: "repository" },
        RawColumn { name: "number", kind: RawKind::Text, original: true, doc: "number of the issue" },
        RawColumn { name: "project_id", kind: RawKind::Text, original: true, doc: "board, `fullDatabaseId`" },
        RawColumn { name: "project_name", kind: RawKind::Text, original: true, doc: "name of the board" },
        RawColumn {
            name: "from_column",
            kind: RawKind::Text,
            original: true,
            doc: "column before, by its name at that time",
        },
        RawColumn { name: "to_column", kind: RawKind::Text, original: true, doc: "column after" },
        RawColumn { name: "at", kind: RawKind::Instant, original: true, doc: "when" },
        RawColumn { name: "by", kind: RawKind::Text, original: true, doc: "who" },
        RawColumn { name: "type", kind: RawKind::Text, original: true, doc: "`added`, `moved` or `removed`" },
    ],
};

/// Field values of cards.
pub static ISSUE_PROJECT_CUSTOM_FIELD: RawTable = RawTable {
    name: "issue_project_custom_field",
    doc: "Field values of cards.",
    key: &["org", "repo", "number", "project_id", "field_name"],
    columns: &[
        RawColumn { name: "org", kind: RawKind::Text, original: true, doc: "organisation" },
        RawColumn { name: "repo", kind: RawKind::Text, original: true, doc: "repository" },
        RawColumn { name: "number", kind: RawKind::Text, original: true, doc: "number of the issue" },
        RawColumn { name: "project_id", kind: RawKind::Text, original: true, doc: "board" },
        RawColumn { name: "project_name", kind: RawKind::Text, original: true, doc: "name of the board" },
        RawColumn { name: "field_name", kind: RawKind::Text, original: true, doc: "name of the field" },
        RawColumn { name: "field_value", kind: RawKind::Text, original: true, doc: "value as text" },
    ],
};

/// Cards as they were last seen.
pub static PROJECT_ITEM: RawTable = RawTable {
    name: "project_item",
    doc: "Cards as they were last seen.",
    key: &["item_id"],
    columns: &[
        RawColumn { name: "item_id", kind: RawKind::Text, original: false, doc: "node id of the card" },
        RawColumn { name: "project_id", kind: RawKind::Text, original: false, doc: "board" },
        RawColumn { name: "project_name", kind: RawKind::Text, original: false, doc: "name of the board" },
        RawColumn {
            name: "content",
            kind: RawKind::Text,
            original: false,
            doc: "`issue`, `pull_request`, `draft` or `redacted`",
        },
        RawColumn {
            name: "content_id",
            kind: RawKind::Text,
            original: false,
            doc: "node id of the issue or pull request",
        },
        RawColumn { name: "org", kind: RawKind::Text, original: false, doc: "organisation of the issue" },
        RawColumn { name: "repo", kind: RawKind::Text, original: false, doc: "repository of the issue" },
        RawColumn { name: "number", kind: RawKind::Text, original: false, doc: "number of the issue" },
        RawColumn { name: "status", kind: RawKind::Text, original: false, doc: "column" },
        RawColumn {
            name: "status_updated_at",
            kind: RawKind::Instant,
            original: false,
            doc: "when the status was last set",
        },
        RawColumn {
            name: "presence",
            kind: RawKind::Text,
            original: false,
            doc: "`on_board`, `archived` or `removed`",
        },
        RawColumn { name: "created_at", kind: RawKind::Instant, original: false, doc: "when the card was made" },
        RawColumn { name: "updated_at", kind: RawKind::Instant, original: false, doc: "last change of the card" },
        RawColumn { name: "observed_at", kind: RawKind::Instant, original: false, doc: "when it was last seen" },
    ],
};

/// Sightings of cards that differ from the sighting before: snapshots and deliveries.
pub static PROJECT_ITEM_SIGHTING: RawTable = RawTable {
    name: "project_item_sighting",
    doc: "Sightings of cards that differ from the sighting before: snapshots and deliveries.",
    key: &["item_id", "observed_at", "source"],
    columns: &[
        RawColumn { name: "item_id", kind: RawKind::Text, original: false, doc: "node id of the card" },
        RawColumn { name: "org", kind: RawKind::Text, original: false, doc: "organisation of the issue" },
        RawColumn { name: "repo", kind: RawKind::Text, original: false, doc: "repository of the issue" },
        RawColumn { name: "number", kind: RawKind::Text, original: false, doc: "number of the issue" },
        RawColumn { name: "project_id", kind: RawKind::Text, original: false, doc: "board" },
        RawColumn { name: "project_name", kind: RawKind::Text, original: false, doc: "name of the board" },
        RawColumn { name: "status", kind: RawKind::Text, original: false, doc: "column" },
        RawColumn {
            name: "status_at",
            kind: RawKind::Instant,
            original: false,
            doc: "when that status was set, where the provider says so",
        },
        RawColumn {
            name: "presence",
            kind: RawKind::Text,
            original: false,
            doc: "`on_board`, `archived` or `removed`",
        },
        RawColumn {
            name: "presence_at",
            kind: RawKind::Instant,
            original: false,
            doc: "when presence changed, where the provider says so",
        },
        RawColumn { name: "created_at", kind: RawKind::Instant, original: false, doc: "when the card was made" },
        RawColumn { name: "observed_at", kind: RawKind::Instant, original: false, doc: "when it was seen" },
        RawColumn { name: "source", kind: RawKind::Text, original: false, doc: "`snapshot` or `webhook`" },
    ],
};

/// Pull requests, one row each.
pub static PR: RawTable = RawTable {
    name: "pr",
    doc: "Pull requests, one row each.",
    key: &["org", "repo", "number"],
    columns: &[
        RawColumn { name: "org", kind: RawKind::Text, original: true, doc: "organisation" },
        RawColumn { name: "repo", kind: RawKind::Text, original: true, doc: "repository" },
        RawColumn { name: "number", kind: RawKind::Text, original: true, doc: "number" },
        RawColumn { name: "title", kind: RawKind::Text, original: true, doc: "title" },
        RawColumn { name: "url", kind: RawKind::Text, original: true, doc: "web address" },
        RawColumn { name: "state", kind: RawKind::Text, original: true, doc: "`open`, `merged` or `closed`" },
        RawColumn { name: "created_at", kind: RawKind::Instant, original: true, doc: "opened" },
        RawColumn { name: "closed_at", kind: RawKind::Instant, original: true, doc: "closed or merged" },
        RawColumn { name: "merged_at", kind: RawKind::Instant, original: true, doc: "merged" },
        RawColumn { name: "creator", kind: RawKind::Text, original: true, doc: "login of the author" },
        RawColumn {
            name: "id",
            kind: RawKind::Text,
            original: false,
            doc: "node id, empty until the API has shown it",
        },
        RawColumn {
            name: "updated_at",
            kind: RawKind::Instant,
            original: false,
            doc: "last change by GitHub's reckoning",
        },
        RawColumn { name: "is_draft", kind: RawKind::Bool, original: false, doc: "a draft now" },
        RawColumn { name: "base", kind: RawKind::Text, original: false, doc: "target branch" },
        RawColumn { name: "labels", kind: RawKind::Text, original: false, doc: "labels joined by `;`" },
        RawColumn { name: "additions", kind: RawKind::Int, original: false, doc: "lines added" },
        RawColumn { name: "deletions", kind: RawKind::Int, original: false, doc: "lines deleted" },
        RawColumn { name: "changed_files", kind: RawKind::Int, original: false, doc: "files changed" },
        RawColumn {
            name: "first_commit_at",
            kind: RawKind::Instant,
            original: false,
            doc: "earliest author date of its commits",
        },
        RawColumn { name: "merge_commit", kind: RawKind::Text, original: false, doc: "object id of the merge commit" },
        RawColumn {
            name: "creator_is_bot",
            kind: RawKind::Bool,
            original: false,
            doc: "whether the API says that the author is a bot",
        },
        RawColumn {
            name: "vanished_at",
            kind: RawKind::Instant,
            original: false,
            doc: "when a full import first missed it",
        },
    ],
};

/// Reviews of pull requests.
pub static PR_REVIEW: RawTable = RawTable {
    name: "pr_review",
    doc: "Reviews of pull requests.",
    key: &["org", "repo", "number", "submitted_at", "user", "id"],
    columns: &[
        RawColumn { name: "org", kind: RawKind::Text, original: true, doc: "organisation" },
        RawColumn { name: "repo", kind: RawKind::Text, original: true, doc: "repository" },
        RawColumn { name: "number", kind: RawKind::Text, original: true, doc: "number of the pull request" },
        RawColumn {
            name: "state",
            kind: RawKind::Text,
            original: true,
            doc: "`APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`",
        },
        RawColumn { name: "submitted_at", kind: RawKind::Instant, original: true, doc: "when, empty while pending" },
        RawColumn { name: "user", kind: RawKind::Text, original: true, doc: "reviewer" },
        RawColumn { name: "id", kind: RawKind::Text, original: false, doc: "node id" },
        RawColumn {
            name: "dismissed_state",
            kind: RawKind::Text,
            original: false,
            doc: "state before it was dismissed",
        },
        RawColumn {
            name: "user_is_bot",
            kind: RawKind::Bool,
            original: false,
            doc: "whether the API says that the reviewer is a bot",
        },
    ],
};

/// Draft periods and review requests.
pub static PR_EVENT: RawTable = RawTable {
    name: "pr_event",
    doc: "Draft periods and review requests.",
    key: &["org", "repo", "number", "at", "type"],
    columns: &[
        RawColumn { name: "org", kind: RawKind::Text, original: false, doc: "organisation" },
        RawColumn { name: "repo", kind: RawKind::Text, original: false, doc: "repository" },
        RawColumn { name: "number", kind: RawKind::Text, original: false, doc: "number of the pull request" },
        RawColumn {
            name: "type",
            kind: RawKind::Text,
            original: false,
            doc: "`ready_for_review`, `converted_to_draft` or `review_requested`",
        },
        RawColumn { name: "at", kind: RawKind::Instant, original: false, doc: "when" },
        RawColumn { name: "by", kind: RawKind::Text, original: false, doc: "who" },
    ],
};

/// What each import covered.
pub static IMPORT_RUN: RawTable = RawTable {
    name: "import_run",
    doc: "What each import covered.",
    key: &["run", "scope", "subject"],
    columns: &[
        RawColumn { name: "run", kind: RawKind::Int, original: false, doc: "counts up from 1" },
        RawColumn {
            name: "scope",
            kind: RawKind::Text,
            original: false,
            doc: "`repositories`, `projects`, `issues`, `pull_requests`, `project_items` or `csv`",
        },
        RawColumn {
            name: "subject",
            kind: RawKind::Text,
            original: false,
            doc: "node id of a repository, id of a board, organisation or folder",
        },
        RawColumn { name: "outcome", kind: RawKind::Text, original: false, doc: "`ok`, `failed` or `interrupted`" },
        RawColumn { name: "full", kind: RawKind::Bool, original: false, doc: "whether everything was read" },
        RawColumn {
            name: "covered_from",
            kind: RawKind::Instant,
            original: false,
            doc: "changes from here on were asked for, empty = from the beginning",
        },
        RawColumn {
            name: "covered_to",
            kind: RawKind::Instant,
            original: false,
            doc: "the provider's time when reading began",
        },
        RawColumn { name: "records", kind: RawKind::Int, original: false, doc: "records written" },
        RawColumn { name: "calls", kind: RawKind::Int, original: false, doc: "calls made" },
        RawColumn { name: "points", kind: RawKind::Int, original: false, doc: "points spent" },
        RawColumn { name: "message", kind: RawKind::Text, original: false, doc: "why it failed" },
        RawColumn {
            name: "label",
            kind: RawKind::Text,
            original: false,
            doc: "how people call the subject: `org/name`, name of a board",
        },
    ],
};

/// What the clouds bill.
pub static CLOUD_COSTS: RawTable = RawTable {
    name: "cloud_costs",
    doc: "What the clouds bill, by month. Costs of different currencies are never added.",
    key: &["month", "provider", "account", "service", "charge_category", "currency"],
    columns: &[
        RawColumn {
            name: "provider",
            kind: RawKind::Text,
            original: true,
            doc: "`azure`, `gcp`, or the provider's name in a FOCUS file",
        },
        RawColumn { name: "service", kind: RawKind::Text, original: true, doc: "service by the provider's name" },
        RawColumn { name: "month", kind: RawKind::Month, original: true, doc: "month of the bill, as its first day" },
        RawColumn {
            name: "cost",
            kind: RawKind::Amount,
            original: true,
            doc: "what is billed, net of credits, with all digits",
        },
        RawColumn { name: "currency", kind: RawKind::Text, original: true, doc: "currency of the three amounts" },
        RawColumn {
            name: "account",
            kind: RawKind::Text,
            original: false,
            doc: "subscription, billing account or FOCUS sub account; empty for rows of the original tool",
        },
        RawColumn {
            name: "charge_category",
            kind: RawKind::Text,
            original: false,
            doc: "`Usage`, `Purchase`, `Tax`, `Credit`, `Adjustment`; empty where unknown",
        },
        RawColumn { name: "gross", kind: RawKind::Amount, original: false, doc: "charges before credits" },
        RawColumn { name: "credits", kind: RawKind::Amount, original: false, doc: "credits, usually negative" },
        RawColumn {
            name: "settled",
            kind: RawKind::Bool,
            original: false,
            doc: "whether it was read 5 days or more after the end of the month, when bills no longer change",
        },
        RawColumn {
            name: "observed_at",
            kind: RawKind::Instant,
            original: false,
            doc: "up to when the month was known",
        },
        RawColumn {
            name: "source",
            kind: RawKind::Text,
            original: false,
            doc: "subject of the import that it came from: `azure/…`, `gcp/…`, `focus/…`",
        },
    ],
};

/// All raw tables.
pub static RAW_TABLES: [&RawTable; 13] = [
    &REPOSITORY,
    &PROJECT,
    &ISSUE,
    &ISSUE_STATUS_EVENT,
    &ISSUE_PROJECT_EVENT,
    &ISSUE_PROJECT_CUSTOM_FIELD,
    &PROJECT_ITEM,
    &PROJECT_ITEM_SIGHTING,
    &PR,
    &PR_REVIEW,
    &PR_EVENT,
    &CLOUD_COSTS,
    &IMPORT_RUN,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_columns_and_the_originals_columns_come_first() {
        for table in RAW_TABLES {
            for key in table.key {
                assert!(table.position(key).is_some(), "{}.{key}", table.name);
            }
            let ours = table.columns.iter().position(|column| !column.original).unwrap_or(table.columns.len());
            assert!(table.columns[ours..].iter().all(|column| !column.original), "{}", table.name);
        }
    }
}
