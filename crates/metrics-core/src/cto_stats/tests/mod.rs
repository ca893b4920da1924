//! CSV in, CSV out.

mod cases;
mod cloud_cases;
mod pull_request_cases;
mod reference;

use std::path::Path;

use model::columns::{Raw, Scopes};
use model::rules::{ProjectRules, RuleSet, Rules};
use model::table::Table;
use store::csv_folder::{Reading, load};
use tempfile::TempDir;

const ISSUE: &str = "org,repo,number,title,type,is_bug,created_at\n";
const STATUS: &str = "org,repo,number,type,at\n";
const PROJECT: &str = "org,repo,number,project_id,project_name,to_column,at,type\n";
const FIELD: &str = "org,repo,number,project_id,project_name,field_name,field_value\n";
const PULL_REQUEST: &str = "org,repo,number,created_at\n";
const REVIEW: &str = "org,repo,number,state,submitted_at,user\n";

/// Rows of each file, without headers.
#[derive(Default)]
struct Files {
    issues: &'static str,
    status: &'static str,
    project: &'static str,
    fields: &'static str,
    pull_requests: &'static str,
    reviews: &'static str,
}

impl Files {
    fn raw(&self) -> Raw {
        let folder = TempDir::new().expect("a folder");
        for (name, header, rows) in [
            ("issue.csv", ISSUE, self.issues),
            ("issue_status_event.csv", STATUS, self.status),
            ("issue_project_event.csv", PROJECT, self.project),
            ("issue_project_custom_field.csv", FIELD, self.fields),
            ("pr.csv", PULL_REQUEST, self.pull_requests),
            ("pr_review.csv", REVIEW, self.reviews),
        ] {
            std::fs::write(folder.path().join(name), format!("{header}{rows}")).expect("written");
        }
        raw(folder.path())
    }

    /// A table without its header.
    fn rows(&self, table: &str, rules: &Rules) -> String {
        let raw = self.raw();
        let tables = super::issue_tables(&raw, rules, None).into_iter().chain(super::pull_request_tables(&raw));
        body(&tables.into_iter().find(|candidate| candidate.name == table).expect("a table of that name"))
    }
}

fn raw(folder: &Path) -> Raw {
    load(folder, Scopes::USUAL, Reading::Original).expect("a readable folder").raw
}

fn body(table: &Table) -> String {
    let text = table.to_csv();
    text.split_once('\n').map(|(_, rows)| rows.to_owned()).expect("a header")
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Board 1 with a column for each stage, named after it.
fn rules() -> Rules {
    let project = ProjectRules {
        id: "1".to_owned(),
        lead_time_columns: list(&["Backlog", "Ready"]),
        cycle_time_columns: list(&["Dev"]),
        put_in_ready_columns: list(&["Ready"]),
        dev_start_columns: list(&["Dev"]),
        review_start_columns: list(&["Review"]),
        qa_start_columns: list(&["QA"]),
        waitingtoprod_start_columns: list(&["Waiting"]),
        inprod_start_columns: list(&["Done"]),
        ..ProjectRules::default()
    };
    Rules { set: RuleSet::CtoStats, projects: vec![project], ..Rules::default() }
}
