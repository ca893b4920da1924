//! The original's own output, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

use model::rules::{BugSource, ProjectRules, RuleSet, Rules};
use serde_yaml::Value;

use super::super::{issue_tables, pull_request_tables};
use super::raw;

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.as_sequence().map(|values| values.iter().map(text).collect()).unwrap_or_default()
}

fn project(value: &Value) -> ProjectRules {
    ProjectRules {
        id: text(&value["id"]),
        exclude: value["exclude"].as_bool().unwrap_or_default(),
        types: texts(&value["types"]),
        lead_time_columns: texts(&value["lead_time_columns"]),
        cycle_time_columns: texts(&value["cycle_time_columns"]),
        put_in_ready_columns: texts(&value["put_in_ready_columns"]),
        dev_start_columns: texts(&value["dev_start_columns"]),
        review_start_columns: texts(&value["review_start_columns"]),
        qa_start_columns: texts(&value["qa_start_columns"]),
        waitingtoprod_start_columns: texts(&value["waitingtoprod_start_columns"]),
        inprod_start_columns: texts(&value["inprod_start_columns"]),
        ..ProjectRules::default()
    }
}

fn rules(config: &Path) -> Rules {
    let config: Value = serde_yaml::from_slice(&fs::read(config).expect("a config")).expect("valid YAML");
    let source = &config["github"]["bug-source"];
    Rules {
        set: RuleSet::CtoStats,
        projects: config["github"]["projects"].as_sequence().expect("a list").iter().map(project).collect(),
        bug_source: BugSource {
            custom_field_name: text(&source["custom-field-name"]),
            customer_facing_value: text(&source["customer-facing-value"]),
            internal_value: text(&source["internal-value"]),
            dev_process_value: text(&source["dev-process-value"]),
        },
        ..Rules::default()
    }
}

fn assert_equal_to_the_original(name: &str) {
    let Some(root) = std::env::var_os("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return;
    };
    let folder = PathBuf::from(root).join("cto-stats").join(name);
    let raw = raw(&folder.join("data-in"));
    let tables = issue_tables(&raw, &rules(&folder.join("config.yml")), None);
    for table in tables.into_iter().chain(pull_request_tables(&raw)) {
        let mut ours = Vec::new();
        table.write_csv(&mut ours).expect("written");
        let theirs = fs::read(folder.join("data-out").join(format!("{}.csv", table.name))).expect("a reference file");
        let (our_text, their_text) = (String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs));
        for (line, (our_line, their_line)) in (1..).zip(our_text.lines().zip(their_text.lines())) {
            assert_eq!(our_line, their_line, "{name}/{}.csv line {line}", table.name);
        }
        assert!(ours == theirs, "{name}/{}.csv: {} and {} bytes", table.name, ours.len(), theirs.len());
    }
}

#[test]
fn tiny_is_equal_to_the_original() {
    assert_equal_to_the_original("tiny");
}

#[test]
fn nasty_is_equal_to_the_original() {
    assert_equal_to_the_original("nasty");
}
