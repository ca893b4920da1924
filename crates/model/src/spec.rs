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

/// A column that the original tool writes too.
const fn original(name: &'static str, kind: RawKind, doc: &'static str) -> RawColumn {
    RawColumn { name, kind, original: true, doc }
}

/// A column of our own.
const fn ours(name: &'static str, kind: RawKind, doc: &'static str) -> RawColumn {
    RawColumn { name, kind, original: false, doc }
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
        original("org", RawKind::Text, "organisation that was imported"),
        original("repo", RawKind::Text, "name without owner"),
        original("owner", RawKind::Text, "login of the owner"),
        original("private", RawKind::Bool, "whether it is private"),
        ours("id", RawKind::Text, "node id"),
        ours("archived", RawKind::Bool, "whether it is archived"),
    ],
};

/// Projects boards.
pub static PROJECT: RawTable = RawTable {
    name: "project",
    doc: "Projects boards.",
    key: &["project_id"],
    columns: &[
        original("project_id", RawKind::Text, "`fullDatabaseId`"),
        original("project_name", RawKind::Text, "present title"),
        ours("id", RawKind::Text, "node id"),
        ours("number", RawKind::Int, "number within the organisation"),
        ours("org", RawKind::Text, "organisation"),
        ours("url", RawKind::Text, "web address"),
        ours("closed", RawKind::Bool, "whether it is closed"),
        ours("columns", RawKind::Text, "options of the Status field in board order, joined by `;`"),
    ],
};

/// Issues, one row each.
pub static ISSUE: RawTable = RawTable {
    name: "issue",
    doc: "Issues, one row each.",
    key: &["org", "repo", "number"],
    columns: &[
        original("org", RawKind::Text, "organisation"),
        original("repo", RawKind::Text, "repository"),
        original("number", RawKind::Text, "number"),
        original("title", RawKind::Text, "title"),
        original("url", RawKind::Text, "web address"),
        original("state", RawKind::Text, "`open` or `closed`"),
        original(
            "type",
            RawKind::Text,
            "type by the original's derivation: the issue type, else the labels, else `task`",
        ),
        original("is_bug", RawKind::Bool, "bug by the original's derivation"),
        original("creator", RawKind::Text, "login of the author, empty for deleted users"),
        original("assignees", RawKind::Text, "logins joined by `;`"),
        original("created_at", RawKind::Instant, "opened"),
        original("closed_at", RawKind::Instant, "closed, empty while open"),
        original("committer", RawKind::Text, "login of the first who closed it"),
        ours("id", RawKind::Text, "node id, empty until the API has shown it"),
        ours("state_reason", RawKind::Text, "`completed`, `not_planned`, `duplicate`, `reopened` or empty"),
        ours("issue_type", RawKind::Text, "GitHub's issue type as named"),
        ours("labels", RawKind::Text, "labels joined by `;`"),
        ours("updated_at", RawKind::Instant, "last change by GitHub's reckoning"),
        ours("creator_is_bot", RawKind::Bool, "whether the API says that the author is a bot"),
        ours("vanished_at", RawKind::Instant, "when a full import first missed it"),
    ],
};

/// Issues opened, closed and reopened, from the timelines.
pub static ISSUE_STATUS_EVENT: RawTable = RawTable {
    name: "issue_status_event",
    doc: "Issues opened, closed and reopened, from the timelines.",
    key: &["org", "repo", "number", "at", "type"],
    columns: &[
        original("org", RawKind::Text, "organisation"),
        original("repo", RawKind::Text, "repository"),
        original("number", RawKind::Text, "number of the issue"),
        original("type", RawKind::Text, "`opened`, `closed` or `reopened`"),
        original("at", RawKind::Instant, "when"),
        original("by", RawKind::Text, "who, empty for deleted users"),
        ours("state_reason", RawKind::Text, "of `closed`: `completed`, `not_planned`, `duplicate` or empty"),
    ],
};

/// What the timelines say of boards.
pub static ISSUE_PROJECT_EVENT: RawTable = RawTable {
    name: "issue_project_event",
    doc: "What the timelines say of boards.",
    key: &["org", "repo", "number", "at", "type", "project_id", "to_column"],
    columns: &[
        original("org", RawKind::Text, "organisation"),
        original("repo", RawKind::Text, "repository"),
        original("number", RawKind::Text, "number of the issue"),
        original("project_id", RawKind::Text, "board, `fullDatabaseId`"),
        original("project_name", RawKind::Text, "name of the board"),
        original("from_column", RawKind::Text, "column before, by its name at that time"),
        original("to_column", RawKind::Text, "column after"),
        original("at", RawKind::Instant, "when"),
        original("by", RawKind::Text, "who"),
        original("type", RawKind::Text, "`added`, `moved` or `removed`"),
    ],
};

/// Field values of cards.
pub static ISSUE_PROJECT_CUSTOM_FIELD: RawTable = RawTable {
    name: "issue_project_custom_field",
    doc: "Field values of cards.",
    key: &["org", "repo", "number", "project_id", "field_name"],
    columns: &[
        original("org", RawKind::Text, "organisation"),
        original("repo", RawKind::Text, "repository"),
        original("number", RawKind::Text, "number of the issue"),
        original("project_id", RawKind::Text, "board"),
        original("project_name", RawKind::Text, "name of the board"),
        original("field_name", RawKind::Text, "name of the field"),
        original("field_value", RawKind::Text, "value as text"),
    ],
};

/// Cards as they were last seen.
pub static PROJECT_ITEM: RawTable = RawTable {
    name: "project_item",
    doc: "Cards as they were last seen.",
    key: &["item_id"],
    columns: &[
        ours("item_id", RawKind::Text, "node id of the card"),
        ours("project_id", RawKind::Text, "board"),
        ours("project_name", RawKind::Text, "name of the board"),
        ours("content", RawKind::Text, "`issue`, `pull_request`, `draft` or `redacted`"),
        ours("content_id", RawKind::Text, "node id of the issue or pull request"),
        ours("org", RawKind::Text, "organisation of the issue"),
        ours("repo", RawKind::Text, "repository of the issue"),
        ours("number", RawKind::Text, "number of the issue"),
        ours("status", RawKind::Text, "column"),
        ours("status_updated_at", RawKind::Instant, "when the status was last set"),
        ours("presence", RawKind::Text, "`on_board`, `archived` or `removed`"),
        ours("created_at", RawKind::Instant, "when the card was made"),
        ours("updated_at", RawKind::Instant, "last change of the card"),
        ours("observed_at", RawKind::Instant, "when it was last seen"),
    ],
};

/// Sightings of cards that differ from the sighting before: snapshots and deliveries.
pub static PROJECT_ITEM_SIGHTING: RawTable = RawTable {
    name: "project_item_sighting",
    doc: "Sightings of cards that differ from the sighting before: snapshots and deliveries.",
    key: &["item_id", "observed_at", "source"],
    columns: &[
        ours("item_id", RawKind::Text, "node id of the card"),
        ours("org", RawKind::Text, "organisation of the issue"),
        ours("repo", RawKind::Text, "repository of the issue"),
        ours("number", RawKind::Text, "number of the issue"),
        ours("project_id", RawKind::Text, "board"),
        ours("project_name", RawKind::Text, "name of the board"),
        ours("status", RawKind::Text, "column"),
        ours("status_at", RawKind::Instant, "when that status was set, where the provider says so"),
        ours("presence", RawKind::Text, "`on_board`, `archived` or `removed`"),
        ours("presence_at", RawKind::Instant, "when presence changed, where the provider says so"),
        ours("created_at", RawKind::Instant, "when the card was made"),
        ours("observed_at", RawKind::Instant, "when it was seen"),
        ours("source", RawKind::Text, "`snapshot` or `webhook`"),
    ],
};

/// Pull requests, one row each.
pub static PR: RawTable = RawTable {
    name: "pr",
    doc: "Pull requests, one row each.",
    key: &["org", "repo", "number"],
    columns: &[
        original("org", RawKind::Text, "organisation"),
        original("repo", RawKind::Text, "repository"),
        original("number", RawKind::Text, "number"),
        original("title", RawKind::Text, "title"),
        original("url", RawKind::Text, "web address"),
        original("state", RawKind::Text, "`open`, `merged` or `closed`"),
        original("created_at", RawKind::Instant, "opened"),
        original("closed_at", RawKind::Instant, "closed or merged"),
        original("merged_at", RawKind::Instant, "merged"),
        original("creator", RawKind::Text, "login of the author"),
        ours("id", RawKind::Text, "node id, empty until the API has shown it"),
        ours("updated_at", RawKind::Instant, "last change by GitHub's reckoning"),
        ours("is_draft", RawKind::Bool, "a draft now"),
        ours("base", RawKind::Text, "target branch"),
        ours("labels", RawKind::Text, "labels joined by `;`"),
        ours("additions", RawKind::Int, "lines added"),
        ours("deletions", RawKind::Int, "lines deleted"),
        ours("changed_files", RawKind::Int, "files changed"),
        ours("first_commit_at", RawKind::Instant, "earliest author date of its commits"),
        ours("merge_commit", RawKind::Text, "object id of the merge commit"),
        ours("creator_is_bot", RawKind::Bool, "whether the API says that the author is a bot"),
        ours("vanished_at", RawKind::Instant, "when a full import first missed it"),
    ],
};

/// Reviews of pull requests.
pub static PR_REVIEW: RawTable = RawTable {
    name: "pr_review",
    doc: "Reviews of pull requests.",
    key: &["org", "repo", "number", "submitted_at", "user", "id"],
    columns: &[
        original("org", RawKind::Text, "organisation"),
        original("repo", RawKind::Text, "repository"),
        original("number", RawKind::Text, "number of the pull request"),
        original("state", RawKind::Text, "`APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`"),
        original("submitted_at", RawKind::Instant, "when, empty while pending"),
        original("user", RawKind::Text, "reviewer"),
        ours("id", RawKind::Text, "node id"),
        ours("dismissed_state", RawKind::Text, "state before it was dismissed"),
        ours("user_is_bot", RawKind::Bool, "whether the API says that the reviewer is a bot"),
    ],
};

/// Draft periods and review requests.
pub static PR_EVENT: RawTable = RawTable {
    name: "pr_event",
    doc: "Draft periods and review requests.",
    key: &["org", "repo", "number", "at", "type"],
    columns: &[
        ours("org", RawKind::Text, "organisation"),
        ours("repo", RawKind::Text, "repository"),
        ours("number", RawKind::Text, "number of the pull request"),
        ours("type", RawKind::Text, "`ready_for_review`, `converted_to_draft` or `review_requested`"),
        ours("at", RawKind::Instant, "when"),
        ours("by", RawKind::Text, "who"),
    ],
};

/// What each import covered.
pub static IMPORT_RUN: RawTable = RawTable {
    name: "import_run",
    doc: "What each import covered.",
    key: &["run", "scope", "subject"],
    columns: &[
        ours("run", RawKind::Int, "counts up from 1"),
        ours("scope", RawKind::Text, "`repositories`, `projects`, `issues`, `pull_requests`, `project_items` or `csv`"),
        ours("subject", RawKind::Text, "node id of a repository, id of a board, organisation or folder"),
        ours("outcome", RawKind::Text, "`ok`, `failed` or `interrupted`"),
        ours("full", RawKind::Bool, "whether everything was read"),
        ours("covered_from", RawKind::Instant, "changes from here on were asked for, empty = from the beginning"),
        ours("covered_to", RawKind::Instant, "the provider's time when reading began"),
        ours("records", RawKind::Int, "records written"),
        ours("calls", RawKind::Int, "calls made"),
        ours("points", RawKind::Int, "points spent"),
        ours("message", RawKind::Text, "why it failed"),
        ours("label", RawKind::Text, "how people call the subject: `org/name`, name of a board"),
    ],
};

/// What the clouds bill.
pub static CLOUD_COSTS: RawTable = RawTable {
    name: "cloud_costs",
    doc: "What the clouds bill, by month. Costs of different currencies are never added.",
    key: &["month", "provider", "account", "service", "charge_category", "currency"],
    columns: &[
        original("provider", RawKind::Text, "`azure`, `gcp`, or the provider's name in a FOCUS file"),
        original("service", RawKind::Text, "service by the provider's name"),
        original("month", RawKind::Month, "month of the bill, as its first day"),
        original("cost", RawKind::Amount, "what is billed, net of credits, with all digits"),
        original("currency", RawKind::Text, "currency of the three amounts"),
        ours(
            "account",
            RawKind::Text,
            "subscription, billing account or FOCUS sub account; empty for rows of the original tool",
        ),
        ours(
            "charge_category",
            RawKind::Text,
            "`Usage`, `Purchase`, `Tax`, `Credit`, `Adjustment`; empty where unknown",
        ),
        ours("gross", RawKind::Amount, "charges before credits"),
        ours("credits", RawKind::Amount, "credits, usually negative"),
        ours(
            "settled",
            RawKind::Bool,
            "whether it was read 5 days or more after the end of the month, when bills no longer change",
        ),
        ours("observed_at", RawKind::Instant, "up to when the month was known"),
        ours("source", RawKind::Text, "subject of the import that it came from: `azure/…`, `gcp/…`, `focus/…`"),
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
