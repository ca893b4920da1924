//! The driver itself: it finds what is planted, makes it smaller, and finds the same again.

use std::path::Path;
use std::time::Duration;

use fuzzing::{Form, Input, Outcome, Settings, run};

fn settings(findings: &Path, seconds: u64) -> Settings {
    Settings {
        time: Duration::from_secs(seconds),
        executions: None,
        seed: 7,
        file: None,
        findings: findings.to_owned(),
    }
}

/// Panics over a line that is there twice and an `@`.
fn planted(text: &[u8]) -> Outcome {
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"github:")).collect();
    assert!(lines.len() < 2 || !text.contains(&b'@'), "planted");
    Outcome::Taken(format!("{} lines", lines.len()))
}

const PLANTED: Input = Input::new("config", Form::Lines, &["@", "github:\n"], planted);

#[test]
fn what_is_planted_is_found_and_is_found_again_in_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let finding = run(&PLANTED, &settings(folder.path(), 60)).expect_err("it is there to be found");
    assert!(finding.message.starts_with("planted ("), "{finding}");
    assert!(finding.to_string().contains("CTO_FUZZ_FILE="), "{finding}");
    let again = Settings { file: Some(finding.file.clone()), ..settings(folder.path(), 0) };
    assert!(run(&PLANTED, &again).expect_err("the same").message.contains("planted"));
    let same = run(&PLANTED, &settings(folder.path(), 60)).expect_err("it is there to be found");
    assert_eq!(same.executions, finding.executions, "the same inputs come in the same order");
    let left: Vec<_> = std::fs::read_dir(folder.path().join("config")).expect("a folder").collect();
    assert_eq!(left.len(), 1, "nothing is left but the finding: {left:?}");
}

fn lazy(_: &[u8]) -> Outcome {
    Outcome::Refused("always".to_owned())
}

#[test]
fn a_run_without_a_finding_tells_what_it_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = Input { check: lazy, ..PLANTED };
    let report = run(&input, &settings(folder.path(), 0)).expect("nothing to be found");
    assert_eq!((report.executions, report.taken, report.outcomes), (report.corpus as u64, 0, 1));
    assert!(
        report.to_string().starts_with(&format!("fuzzing config: {} executions in 0 s", report.corpus)),
        "{report}"
    );
}

#[test]
fn as_many_inputs_are_made_up_as_are_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let asked = Settings { executions: Some(500), ..settings(folder.path(), 0) };
    let report = run(&Input { check: lazy, ..PLANTED }, &asked).expect("nothing to be found");
    assert_eq!(report.executions, 500);
}

#[test]
fn most_changes_of_json_leave_it_json() {
    static JSON: std::sync::Mutex<(u32, u32)> = std::sync::Mutex::new((0, 0));
    fn counted(text: &[u8]) -> Outcome {
        let body = text.split(|byte| *byte == b'\n').next_back().unwrap_or_default();
        let is_json = serde_json::from_slice::<serde_json::Value>(body).is_ok();
        let mut counts = JSON.lock().expect("no check has panicked");
        *if is_json { &mut counts.0 } else { &mut counts.1 } += 1;
        Outcome::Refused(is_json.to_string())
    }
    let folder = tempfile::tempdir().expect("a folder");
    let input = Input::new("webhooks", Form::Json, &["x"], counted);
    run(&input, &settings(folder.path(), 1)).expect("nothing to be found");
    let (json, other) = *JSON.lock().expect("no check has panicked");
    assert!(json > other && other > 0, "{json} of JSON, {other} of something else");
}
