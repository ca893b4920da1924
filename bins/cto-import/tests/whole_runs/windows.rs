//! `--repo` and `--since` refresh what they see and remove nothing.

use std::path::Path;

use model::Instant;
use sandbox::{Options, Size};

use crate::simulated::{Simulated, assert_same_tables, tables};

fn days_before(at: Instant, days: i64) -> Instant {
    Instant::from_micros(at.micros() - days * 86_400_000_000)
}

fn rows(data: &Path, table: &str) -> usize {
    tables(data)[table].split(|byte| *byte == b'\n').count() - 2
}

#[test]
fn repo_and_since_remove_no_rows_and_the_next_import_brings_everything() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let end = simulated.organisation.end();
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);

    let data = tempfile::tempdir().expect("a folder");
    simulated.moves_to(days_before(end, 30));
    simulated.import(data.path(), &[]).with_code(0);
    let before = (rows(data.path(), "issue.csv"), rows(data.path(), "pr.csv"));
    simulated.moves_to(end);
    let repository = simulated.organisation.view(end).repositories[0].name.clone();
    simulated.import(data.path(), &["--repo", &repository]).with_code(0);
    assert!(rows(data.path(), "issue.csv") >= before.0 && rows(data.path(), "pr.csv") >= before.1);
    let since = days_before(end, 3).to_rfc3339_seconds();
    simulated.import(data.path(), &["-since", &since, "-pr"]).with_code(0);
    assert!(rows(data.path(), "issue.csv") >= before.0 && rows(data.path(), "pr.csv") >= before.1);
    simulated.import(data.path(), &[]).with_code(0);
    for table in ["issue.csv", "pr.csv", "pr_review.csv", "issue_status_event.csv", "issue_project_event.csv"] {
        assert_eq!(
            String::from_utf8_lossy(&tables(data.path())[table]),
            String::from_utf8_lossy(&tables(undisturbed.path())[table]),
            "{table}"
        );
    }
}

#[test]
fn a_first_import_since_a_day_leaves_the_rest_to_the_next() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);
    let data = tempfile::tempdir().expect("a folder");
    let since = days_before(simulated.organisation.end(), 14).to_rfc3339_seconds();
    simulated.import(data.path(), &["--since", &since[..10]]).with_code(0);
    assert!(rows(data.path(), "pr.csv") < rows(undisturbed.path(), "pr.csv"));
    simulated.import(data.path(), &[]).with_code(0);
    assert_same_tables(undisturbed.path(), data.path(), "after the import without --since");
}

#[test]
fn a_full_import_changes_nothing_where_nothing_vanished() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    let first = tables(data.path());
    simulated.import(data.path(), &["--full"]).with_code(0);
    assert!(first == tables(data.path()), "a full import changed a table");
}

#[test]
fn a_folder_of_raw_files_without_a_store_is_loaded_first() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);
    let old = tempfile::tempdir().expect("a folder");
    sandbox::write_csv_folder(&simulated.organisation, old.path()).expect("a folder is written");
    let ended = simulated.import(old.path(), &[]).with_code(0);
    assert!(ended.stderr.contains("loading them first"), "{}", ended.stderr);
    for table in ["issue.csv", "pr.csv", "pr_review.csv"] {
        assert_eq!(rows(old.path(), table), rows(undisturbed.path(), table), "{table}");
    }
}

#[test]
fn a_dry_run_says_what_it_would_cost_and_stores_nothing() {
    let simulated = Simulated::serve(&Options::new(13, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    let ended = simulated.import(data.path(), &["--dry-run"]).with_code(0);
    assert!(ended.stdout.contains("would fetch") && ended.stdout.contains("issues of acme/"), "{}", ended.stdout);
    assert!(!data.path().join("cto.db").exists() && tables(data.path()).is_empty());
}
