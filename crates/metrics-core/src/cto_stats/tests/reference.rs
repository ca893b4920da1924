//! The original's own output, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

use model::columns::Scopes;
use model::rules::{BugSource, CloudRules, ProjectRules, RuleSet, Rules, ServiceComparison, ServiceGroup};
use model::table::Table;
use serde_yaml::Value;
use store::csv_folder::{Reading, load};

use super::super::{cloud_tables, issue_tables, pull_request_tables};
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

fn groups(value: &Value) -> Vec<ServiceGroup> {
    let group = |value: &Value| ServiceGroup { name: text(&value["name"]), services: texts(&value["services"]) };
    value.as_sequence().expect("a list").iter().map(group).collect()
}

fn comparison(value: &Value) -> ServiceComparison {
    ServiceComparison { name: text(&value["name"]), groups: groups(&value["groups"]) }
}

fn rules(config: &Path) -> Rules {
    let config: Value = serde_yaml::from_slice(&fs::read(config).expect("a config")).expect("valid YAML");
    let source = &config["github"]["bug-source"];
    let clouds = &config["cloudspending"];
    Rules {
        set: RuleSet::CtoStats,
        projects: config["github"]["projects"].as_sequence().expect("a list").iter().map(project).collect(),
        bug_source: BugSource {
            custom_field_name: text(&source["custom-field-name"]),
            customer_facing_value: text(&source["customer-facing-value"]),
            internal_value: text(&source["internal-value"]),
            dev_process_value: text(&source["dev-process-value"]),
        },
        cloud: CloudRules {
            services: Vec::new(),
            groups: groups(&clouds["detailed_service"]),
            comparisons: clouds["compared_service"].as_sequence().expect("a list").iter().map(comparison).collect(),
            ..CloudRules::default()
        },
        ..Rules::default()
    }
}

fn reference(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CTO_REFERENCE_DATA");
    if root.is_none() {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
    }
    root.map(|root| PathBuf::from(root).join("cto-stats").join(name))
}

fn assert_equal_to_the_original(folder: &Path, tables: impl Iterator<Item = Table>) {
    for table in tables {
        let mut ours = Vec::new();
        table.write_csv(&mut ours).expect("written");
        let theirs = fs::read(folder.join("data-out").join(format!("{}.csv", table.name))).expect("a reference file");
        let (our_text, their_text) = (String::from_utf8_lossy(&ours), String::from_utf8_lossy(&theirs));
        let file = format!("{}/{}.csv", folder.display(), table.name);
        for (line, (our_line, their_line)) in (1..).zip(our_text.lines().zip(their_text.lines())) {
            assert_eq!(our_line, their_line, "{file} line {line}");
        }
        assert!(ours == theirs, "{file}: {} and {} bytes", ours.len(), theirs.len());
    }
}

fn assert_issues_and_pull_requests(name: &str) {
    let Some(folder) = reference(name) else { return };
    let raw = raw(&folder.join("data-in"));
    let tables = issue_tables(&raw, &rules(&folder.join("config.yml")), None);
    assert_equal_to_the_original(&folder, tables.into_iter().chain(pull_request_tables(&raw)));
}

fn assert_clouds(name: &str) {
    let Some(folder) = reference(name) else { return };
    let raw = load(&folder.join("data-in"), Scopes::CLOUD_SPENDING, Reading::Original).expect("a readable folder").raw;
    let tables = cloud_tables(&raw, &rules(&folder.join("config.yml")).cloud);
    assert_eq!(tables.len(), 3);
    assert_equal_to_the_original(&folder, tables.into_iter());
}

#[test]
fn tiny_is_equal_to_the_original() {
    assert_issues_and_pull_requests("tiny");
}

#[test]
fn nasty_is_equal_to_the_original() {
    assert_issues_and_pull_requests("nasty");
}

#[test]
fn the_clouds_of_tiny_are_equal_to_the_original() {
    assert_clouds("tiny");
}

#[test]
fn the_clouds_of_nasty_are_equal_to_the_original() {
    assert_clouds("nasty");
}
