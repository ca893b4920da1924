//! `just demo`: what is built, and in which order.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

fn program(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/bash\n{text}\n")).expect("a file can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions can be set");
}

/// What cargo was asked, and what the demo said, where npm does this.
fn demo(npm: &str) -> (String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    let programs = place.join("debug");
    fs::create_dir(&programs).expect("a folder can be made");
    // The checkout has a dashboard's sources and scripts; what they build is not touched.
    let root = place.join("checkout");
    fs::create_dir_all(root.join("ui")).expect("a folder can be made");
    fs::create_dir(root.join("config")).expect("a folder can be made");
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/scripts");
    fs::create_dir(root.join("config/scripts")).expect("a folder can be made");
    for entry in fs::read_dir(scripts).expect("a folder") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, root.join("config/scripts").join(path.file_name().expect("a name"))).expect("a copy");
    }
    assert!(Command::new("mkfifo").arg(place.join("meeting")).status().expect("mkfifo runs").success());
    // The first build ends only when npm is at work, too.
    program(
        &place.join("cargo"),
        "echo \"$*\" >> \"$PLACE/asked\"\ncase $* in *--exclude*) timeout 20 bash -c 'echo > \"$PLACE/meeting\"' ;; *) cat \"$PLACE/npm-ended\" >> \"$PLACE/asked\" 2>/dev/null ;; esac; true",
    );
    program(&place.join("npm"), npm);
    program(&programs.join("cto-sandbox"), "echo listening on http://127.0.0.1:1; exec sleep 20");
    program(&programs.join("cto-import"), "");
    program(&programs.join("cto-calculate"), "");
    program(&programs.join("cto-report"), "");
    let path = std::env::var("PATH").expect("a PATH");
    let output = Command::new("bash")
        .arg(root.join("config/scripts/demo.sh"))
        .args([place.join("data").to_str().expect("text"), "--no-serve"])
        .env("PATH", format!("{}:{path}", place.display()))
        .env("PLACE", place)
        .env("CARGO_TARGET_DIR", place)
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    (fs::read_to_string(place.join("asked")).expect("cargo was asked"), said)
}

const WITHOUT_DASHBOARD: &str = "build --workspace --exclude cto-api --exclude dashboard-files --bins\n";

#[test]
fn programs_are_built_beside_the_dashboard_and_the_one_that_holds_it_behind_it() {
    let (asked, said) = demo(
        "case $* in 'run build') timeout 20 cat \"$PLACE/meeting\" || exit 1; echo after the dashboard > \"$PLACE/npm-ended\" ;; esac",
    );
    assert_eq!(asked, format!("{WITHOUT_DASHBOARD}build --workspace --bins\nafter the dashboard\n"), "{said}");
    assert!(!said.contains("could not be built"), "{said}");
}

#[test]
fn a_dashboard_that_cannot_be_built_is_told_with_the_reason_and_stops_nothing() {
    let (asked, said) = demo("timeout 20 cat \"$PLACE/meeting\"; echo no registry; exit 1");
    assert_eq!(asked, format!("{WITHOUT_DASHBOARD}build --workspace --bins\n"));
    assert!(said.contains("no registry\nthe dashboard could not be built, see above"), "{said}");
}
