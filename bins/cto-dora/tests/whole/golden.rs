//! The cases that the original was run on, through the program.

use std::path::Path;

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

#[test]
fn every_case_is_reported_from_its_database_as_the_original_reports_it() {
    let mut compared = 0;
    for case in cases() {
        for policy in &case.policies {
            for (format, ending) in [("json", "json"), ("csv", "csv"), ("table", "txt")] {
                let found = comparable(&reported(&case, &case.folder.join("dora.db"), policy, format));
                let file = case.folder.join(format!("report-{policy}.{ending}"));
                assert_eq!(found, comparable(&std::fs::read_to_string(&file).unwrap()), "{}", file.display());
                compared += 1;
            }
        }
    }
    assert!(compared >= 54 || std::env::var_os("CTO_REFERENCE_DATA").is_none(), "{compared} reports were compared");
}
