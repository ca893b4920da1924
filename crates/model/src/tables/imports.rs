//! `import_run.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

use crate::Instant;
use crate::kinds::{RunOutcome, Scope, Told};

/// What each import covered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "import_run", key("run", "scope", "subject"), in_rows)]
pub struct ImportRun {
    /// Counts up from 1; 0 for what is pushed, which has one row.
    #[raw(required)]
    pub run: i64,
    /// What was imported: `repositories`, `projects`, `issues`, `pull_requests`, `project_items`, `cloud_costs`, `csv` or `event_api`.
    #[raw(required)]
    pub scope: Told<Scope>,
    /// What of it: node id of a repository, id of a board, organisation, a source of bills (`azure/…`), or a folder. Stays when a name changes.
    #[raw(required)]
    pub subject: String,
    /// How it ended: `ok`, `failed`, `interrupted`, or `unsupported` where the provider does not serve it.
    #[raw(required)]
    pub outcome: Told<RunOutcome>,
    /// Whether everything was read rather than what had changed.
    pub full: bool,
    /// Changes from here on were asked for, empty = from the beginning.
    pub covered_from: Option<Instant>,
    /// The time of the import, when reading began: what happened later may be missing.
    #[raw(required)]
    pub covered_to: Option<Instant>,
    /// Records written.
    pub records: i64,
    /// Calls made.
    pub calls: i64,
    /// Points spent by the provider's reckoning.
    pub points: i64,
    /// Why it failed, in words.
    pub message: String,
    /// How people call the subject: `org/name`, name of a board.
    pub label: String,
}
