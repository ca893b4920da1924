//! Histories of which a part is lost, and a card that is archived after its issue has ended elsewhere.

use std::path::PathBuf;
use std::process::Command;

/// Rows of `calculated_issue.csv` of a folder of the reference data: the named columns.
fn issues(folder: &str, columns: &[&str]) -> Option<Vec<String>> {
    let Some(reference) = std::env::var_os("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return None;
    };
    let out = tempfile::tempdir().expect("a folder");
    let run = Command::new(env!("CARGO_BIN_EXE_cto-calculate"))
        .env_remove("CONFIG_PATH")
        .current_dir(out.path())
        .arg("--data")
        .arg(PathBuf::from(reference).join("field").join(folder))
        .args(["--issues", "--out", "out"])
        .output()
        .expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let written = std::fs::read_to_string(out.path().join("out/calculated_issue.csv")).expect("written");
    let mut lines = written.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let place = |name: &&str| header.iter().position(|column| column == name).expect("the column is there");
    let places: Vec<usize> = columns.iter().map(place).collect();
    Some(lines.map(|cells| places.iter().map(|place| cells[*place]).collect::<Vec<_>>().join(",")).collect())
}

#[test]
fn issues_of_one_life_have_one_inferred_share_and_what_is_lost_is_not_straight_to_done() {
    let columns = ["id", "history_gaps", "inferred_share", "cycle_days", "cycle_unknown"];
    let Some(rows) = issues("board-lost", &columns) else { return };
    assert_eq!(
        rows,
        [
            "o/r#1,1,0.857143,30.000000,false",
            "o/r#2,1,0.999999,,true",
            "o/r#3,1,0.857140,29.999306,false",
            "o/r#9,0,0.000000,,false"
        ]
    );
}

#[test]
fn an_issue_that_has_ended_stays_on_its_board() {
    let Some(rows) = issues("board-hop", &["id", "project_id", "current_step", "enddatetime"]) else { return };
    assert_eq!(rows, ["o/r#1,1,done,2026-01-12T08:00:00Z"]);
}
