//! Dependencies point down: who may know whom, over `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Our crates, and those of ours that each may depend on outside of tests.
const ALLOWED: [(&str, &[&str]); 44] = [
    ("model", &["model-derive"]),
    ("model-derive", &[]),
    ("build-features", &[]),
    ("redact", &[]),
    ("command-line", &["model", "redact"]),
    ("config-model", &["model"]),
    ("dashboard-files", &[]),
    ("dora-compat", &["model"]),
    ("source", &["model", "redact"]),
    ("provider", &["model", "redact", "source"]),
    ("connector-testing", &["model", "provider", "source"]),
    ("fuzzing", &[]),
    ("ci-rollup", &["model"]),
    ("store", &["ci-rollup", "model"]),
    ("metrics-core", &["ci-rollup", "model"]),
    ("report", &["metrics-core", "model"]),
    ("report-delivery", &["provider", "redact", "source"]),
    ("sandbox", &["model", "store"]),
    ("azure-cost", &["model", "provider", "redact", "source"]),
    ("gcp-billing", &["model", "provider", "redact", "source"]),
    ("event-intake", &["model"]),
    ("focus-csv", &["model", "source"]),
    ("github-client", &["model", "provider", "redact", "source"]),
    ("github-actions", &["github-client", "model", "source"]),
    ("github-deployments", &["github-client", "model", "provider", "source"]),
    ("github-issues", &["github-client", "model", "provider", "source"]),
    ("github-projects", &["github-client", "model", "source"]),
    ("github-prs", &["github-client", "model", "provider", "source"]),
    ("github-webhooks", &["model"]),
    ("event-intake", &["model"]),
    ("gitlab-client", &["model", "provider", "redact", "source"]),
    ("gitlab-merge-requests", &["gitlab-client", "model", "source"]),
    ("gitlab-issues", &["gitlab-client", "model", "source"]),
    ("gitlab-ci", &["gitlab-client", "model", "source"]),
    ("gitlab-deployments", &["gitlab-client", "model", "provider", "source"]),
    ("gitlab-webhooks", &["model"]),
    ("otlp-export", &["model", "provider", "source"]),
    ("http-api", &["metrics-core", "model", "report"]),
    (
        "cto-api",
        &[
            "command-line",
            "config-model",
            "dashboard-files",
            "dora-compat",
            "event-intake",
            "github-webhooks",
            "gitlab-webhooks",
            "http-api",
            "model",
            "otlp-export",
            "store",
        ],
    ),
    (
        "cto-report",
        &["command-line", "config-model", "metrics-core", "model", "redact", "report", "report-delivery", "store"],
    ),
    ("cto-calculate", &["command-line", "config-model", "metrics-core", "model", "store"]),
    (
        "cto-import",
        &[
            "azure-cost",
            "command-line",
            "config-model",
            "dora-compat",
            "focus-csv",
            "gcp-billing",
            "github-actions",
            "github-client",
            "github-deployments",
            "github-issues",
            "github-projects",
            "github-prs",
            "gitlab-ci",
            "gitlab-client",
            "gitlab-deployments",
            "gitlab-issues",
            "gitlab-merge-requests",
            "model",
            "provider",
            "redact",
            "source",
            "store",
        ],
    ),
    ("cto-dora", &["command-line", "cto-import", "dora-compat", "model", "provider", "redact", "store"]),
    ("cto-sandbox", &["command-line", "model", "sandbox"]),
];

/// For tests only.
const TESTING: [&str; 2] = ["connector-testing", "fuzzing"];

/// Libraries that only one room may use outside of tests.
const ROOMS: [(&str, &[&str]); 12] = [
    ("polars", &["metrics-core"]),
    ("axum", &["http-api", "sandbox"]),
    ("reqwest", &["provider"]),
    ("azure_core", &["azure-cost"]),
    ("azure_identity", &["azure-cost"]),
    ("yup-oauth2", &["gcp-billing"]),
    ("lettre", &["report-delivery"]),
    ("mail-builder", &["report-delivery"]),
    ("rusqlite", &["store"]),
    ("rusty-s3", &["cto-dora"]),
    ("rust-embed", &["dashboard-files"]),
    ("serde_yaml", &["config-model"]),
];

/// Dependencies of each workspace member outside of tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    packages
        .iter()
        .map(|package| {
            let not_of_tests = |dependency: &&Value| dependency["kind"] != "dev";
            let names = package["dependencies"].as_array().expect("a list").iter().filter(not_of_tests);
            let names = names.map(|dependency| dependency["name"].as_str().expect("a name").to_owned());
            (package["name"].as_str().expect("a name").to_owned(), names.collect())
        })
        .collect()
}

#[test]
fn our_crates_depend_only_on_those_below_them() {
    let known: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    for (package, dependencies) in dependencies() {
        let allowed =
            known.get(package.as_str()).unwrap_or_else(|| panic!("{package} has no place in the architecture"));
        let ours: Vec<&String> = dependencies.iter().filter(|name| known.contains_key(name.as_str())).collect();
        for name in ours {
            assert!(allowed.contains(&name.as_str()), "{package} must not depend on {name}");
        }
    }
}

#[test]
fn what_is_for_tests_is_in_no_product() {
    for (package, dependencies) in dependencies() {
        for testing in TESTING {
            assert!(!dependencies.contains(testing), "{package} must not depend on {testing} outside of tests");
        }
    }
}

#[test]
fn each_large_library_stays_in_its_room() {
    // Holds no code: it names features, so that tests of one crate use what the whole workspace has built.
    let with_code = dependencies().into_iter().filter(|(package, _)| package != "build-features");
    for (package, dependencies) in with_code {
        for (library, rooms) in ROOMS {
            assert!(
                !dependencies.contains(library) || rooms.contains(&package.as_str()),
                "{package} must not depend on {library}"
            );
        }
    }
}

/// The only file that writes to the standard streams: there a reader that has gone away ends nothing, secrets are taken
/// out, and names cannot steer a terminal.
const DOOR: &str = "crates/command-line/src/door.rs";

/// All files of source text below a folder, but those of tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of source text") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

#[test]
fn what_people_are_told_goes_through_one_door() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace");
    let mut files = Vec::new();
    for folder in ["crates", "bins"] {
        for package in std::fs::read_dir(root.join(folder)).expect("a folder of packages") {
            sources(&package.expect("a package").path().join("src"), &mut files);
        }
    }
    assert!(files.len() > 200, "the files were found");
    let ways = ["println!", "print!(", "io::stdout", "io::stderr", "dbg!"];
    for file in files.iter().filter(|file| !file.ends_with(DOOR)) {
        let text = std::fs::read_to_string(file).expect("source text");
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        let line = product.lines().position(|line| ways.iter().any(|way| line.contains(way)));
        assert_eq!(line, None, "{} (counted from 0): use say! or report! of command-line", file.display());
    }
}
