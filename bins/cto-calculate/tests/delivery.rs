//! Delivery through the program: the reference case, from a folder and through a store, and what is said where nothing is
//! deployed.

mod folder;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use folder::Folder;

/// Tables of the reference case with their keys.
const TABLES: [(&str, &[&str]); 5] = [
    ("dora_week", &["year", "week", "service"]),
    ("dora_month", &["month", "service"]),
    ("calculated_deployment", &["deployment_id"]),
    ("calculated_change", &["org", "repo", "number"]),
    ("calculated_incident", &["incident_id"]),
];

fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("CTO_REFERENCE_DATA").map(|root| PathBuf::from(root).join("delivery/delivery-small"));
    if folder.is_none() {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
    }
    folder
}

/// Rows of a table without quotes: each by its key, as cells by column.
fn rows(file: &Path, key: &[&str]) -> BTreeMap<String, BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let row = |cells: Vec<String>| {
        let row: BTreeMap<String, String> = header.iter().cloned().zip(cells).collect();
        (key.iter().map(|column| row[*column].clone()).collect::<Vec<_>>().join(" "), row)
    };
    lines.map(row).collect()
}

/// Whether two cells say the same: numbers to six decimals.
fn agree(one: &str, other: &str) -> bool {
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => (one - other).abs() < 1.5e-6,
        _ => one == other,
    }
}

/// Every difference between what is expected and what was written; columns that are not expected do not count.
fn differences(expected: &Path, written: &Path) -> Vec<String> {
    let mut differences = Vec::new();
    for (table, key) in TABLES {
        let file = format!("{table}.csv");
        let (expected, written) = (rows(&expected.join(&file), key), rows(&written.join(&file), key));
        assert!(!expected.is_empty(), "{table}");
        for (key, expected) in expected {
            let Some(row) = written.get(&key) else {
                // Weeks before the first deployment of a service may be left out.
                if expected.get("deployments").is_none_or(|count| count != "0") {
                    differences.push(format!("{table} {key} is missing"));
                }
                continue;
            };
            for (column, cell) in &expected {
                if !agree(cell, &row[column]) {
                    differences.push(format!("{table} {key}: {column} is {} and not {cell}", row[column]));
                }
            }
        }
    }
    differences
}

fn calculate(arguments: &[&str]) {
    let run = Command::new(env!("CARGO_BIN_EXE_cto-calculate"))
        .env_remove("CONFIG_PATH")
        .args(["--delivery", "--as-of", "2026-02-23T00:00:00Z"])
        .args(arguments)
        .output()
        .expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_reference_case_has_the_figures_that_the_definitions_say() {
    let Some(reference) = reference() else { return };
    let out = tempfile::tempdir().expect("a folder");
    let path = |name: &str| reference.join(name).display().to_string();
    let out_path = out.path().display().to_string();
    calculate(&["--config", &path("config.yml"), "--data", &path("raw"), "--out", &out_path]);
    assert_eq!(differences(&reference.join("expected"), out.path()), [""; 0]);
}

#[test]
fn through_a_store_the_tables_are_those_of_the_folder_byte_for_byte() {
    let Some(reference) = reference() else { return };
    let [store, of_folder, of_store] = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
    let text = |folder: &Path| folder.display().to_string();
    let (raw, config) = (text(&reference.join("raw")), text(&reference.join("config.yml")));
    let url = format!("sqlite:{}", store.path().join("cto.db").display());
    store::Store::open(&url).and_then(|store| store.import_csv(&reference.join("raw"))).expect("loaded");
    calculate(&["--config", &config, "--data", &raw, "--out", &text(of_folder.path())]);
    calculate(&["--config", &config, "--store", &url, "--out", &text(of_store.path())]);
    for (table, _) in TABLES {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(format!("{table}.csv"))).expect("written");
        assert_eq!(read(of_folder.path()), read(of_store.path()), "{table}");
    }
}

#[test]
fn where_nothing_is_deployed_the_usual_run_writes_no_empty_tables_of_delivery() {
    let folder = Folder::new();
    folder.calculated("--out usual");
    assert!(!folder.has("usual/dora_week.csv") && folder.has("usual/pr_summary.csv"));
    folder.calculated("--delivery --out asked");
    let week = folder.read("asked/dora_week.csv");
    assert_eq!(week.lines().count(), 1, "{week}");
    assert!(!folder.has("asked/pr_summary.csv"));
}

#[test]
fn environments_that_no_rule_calls_production_are_told() {
    let deployments = "\
deployment_id,org,repo,environment,sha,created_at,succeeded_at,finished_at,outcome
D1,acme,web,live,a1,2026-01-09T10:00:00Z,2026-01-09T10:05:00Z,2026-01-09T10:05:00Z,success
";
    let folder = Folder::new().with("data/deployment.csv", deployments);
    let said = String::from_utf8_lossy(&folder.run("--delivery --out a").stderr).into_owned();
    assert!(said.contains("no deployment is to production: no environment matches /^prod(uction)?$/i"), "{said}");
    let config = format!("{}delivery:\n  production: {{environments: [live]}}\n", folder::CONFIG);
    let folder = folder.with("config.yml", config);
    folder.calculated("--out b");
    assert!(folder.read("b/calculated_deployment.csv").contains("\nD1,acme,web,acme/web,live,a1,"));
}

/// What the program says of a simulated organisation, beside what its simulation knows.
struct Simulated {
    truth: sandbox::Truth,
    out: tempfile::TempDir,
}

impl Simulated {
    /// `without` are raw files that are withheld.
    fn new(seed: u64, without: &[&str]) -> Self {
        Self::of(&sandbox::Options::new(seed, sandbox::Size::Demo), without)
    }

    fn of(options: &sandbox::Options, without: &[&str]) -> Self {
        let organisation = sandbox::Organisation::generate(options);
        let [raw, out] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        sandbox::write_csv_folder(&organisation, raw.path()).expect("written");
        for name in without {
            std::fs::remove_file(raw.path().join(name)).expect("it was there");
        }
        let config = raw.path().join("config.yml");
        std::fs::write(&config, organisation.config_yaml()).expect("written");
        let run = Command::new(env!("CARGO_BIN_EXE_cto-calculate"))
            .env_remove("CONFIG_PATH")
            .args(["--delivery", "--config", &config.display().to_string()])
            .args(["--data", &raw.path().display().to_string(), "--out", &out.path().display().to_string()])
            .output()
            .expect("the program runs");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        Self { truth: organisation.truth(organisation.end()), out }
    }

    /// Rows of a table whose cells hold no commas.
    fn rows(&self, table: &str, key: &[&str]) -> BTreeMap<String, BTreeMap<String, String>> {
        rows(&self.out.path().join(format!("{table}.csv")), key)
    }

    /// The changes by `org/repo#number` and service, each with some of its cells.
    fn changes_with<const N: usize>(&self, shown: [&str; N]) -> BTreeMap<[String; 2], [String; N]> {
        let file = self.out.path().join("calculated_change.csv");
        let mut reader = csv::Reader::from_path(file).expect("written");
        let header = reader.headers().expect("a header").clone();
        let place = |name: &str| header.iter().position(|column| column == name).expect("the column is there");
        let [org, repo, number, service] = ["org", "repo", "number", "service"].map(place);
        let shown = shown.map(place);
        let row = |row: csv::StringRecord| {
            let id = format!("{}/{}#{}", &row[org], &row[repo], &row[number]);
            ([id, row[service].to_owned()], shown.map(|place| row[place].to_owned()))
        };
        reader.records().map(|record| row(record.expect("a row"))).collect()
    }

    /// The same, each as deployment, confidence and reason.
    fn changes(&self) -> BTreeMap<[String; 2], [String; 3]> {
        self.changes_with(["deployment_id", "confidence", "reason"])
    }
}

/// Two organisations of GitHub, and one that GitLab tells with the same figures.
fn organisations() -> [sandbox::Options; 3] {
    let of = |seed| sandbox::Options::new(seed, sandbox::Size::Demo);
    [of(1), of(3), sandbox::Options { told_by_both: true, ..of(3) }]
}

#[test]
fn links_of_a_simulated_organisation_are_what_happened() {
    for options in organisations() {
        let simulated = Simulated::of(&options, &[]);
        let found = simulated.changes();
        let mut wrong = Vec::new();
        let (mut linked, mut doubtful) = (0, 0);
        for change in &simulated.truth.changes {
            let key = [change.id.clone(), change.service.clone()];
            let Some([deployment, confidence, reason]) = found.get(&key) else {
                if change.reason != "nothing_delivered" {
                    wrong.push(format!("{} of {} is missing", change.id, change.service));
                }
                continue;
            };
            linked += usize::from(!deployment.is_empty());
            // What the first deployment held has no lead time: the simulation names the deployment all the same.
            let expected = if change.reason.is_empty() { change.deployment_id.as_str() } else { "" };
            // Of a commit that a force push dropped nobody can know what it served.
            if confidence == "likely" && change.reason.is_empty() && deployment != expected {
                doubtful += 1;
            } else if deployment != expected || reason != change.reason {
                let said = format!("{deployment} {confidence} {reason}");
                wrong.push(format!("{key:?}: {said} and not {expected} {}", change.reason));
            }
        }
        let happened = simulated.truth.changes.iter().filter(|change| change.reason != "nothing_delivered").count();
        assert_eq!(found.len(), happened, "no row that is none");
        assert!(linked > 300 && doubtful <= 2, "{linked}, {doubtful}");
        assert_eq!(wrong, [""; 0], "{options:?}");
    }
}

#[test]
fn a_change_of_two_services_is_a_row_of_each_and_counts_once_in_all() {
    let simulated = Simulated::new(3, &[]);
    // By service and month, and for all by the month of the first deployment.
    let mut expected: BTreeMap<[String; 2], usize> = BTreeMap::new();
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for ([id, service], [deployed_at]) in simulated.changes_with(["deployed_at"]) {
        if deployed_at.is_empty() {
            continue;
        }
        *expected.entry([deployed_at[..7].to_owned(), service]).or_default() += 1;
        let earliest = first.entry(id).or_insert_with(|| deployed_at.clone());
        *earliest = deployed_at.min(earliest.clone());
    }
    let rows: usize = expected.values().sum();
    for deployed_at in first.values() {
        *expected.entry([deployed_at[..7].to_owned(), "ALL".to_owned()]).or_default() += 1;
    }
    let of_two = rows - first.len();
    assert!(of_two > 10, "{of_two} are changes of two services");
    let said: BTreeMap<[String; 2], usize> = simulated
        .rows("dora_month", &["month", "service"])
        .into_values()
        .map(|row| ([row["month"].clone(), row["service"].clone()], row["changes"].parse().expect("a number")))
        .filter(|(_, changes)| *changes > 0)
        .collect();
    assert_eq!(said, expected);
}

#[test]
fn kinds_of_deployments_of_a_simulated_organisation_are_what_happened() {
    for options in organisations() {
        let simulated = Simulated::of(&options, &[]);
        let found = simulated.rows("calculated_deployment", &["deployment_id"]);
        let mut wrong = Vec::new();
        for deployment in &simulated.truth.deployments {
            // What a rollout took up, what waits and what was called off are no rows.
            let is_row = deployment.rollout_id == deployment.id && !["cancelled", "pending"].contains(&deployment.kind);
            let expected = match deployment.kind {
                _ if !is_row => None,
                "behind" => Some("redeploy"),
                kind => Some(kind),
            };
            let kind = found.get(&deployment.id).map(|row| row["kind"].as_str());
            if kind != expected {
                wrong.push(format!("{} of {}: {kind:?} and not {expected:?}", deployment.id, deployment.service));
            }
        }
        assert_eq!(wrong, [""; 0], "{options:?}");
    }
}

#[test]
fn incidents_of_a_simulated_organisation_are_laid_to_what_caused_them() {
    let simulated = Simulated::new(3, &[]);
    let found = simulated.rows("calculated_incident", &["incident_id"]);
    let of_services = |least: usize, wanted: &dyn Fn(&str) -> bool| {
        let all = simulated.truth.incidents.iter().filter(|incident| wanted(&incident.service));
        let caused = all.filter(|incident| !incident.deployment_id.is_empty());
        let right = caused.clone().filter(|one| found[&one.id]["deployment_id"] == one.deployment_id).count();
        let caused = caused.count();
        assert!(caused >= least && right * 10 >= caused * 9, "{right} of {caused} are laid to what caused them");
    };
    of_services(6, &|_| true);
    // Never to the other service of the same repository.
    of_services(3, &|service| service == "cart");
    of_services(3, &|service| service == "pay");
    for incident in simulated.truth.incidents.iter().filter(|incident| incident.service == "cart") {
        assert_eq!(found[&incident.id]["service"], "cart");
    }
}

#[test]
fn with_the_graph_withheld_nothing_is_certain_and_no_figure_gets_better_without_incidents() {
    let (whole, blind) = (Simulated::new(3, &[]), Simulated::new(3, &["git_commit.csv"]));
    let confidences = |simulated: &Simulated| {
        let mut all: Vec<String> = simulated.changes().into_values().map(|[_, confidence, _]| confidence).collect();
        all.sort();
        all.dedup();
        all
    };
    assert_eq!(confidences(&whole), ["", "certain", "likely"]);
    assert_eq!(confidences(&blind), ["", "guess"]);
    let unheard = Simulated::new(3, &["incident.csv", "incident_event.csv"]);
    let months = |simulated: &Simulated| simulated.rows("dora_month", &["month", "service"]);
    for (key, row) in months(&unheard) {
        let before = &months(&whole)[&key];
        for column in ["deployments", "changes", "lead_p50_days", "linked_share", "failed_by_rollback", "unplanned"] {
            assert_eq!(row[column], before[column], "{key} {column}");
        }
        for column in ["incidents", "restored", "restore_p50_hours", "failed_by_incident"] {
            assert_eq!(row[column], "", "{key} {column}");
        }
    }
}
