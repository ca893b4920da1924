//! Cases of the original: where they are, and what of a report is compared.

use std::path::{Path, PathBuf};

use dora_compat::Metric;
use serde_json::Value;

/// A case.
pub(crate) struct Case {
    pub(crate) folder: PathBuf,
    pub(crate) now: String,
    pub(crate) weeks: u64,
    pub(crate) policies: Vec<String>,
    /// How it was pulled, where it was.
    pub(crate) pull: Option<Pull>,
}

/// How a case was pulled.
pub(crate) struct Pull {
    pub(crate) repo: String,
    pub(crate) since: String,
    pub(crate) base: String,
    pub(crate) environment: String,
    pub(crate) source: String,
}

/// Flags of the policies.
pub(crate) const POLICIES: [(&str, &[&str]); 3] =
    [("default", &[]), ("exclude-bots", &["--exclude-bots"]), ("include-bots", &["--include-bots"])];

/// The cases, where there are any.
pub(crate) fn cases() -> Vec<Case> {
    let Ok(data) = std::env::var("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA names no folder");
        return Vec::new();
    };
    let entries = std::fs::read_dir(Path::new(&data).join("dora")).expect("the folder dora");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    assert!(folders.len() >= 10, "the cases are there");
    folders.into_iter().map(case).collect()
}

fn case(folder: PathBuf) -> Case {
    let text = std::fs::read(folder.join("case.json")).expect("a case");
    let described: Value = serde_json::from_slice(&text).expect("JSON");
    let policies = described["policies"].as_array().expect("policies");
    assert_eq!(described["metrics"], Value::Null, "all metrics are compared");
    let told = |name: &str| described["pull"][name].as_str().unwrap_or_default().to_owned();
    let pull = Pull {
        repo: told("repo"),
        since: told("since"),
        base: told("base"),
        environment: told("environment"),
        source: told("source"),
    };
    Case {
        pull: described["pull"].is_object().then_some(pull),
        now: described["now"].as_str().expect("an instant").to_owned(),
        weeks: described["weeks"].as_u64().expect("weeks"),
        policies: policies.iter().map(|policy| policy.as_str().expect("a name").to_owned()).collect(),
        folder,
    }
}

/// A report without its descriptions, and with weekend merges, which have no order, in one.
pub(crate) fn comparable(text: &str) -> String {
    let mut text = text.to_owned();
    for metric in Metric::ALL {
        text = text.replace(metric.description(), "");
    }
    let Some(begin) = text.find("weekend-merges") else { return text };
    let (before, merges) = text.split_at(begin);
    let separator = if text.starts_with('{') { "        {\n" } else { "\n" };
    // The last one ends the list, too.
    let piece = |piece: &str| piece.trim_end_matches([',', ' ', '\n', ']', '}']).to_owned();
    let mut pieces: Vec<String> = merges.split(separator).map(piece).collect();
    pieces.sort();
    format!("{before}{}", pieces.join(separator))
}
