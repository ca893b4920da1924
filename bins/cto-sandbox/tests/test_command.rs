//! `just test`: runs every part that the machine has the tools for, and says which it left out and why.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the script itself needs of the system.
const NEEDED: [&str; 7] = ["awk", "bash", "cat", "dirname", "mktemp", "rm", "tee"];

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/scripts").join(name)
}

/// A machine on which only these programs are installed.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().expect("a folder"));
        let path = std::env::var_os("PATH").expect("a PATH");
        for name in NEEDED {
            let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
            symlink(found.unwrap_or_else(|| panic!("{name} is in no folder of the PATH")), machine.0.path().join(name))
                .expect("a link can be made");
        }
        // As the programs of cargo say how many tests there were.
        machine.with("just", "case \"$*\" in rust-test) echo 'test result: ok. 7 passed; 0 failed; 1 ignored;' ;; fuzz) echo 'fuzzing focus: 90 executions'; echo 'test result: ok. 2 passed; 0 failed; 0 ignored;' ;; ui-test) echo '  5 passed (3.1s)' ;; esac; [ \"$*\" != \"$FAILING\" ]")
            .with("rustc", &format!("echo 'rustc {}.3 (59807616e 2026-04-14)'", env!("CARGO_PKG_RUST_VERSION")))
    }

    fn with(self, name: &str, text: &str) -> Self {
        let path = self.0.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a file can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions can be set");
        self
    }

    fn with_everything(self) -> Self {
        let machine = self.with("node", "echo v20.19.0").with("npm", "").with("chromium", "");
        machine.with("python3", "").with("curl", "").with("cargo", "")
    }

    /// The exit code, and what is said at the end.
    fn tested(&self, failing: &str, flags: &[&str]) -> (i32, String) {
        let output = Command::new(self.0.path().join("bash"))
            .arg(script("test.sh"))
            .args(flags)
            .env("PATH", self.0.path())
            .env("CHROMIUM", self.0.path().join("chromium"))
            .env("FAILING", failing)
            .env("JUST", self.0.path().join("just"))
            .output()
            .expect("bash runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let (_, end) = said.split_once("\n\n").expect("an empty line before the end");
        (output.status.code().expect("an exit code"), end.to_owned())
    }
}

#[test]
fn with_everything_installed_nothing_is_skipped_and_the_tests_are_counted() {
    let (code, said) = Machine::new().with_everything().tested("", &["--all"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("== parts: 15 passed, 0 failed, 0 skipped\n"), "{said}");
    assert!(said.ends_with("rust: 7 passed, 0 failed, 1 skipped\nfuzzing: 2 passed, 0 failed, 0 skipped (90 made-up inputs)\ndashboard: 5 passed, 0 failed, 0 skipped\n14 passed, 0 failed, 1 skipped\n"), "{said}");
}

#[test]
fn parts_whose_tools_are_missing_are_named_with_the_remedy_and_fail_nothing() {
    let (code, said) = Machine::new().tested("", &[]);
    assert_eq!(code, 0, "{said}");
    for line in [
        "== skipped: dashboard: build (just ui): no Node: install Node 20.19 or newer with npm\n",
        "== skipped: dependency rules (just deny): no cargo-deny: `just tools` installs it\n",
        "== skipped: unused dependencies (just machete): no cargo-machete: `just tools` installs it\n",
        "== skipped: requests made up from the OpenAPI document (just api-fuzz): no Python 3 with venv: install python3 and python3-venv\n",
        "== parts: 5 passed, 0 failed, 10 skipped\n",
    ] {
        assert!(said.contains(line), "{line}{said}");
    }
}

#[test]
fn a_dashboard_without_a_browser_is_tested_as_far_as_it_goes() {
    let machine = Machine::new().with_everything();
    fs::remove_file(machine.0.path().join("chromium")).expect("it is there");
    let (code, said) = machine.tested("", &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("== skipped: dashboard: browser (just ui-test): no Chromium at "), "{said}");
    assert!(said.contains("== parts: 14 passed, 0 failed, 1 skipped\n"), "{said}");
}

#[test]
fn an_old_node_is_as_good_as_none() {
    let (_, said) = Machine::new().with_everything().with("node", "echo v20.18.3").tested("", &[]);
    assert!(said.contains("(just ui-check): Node v20.18.3 is too old: install 20.19 or newer\n"), "{said}");
}

#[test]
fn where_nothing_may_be_missing_a_skipped_part_is_a_failure() {
    assert_eq!(Machine::new().tested("", &["--all"]).0, 1);
}

#[test]
fn a_part_that_fails_is_named_at_the_end_and_stops_no_other() {
    let (code, said) = Machine::new().with_everything().tested("clippy", &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("== FAILED: clippy (just clippy)\n== parts: 14 passed, 1 failed, 0 skipped\n"), "{said}");
}

#[test]
fn a_newer_rust_shows_nothing_of_the_oldest_one() {
    let (code, said) = Machine::new().with("rustc", "echo 'rustc 1.999.0 (59807616e 2036-04-14)'").tested("", &[]);
    assert_eq!(code, 0, "{said}");
    let promised = env!("CARGO_PKG_RUST_VERSION");
    let line = format!(
        "== skipped: oldest Rust (just oldest-rust): no Rust {promised} beside 1.999.0: `rustup toolchain install {promised} "
    );
    assert!(said.contains(&line), "{said}");
}

#[test]
fn an_unknown_flag_is_wrong_usage() {
    let status = Command::new("bash").arg(script("test.sh")).arg("--everything").status().expect("bash runs");
    assert_eq!(status.code(), Some(2));
}
