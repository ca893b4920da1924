//! The units of systemd: the program that holds the secrets is shut in no less than the one that serves.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Worst exposure, in tenths, that `systemd-analyze security` may find.
const MOST_EXPOSED: u32 = 20;

fn unit(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/deploy").join(name)
}

/// The settings below the first one about privileges.
fn sandbox(name: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(unit(name)).expect("the unit is there");
    let settings = text.lines().skip_while(|line| !line.starts_with("NoNewPrivileges="));
    let settings = settings.take_while(|line| !line.starts_with('['));
    settings.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn the_import_is_shut_in_no_less_than_the_server() {
    let (import, server) = (sandbox("cto-import.service"), sandbox("cto-api.service"));
    // Names are looked up over more kinds of sockets, and what is left out here is left out there.
    let stricter = ["RestrictAddressFamilies=", "SystemCallFilter=~"];
    let missing: Vec<&String> =
        server.difference(&import).filter(|line| !stricter.iter().any(|name| line.starts_with(name))).collect();
    assert!(server.len() > 20 && missing.is_empty(), "{missing:?}");
    for name in stricter {
        assert!(import.iter().any(|line| line.starts_with(name)), "{name}");
    }
}

#[test]
fn systemd_finds_no_unit_exposed() {
    for name in ["cto-import.service", "cto-report.service", "cto-api.service"] {
        let mut command = Command::new("systemd-analyze");
        command.args(["security", "--offline=true", "--no-pager"]).arg(format!("--threshold={MOST_EXPOSED}"));
        let Ok(output) = command.arg(unit(name)).output() else {
            eprintln!("skipped: there is no systemd-analyze");
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {said} {}", String::from_utf8_lossy(&output.stderr));
    }
}
