//! The hand-made organisation of `fixtures/tables`, by both rule sets.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables")
}

/// Names of the files in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn assert_expected(rules: &str) {
    let fixtures = fixtures();
    let out = tempfile::tempdir().expect("a folder");
    let run = Command::new(env!("CARGO_BIN_EXE_cto-calculate"))
        .arg("--config")
        .arg(fixtures.join("config.yml"))
        .arg("--data")
        .arg(fixtures.join("raw"))
        .args(["--all", "--rules", rules, "--out"])
        .arg(out.path())
        .output()
        .expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let expected = fixtures.join(rules);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        let _ = fs::remove_dir_all(&expected);
        fs::create_dir(&expected).expect("created");
        for name in names(out.path()) {
            fs::copy(out.path().join(&name), expected.join(&name)).expect("copied");
        }
    }
    assert_eq!(names(out.path()), names(&expected), "rules {rules}");
    for name in names(&expected) {
        let read = |folder: &Path| fs::read_to_string(folder.join(&name)).expect("readable");
        let (wanted, written) = (read(&expected), read(out.path()));
        let different = wanted.lines().zip(written.lines()).find(|(wanted, written)| wanted != written);
        assert_eq!(different, None, "{rules}/{name}: expected left, found right; UPDATE_EXPECTED=1 rewrites it");
        assert!(wanted == written, "{rules}/{name} has another number of lines");
    }
}

#[test]
fn the_fixture_gives_the_expected_tables_under_flow() {
    assert_expected("flow");
}

#[test]
fn the_fixture_gives_the_expected_tables_under_cto_stats() {
    assert_expected("cto-stats");
}
