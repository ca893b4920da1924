//! The cases that the original was run on, through the program.

use std::path::Path;

use clap::Parser as _;
use command_line::Outcome;

use crate::cases::{Case, POLICIES, cases, comparable};
use crate::program::{run, stderr};

/// What the program writes of a database, as it is asked in a case.
fn reported(case: &Case, db: &Path, policy: &str, format: &str) -> String {
    let weeks = case.weeks.to_string();
    let mut arguments =
        vec!["report", "--db", db.to_str().unwrap(), "--now", &case.now, "--weeks", &weeks, "--format", format];
    arguments.extend(POLICIES.iter().filter(|(name, _)| *name == policy).flat_map(|(_, flags)| flags.iter()));
    let output = run(&case.folder, &arguments, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Compares all reports of a case of a database. How many that are.
fn compare(case: &Case, db: &Path) -> usize {
    let mut compared = 0;
    for policy in &case.policies {
        for (format, ending) in [("json", "json"), ("csv", "csv"), ("table", "txt")] {
            let found = comparable(&reported(case, db, policy, format));
            let file = case.folder.join(format!("report-{policy}.{ending}"));
            assert_eq!(found, comparable(&std::fs::read_to_string(&file).unwrap()), "{}", file.display());
            compared += 1;
        }
    }
    compared
}

#[test]
fn every_case_is_reported_from_its_database_as_the_original_reports_it() {
    let compared: usize = cases().iter().map(|case| compare(case, &case.folder.join("dora.db"))).sum();
    assert!(compared >= 54 || std::env::var_os("CTO_REFERENCE_DATA").is_none(), "{compared} reports were compared");
}

#[test]
fn every_case_is_reported_the_same_once_its_database_is_loaded_into_a_store() {
    let mut compared = 0;
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        let (data, theirs) = (folder.path().join("data"), case.folder.join("dora.db"));
        let load = || {
            let flags = ["--from-dora", theirs.to_str().unwrap(), "--data", data.to_str().unwrap()];
            let arguments = cto_import::Arguments::try_parse_from(["cto-import"].iter().chain(&flags)).unwrap();
            assert_eq!(cto_import::run(&arguments), Outcome::Done, "{}", case.folder.display());
        };
        load();
        compared += compare(&case, &data.join("cto.db"));
        let published = std::fs::read(data.join("pr.csv")).unwrap();
        load();
        assert_eq!(std::fs::read(data.join("pr.csv")).unwrap(), published, "loading it again changes nothing");
    }
    assert!(compared >= 54 || std::env::var_os("CTO_REFERENCE_DATA").is_none(), "{compared} reports were compared");
}
