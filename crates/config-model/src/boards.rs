//! Boards, and which of their columns are which step.

use model::rules::ProjectRules;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::gitlab::BoardColumns;
use crate::scalar::{absent_if_null, flag, source_text};

/// A struct with its own keys and those that say what the columns of a board mean, whichever forge it is of.
macro_rules! board {
    ($(#[$meta:meta])* pub struct $board:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $board {
            $($own)*
            /// Leave the board out of every figure.
            #[serde(default, deserialize_with = "flag")]
            #[schemars(with = "Option<bool>")]
            pub exclude: bool,
            /// Keep only these types; absent keeps all.
            #[serde(default, deserialize_with = "absent_if_null")]
            #[schemars(with = "Option<Vec<String>>")]
            pub types: Vec<String>,
            /// Columns that start the lead time.
            #[serde(default, deserialize_with = "absent_if_null")]
            #[schemars(with = "Option<Vec<String>>")]
            pub lead_time_columns: Vec<String>,
            /// Columns that start the cycle time.
            #[serde(default, deserialize_with = "absent_if_null")]
            #[schemars(with = "Option<Vec<String>>")]
            pub cycle_time_columns: Vec<String>,
            /// Columns of step backlog; absent = the lead-time columns of no other step, `Backlog` and no status.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub backlog_columns: Option<Vec<String>>,
            /// Columns of step ready.
            #[serde(default, deserialize_with = "absent_if_null")]
            #[schemars(with = "Option<Vec<String>>")]
            pub put_in_ready_columns: Vec<String>,
            /// Columns of step dev.
            #[serde(default, deserialize_with = "absent_if_null")]
            #[schemars(with = "Option<Vec<String>>")]
            pub dev_start_columns: Vec<String>,
            /// Columns of step review.
            #[serde(default, deserialize_with = "absent_if_null")]
            #[schemars(with = "Option<Vec<String>>")]
            pub review_start_columns: Vec<String>,
            /// Columns of step qa.
            #[serde(default, deserialize_with = "absent_if_null")]
            #[schemars(with = "Option<Vec<String>>")]
            pub qa_start_columns: Vec<String>,
            /// Columns of step waiting to prod.
            #[serde(default, deserialize_with = "absent_if_null")]
            #[schemars(with = "Option<Vec<String>>")]
            pub waitingtoprod_start_columns: Vec<String>,
            /// Columns of step done.
            #[serde(default, deserialize_with = "absent_if_null")]
            #[schemars(with = "Option<Vec<String>>")]
            pub inprod_start_columns: Vec<String>,
        }

        impl $board {
            /// The rules of the board that this id is in the data.
            pub(crate) fn rules(&self, id: String) -> ProjectRules {
                let board = self.clone();
                ProjectRules {
                    id,
                    name: board.name,
                    exclude: board.exclude,
                    types: board.types,
                    lead_time_columns: board.lead_time_columns,
                    cycle_time_columns: board.cycle_time_columns,
                    backlog_columns: board.backlog_columns,
                    put_in_ready_columns: board.put_in_ready_columns,
                    dev_start_columns: board.dev_start_columns,
                    review_start_columns: board.review_start_columns,
                    qa_start_columns: board.qa_start_columns,
                    waitingtoprod_start_columns: board.waitingtoprod_start_columns,
                    inprod_start_columns: board.inprod_start_columns,
                }
            }
        }
    };
}

board! {
    /// One entry of `github.projects`: how a board's columns are read.
    pub struct Project {
        /// The board's `fullDatabaseId`: the column `project_id` of `project.csv`.
        #[serde(default, deserialize_with = "source_text")]
        pub id: String,
        /// A name for people.
        #[serde(default, deserialize_with = "absent_if_null")]
        #[schemars(with = "Option<String>")]
        pub name: String,
        /// The single-select field whose values are the board's columns, `Status` by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status_field: Option<String>,
    }
}

board! {
    /// One entry of `gitlab.boards`: labels or statuses of a group's issues as columns, and how these are read. Below, columns of a
    /// scope are named without it: `dev` for `workflow::dev`.
    pub struct GitlabBoard {
        /// Path of the group whose issues are on the board, `acme` or `acme/shop`; those of groups below it are too.
        #[serde(default, deserialize_with = "source_text")]
        pub group: String,
        /// A name for people. A board of a list of labels is known by it.
        #[serde(default, deserialize_with = "absent_if_null")]
        #[schemars(with = "Option<String>")]
        pub name: String,
        /// Which labels are its columns, or `status` for GitLab's own statuses.
        #[serde(default, deserialize_with = "absent_if_null")]
        #[schemars(with = "Option<BoardColumns>")]
        pub columns: BoardColumns,
    }
}
