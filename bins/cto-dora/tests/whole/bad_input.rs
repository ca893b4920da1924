//! What cannot be done: exit codes and sentences.

use std::path::Path;

use crate::program::{run, stderr};

/// Exit code, standard output and standard error of a run in a folder.
fn ended(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments, &[]);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    format!("exit {}\n{stdout}{}", output.status.code().unwrap(), stderr(&output))
}

#[test]
fn a_file_that_is_not_there_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(ended(folder.path(), &["report"]), @r"
    exit 1
    cto-dora: dora.db does not exist: run `cto-dora pull` first, or name another file with --db
    ");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_neither_is_named_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "no database").unwrap();
    std::fs::write(folder.path().join("empty.db"), "").unwrap();
    assert!(ended(folder.path(), &["report", "--db", "."]).contains("cto-dora: . is neither a store"));
    insta::assert_snapshot!(ended(folder.path(), &["report", "--db", "notes.txt"]), @r"
    exit 1
    cto-dora: notes.txt is neither a store of cto-metrics nor a database of dimagi/dora: name another file with --db
    ");
    insta::assert_snapshot!(ended(folder.path(), &["report", "--db", "empty.db"]), @r"
    exit 1
    cto-dora: empty.db is neither a store of cto-metrics nor a database of dimagi/dora: name another file with --db
    ");
    assert_eq!(std::fs::read(folder.path().join("empty.db")).unwrap(), b"");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn wrong_usage_is_told_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (&[][..], "cto-dora: no command: pull, report or upload"),
        (&["fetch"], "unrecognized subcommand 'fetch'"),
        (&["report", "--completions", "bash"], "unexpected argument"),
        (&["report", "--metric", "speed"], "there is no such metric: deploy-freq-prs, deploy-freq, lead-time"),
        (&["report", "--exclude-bots", "--include-bots"], "cannot be used with"),
        (&["report", "--weeks=-1"], "--weeks"),
        (&["report", "--extended"], "--extended is for --format json"),
        (&["report", "--format", "yaml"], "[possible values: table, csv, json]"),
        (&["pull", "--since", "2026-01-01"], "--repo"),
        (&["pull", "--repo", "acme/api"], "--since"),
        (&["pull", "--repo", "acme", "--since", "2026-01-01"], "expected OWNER/NAME"),
        (&["pull", "--repo", "acme/api", "--since", "yesterday"], "expected a date like 2026-01-31"),
    ] {
        let ended = ended(folder.path(), arguments);
        assert!(ended.starts_with("exit 2\n") && ended.contains(said), "{arguments:?}: {ended}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn without_a_token_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(ended(folder.path(), &["pull", "--repo", "acme/api", "--since", "2026-01-01"]), @r"
    exit 1
    cto-dora: no token: `gh auth token` gives none and GITHUB_TOKEN is not set; log in with `gh auth login`, or set GITHUB_TOKEN to a token that may read pull requests, contents and deployments
    ");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn nothing_is_pulled_into_a_file_of_another_kind() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dora.db"), "no store").unwrap();
    let arguments = ["pull", "--repo", "acme/api", "--since", "2026-01-01"];
    let output = run(folder.path(), &arguments, &[("GITHUB_TOKEN", "token-of-the-tests")]);
    assert_eq!(output.status.code(), Some(1));
    let said = "dora.db is no store of cto-metrics and stays as it is: name another file with --db";
    assert!(stderr(&output).contains(said), "{}", stderr(&output));
    assert_eq!(std::fs::read(folder.path().join("dora.db")).unwrap(), b"no store");
}
