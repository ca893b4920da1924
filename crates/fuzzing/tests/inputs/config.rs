//! `config.yml`: read, checked, turned into rules and servers' settings, or refused with file and place.

use config_model::Config;
use fuzzing::{Form, Input, Outcome, masked};
use model::rules::RuleSet;

use crate::scene::assert_is_message;

pub(crate) const INPUT: Input = Input::new("config", Form::Lines, &WORDS, check);

const WORDS: [&str; 62] = [
    "github:",
    "metrics:",
    "reporting:",
    "teams:",
    "process_changes:",
    "import:",
    "azure:",
    "gcp:",
    "cloud_spending:",
    "cloudspending:",
    "server:",
    "org: ",
    "api_url: ",
    "projects:",
    "- id: ",
    "rules: ",
    "{set: flow, means_over_nothing: zero}",
    "cto-stats",
    "timezone: ",
    "Europe/Paris",
    "Etc/GMT+12",
    "America/Argentina/ComodRivadavia",
    "people: ",
    "clock: ",
    "provider",
    "machine",
    "2026-03-01",
    "note: ",
    "users: [ada, {github: grace, email: g@example.com}]",
    "detailed_service:",
    "compared_service:",
    "focus:",
    "path: ",
    "**/*.csv",
    "[!a-]*",
    "cost: effective",
    "parts: true",
    "addr: ",
    "127.0.0.1:8080",
    "[::1]:0",
    "0.0.0.0:99999",
    "auth: bearer",
    "hosts: [",
    "trusted_proxies: [10.0.0.0/33]",
    "base_path: /a/../b",
    "reload_seconds: ",
    "connections: 0",
    "tries: 0",
    "limit_wait_seconds: .inf",
    "retry_wait_seconds: -1",
    "concurrency: ",
    "&a ",
    "*a",
    "<<: *a",
    "!!binary ",
    "!tag ",
    "? ",
    "|\n  ",
    ">-\n  ",
    "---\n",
    "...\n",
    "\t",
];

fn check(text: &[u8]) -> Outcome {
    // What is not UTF-8 is refused before it is parsed, by the reader of files.
    let Ok(text) = std::str::from_utf8(text) else { return Outcome::Refused("not UTF-8".to_owned()) };
    let config = match Config::from_yaml(text, "config.yml") {
        Ok(config) => config,
        Err(error) => return Outcome::Refused(refused(text, &error.to_string())),
    };
    // An override in the environment goes through this form: nothing may be lost in it.
    let written = serde_json::to_string(&config).expect("a configuration can be written");
    let read: Config = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
    let again = serde_json::to_string(&read).expect("a configuration can be written");
    assert_eq!(written, again, "what was read, written and read again is equal");

    let mut outcomes = Vec::new();
    for set in [None, Some(RuleSet::Flow), Some(RuleSet::CtoStats)] {
        match config.rules(set) {
            Ok(rules) => outcomes.push(format!("rules {:?}", rules.set)),
            Err(error) => outcomes.push(refused(text, &error.to_string())),
        }
    }
    let sections = [
        !config.github.projects.is_empty(),
        !config.teams.0.is_empty(),
        !config.process_changes.is_empty(),
        config.cloud_spending.is_some(),
        config.cloudspending.is_some(),
        config.server.addr.is_some(),
    ];
    Outcome::Taken(format!("{outcomes:?} {sections:?}"))
}

/// A refusal names the file and, where it names a line, one that is there.
fn refused(text: &str, error: &str) -> String {
    assert_is_message(error, text.len());
    let place = error.strip_prefix("config.yml").unwrap_or_else(|| panic!("the file is not named: {error}"));
    assert!(place.starts_with([',', ':']), "{error}");
    if let Some(line) = place.strip_prefix(", line ") {
        let digits = line.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default();
        let line: usize = digits.parse().unwrap_or_else(|_| panic!("no number of a line: {error}"));
        // YAML ends lines with a carriage return and the separators of Unicode, too; the end is a line of its own.
        let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count() + 1;
        assert!((1..=lines).contains(&line), "there are {lines} lines: {error}");
    } else {
        assert!(place.starts_with(", key ") || !text.trim().is_empty(), "neither line nor key: {error}");
    }
    masked(error)
}
