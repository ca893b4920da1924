//! `just nightly`: import, then calculate after exit 0 or 3, ending with the worse code.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// A program that notes its arguments and ends with a code.
fn program(folder: &Path, name: &str, code: i32) {
    let path = folder.join(name);
    let noted = folder.join(format!("{name}.arguments"));
    let text = format!("#!/bin/sh\necho \"$@\" > {}\nexit {code}\n", noted.display());
    std::fs::write(&path, text).expect("a file can be written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("permissions can be set");
}

/// The code of a night, and with which arguments the calculation ran, if it did.
fn night(import: i32, calculate: i32, flags: &[&str]) -> (i32, Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    program(folder.path(), "cto-import", import);
    program(folder.path(), "cto-calculate", calculate);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/scripts/nightly.sh");
    let status =
        Command::new("bash").arg(script).args(flags).env("CTO_BIN", folder.path()).status().expect("bash runs");
    let calculated = std::fs::read_to_string(folder.path().join("cto-calculate.arguments")).ok();
    (status.code().expect("an exit code"), calculated)
}

#[test]
fn the_worse_code_is_the_last_word() {
    for (import, calculate, ended) in [(0, 0, 0), (3, 0, 3), (3, 1, 1), (0, 2, 2)] {
        let (code, calculated) = night(import, calculate, &[]);
        assert_eq!(code, ended, "import {import}, calculate {calculate}");
        assert!(calculated.is_some(), "import {import}: a partial import must not stop the figures");
    }
}

#[test]
fn a_failed_import_is_not_calculated_from() {
    for import in [1, 2] {
        assert_eq!(night(import, 0, &[]), (import, None));
    }
}

#[test]
fn what_names_the_data_goes_to_both() {
    let (_, calculated) = night(0, 0, &["--org", "acme", "--data", "elsewhere", "--config=c.yml", "--full"]);
    assert_eq!(calculated.as_deref(), Some("--data elsewhere --config=c.yml\n"));
}

#[test]
fn scopes_go_to_both() {
    for flags in [&["--pr", "--delivery"][..], &["--ci"], &["--all"], &["--delivery=true", "--ci=false"]] {
        let (_, calculated) = night(0, 0, flags);
        assert_eq!(calculated, Some(format!("{}\n", flags.join(" "))));
    }
}
