//! Whatever the provider answers: the same tables, or exit code 3 naming what is missing.

use sandbox::server::names;
use sandbox::{Options, Size};

use crate::simulated::{Ended, Simulated, assert_same_tables, tables};

/// Faults after which something must be missing, and what is said.
const UNREADABLE: [(&str, &str, i32); 6] = [
    ("bad-token", "token", 1),
    ("saml-200", "authorise", 1),
    ("saml-403", "authorise", 1),
    ("unknown-org", "acme", 1),
    ("no-scope", "lacks the scope read:project", 1),
    ("no-access", "acme/", 3),
];

/// Faults that no error betrays; the tests of what is hidden and of wrong clocks say what is right for each.
const SILENT: [&str; 7] = [
    "silent-nulls",
    "larger-totals",
    "no-project-items",
    "no-field-values",
    "redacted-cards",
    "date-ahead",
    "date-behind",
];

fn assert_same_or_named(undisturbed: &std::path::Path, data: &std::path::Path, ended: &Ended, what: &str) {
    match ended.code {
        0 => assert_same_tables(undisturbed, data, what),
        3 => assert!(ended.stderr.contains("acme"), "{what}: what is missing is not named:\n{}", ended.stderr),
        code => panic!("{what}: exit code {code}\n{}", ended.stderr),
    }
}

#[test]
fn every_fault_alone_ends_with_the_same_tables_or_names_what_is_missing() {
    let simulated = Simulated::serve(&Options::new(7, Size::Small));
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);
    let repository = simulated.organisation.view(simulated.organisation.end()).repositories[0].name.clone();
    for (name, _) in names().filter(|(name, _)| !SILENT.contains(name)) {
        let fault = if name == "no-access" { format!("no-access={repository}") } else { name.to_owned() };
        let unreadable = UNREADABLE.iter().find(|(known, ..)| *known == name);
        let always = if unreadable.is_some() && name != "no-access" { format!("{name}=always") } else { fault };
        simulated.breaks(&[&always]);
        let data = tempfile::tempdir().expect("a folder");
        let ended = simulated.import(data.path(), &["--concurrency", "2"]);
        match unreadable {
            Some((_, said, code)) => {
                assert_eq!(ended.code, *code, "{name}\n{}", ended.stderr);
                assert!(ended.stderr.contains(said), "{name}: `{said}` is not said:\n{}", ended.stderr);
            }
            None => assert_same_or_named(undisturbed.path(), data.path(), &ended, name),
        }
    }
}

#[test]
fn three_faults_together_end_with_the_same_tables_or_name_what_is_missing() {
    let simulated = Simulated::serve(&Options::new(7, Size::Small));
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);
    for faults in [
        ["secondary-403=every:6", "bad-gateway-above=always,40", "duplicate-items"],
        ["primary-limit=every:5", "truncated-body=every:7", "moving-items"],
        ["secondary-429-date=every:4", "connection-reset=every:6", "rate-limit-null"],
        ["resource-limits=every:6", "gateway-timeout=every:5", "abuse-403=every:9"],
    ] {
        simulated.breaks(&faults);
        let data = tempfile::tempdir().expect("a folder");
        let ended = simulated.import(data.path(), &[]);
        assert_same_or_named(undisturbed.path(), data.path(), &ended, &faults.join(" + "));
    }
}

#[test]
fn what_was_missing_is_there_after_the_next_import() {
    let simulated = Simulated::serve(&Options::new(7, Size::Small));
    let undisturbed = tempfile::tempdir().expect("a folder");
    simulated.import(undisturbed.path(), &[]).with_code(0);
    let repository = simulated.organisation.view(simulated.organisation.end()).repositories[0].name.clone();
    let data = tempfile::tempdir().expect("a folder");
    simulated.breaks(&[&format!("no-access={repository}")]);
    let partial = simulated.import(data.path(), &[]).with_code(3);
    assert!(partial.stderr.contains(&format!("acme/{repository}")), "{}", partial.stderr);
    simulated.breaks(&[]);
    simulated.import(data.path(), &[]).with_code(0);
    for table in ["issue.csv", "issue_status_event.csv", "issue_project_event.csv", "pr.csv", "pr_review.csv"] {
        assert!(tables(undisturbed.path())[table] == tables(data.path())[table], "{table} after the second import");
    }
    // Cards that were redacted while the repository was out of reach are seen again by the next crawl of the board.
    simulated.import(data.path(), &["--full"]).with_code(0);
    assert_same_tables(undisturbed.path(), data.path(), "after a full import");
}
