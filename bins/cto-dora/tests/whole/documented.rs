//! Commands of the documentation and of the workflow: each is one that the programs understand.

use std::path::{Path, PathBuf};

use clap::Parser as _;

fn file(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The words of a command, with examples in the place of variables.
fn words(line: &str) -> Vec<String> {
    let line = line.replace("\"$GITHUB_REPOSITORY\"", "acme/api").replace("\"$SINCE\"", "2026-01-01");
    line.split_whitespace().map(str::to_owned).collect()
}

fn is_understood(line: &str) -> bool {
    let words = words(line);
    if words[0] == "cto-import" {
        cto_import::Arguments::try_parse_from(&words).is_ok()
    } else {
        cto_dora::Arguments::try_parse_from(&words).is_ok_and(|arguments| arguments.command.is_some())
    }
}

#[test]
fn every_documented_command_is_understood() {
    let page = file("docs/moving-from-dimagi-dora.md");
    let commands: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert_eq!(commands.len(), 5);
    for command in commands {
        assert!(is_understood(command), "{command}");
    }
}

#[test]
fn every_command_of_the_workflow_is_understood() {
    let workflow = file("config/ci/dora-report.yml");
    let commands: Vec<&str> =
        workflow.lines().filter_map(|line| line.split_once("run: cto-dora ")).map(|it| it.1).collect();
    assert_eq!(commands.len(), 3);
    for command in commands {
        assert!(is_understood(&format!("cto-dora {command}")), "{command}");
    }
}

/// Rows of the table of metrics on the page.
#[test]
fn every_metric_is_explained_in_the_order_of_the_report() {
    let page = file("docs/moving-from-dimagi-dora.md");
    let (_, table) = page.split_once("## What each metric says").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let told: Vec<(&str, Option<bool>)> = rows
        .map(|(name, rest)| {
            let bots = match rest.split(" | ").next().unwrap_or_default() {
                "count" => Some(false),
                "left out" => Some(true),
                _ => None,
            };
            (name, bots)
        })
        .collect();
    let metrics = dora_compat::Metric::ALL.map(|metric| (metric.name(), metric.excludes_bots()));
    assert_eq!(told, metrics);
}
