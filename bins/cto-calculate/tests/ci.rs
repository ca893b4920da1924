//! CI through the program: the reference case, and simulated organisations beside what their simulation knows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use model::{Amount, Month};
use sandbox::{CiMonthTruth, CiRunTruth, CiTruth, Options, Organisation, PARTS_OF_CI_COST, Size};

/// Tables of the reference case with the cells that tell rows apart there.
const TABLES: [(&str, &[&str]); 2] =
    [("ci_month", &["month", "repo", "workflow"]), ("ci_cost_month", &["month", "repo", "workflow", "currency"])];

type Row = BTreeMap<String, String>;

/// Rows of a table by some of their cells.
fn rows(file: &Path, key: &[&str]) -> BTreeMap<String, Row> {
    let mut reader = csv::Reader::from_path(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let header = reader.headers().expect("a header").clone();
    let row = |record: csv::StringRecord| -> (String, Row) {
        let row: Row = header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect();
        (key.iter().map(|column| row[*column].clone()).collect::<Vec<_>>().join(" "), row)
    };
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

/// Whether two cells say the same: numbers to six decimals.
fn agree(one: &str, other: &str) -> bool {
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => (one - other).abs() < 1.5e-6,
        _ => one == other,
    }
}

fn calculate(arguments: &[&str]) {
    let run = Command::new(env!("CARGO_BIN_EXE_cto-calculate"))
        .env_remove("CONFIG_PATH")
        .args(["--ci", "--cloudspending"])
        .args(arguments)
        .output()
        .expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_reference_case_is_reproduced_cell_by_cell() {
    let Some(root) = std::env::var_os("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return;
    };
    let reference = PathBuf::from(root).join("delivery/delivery-small");
    let out = tempfile::tempdir().expect("a folder");
    let text = |folder: &Path| folder.display().to_string();
    let (raw, config, folder) = (text(&reference.join("raw")), text(&reference.join("config.yml")), text(out.path()));
    calculate(&["--as-of", "2026-02-23T00:00:00Z", "--config", &config, "--data", &raw, "--out", &folder]);
    for (table, key) in TABLES {
        let expected = rows(&reference.join(format!("expected/{table}.csv")), key);
        let written = rows(&out.path().join(format!("{table}.csv")), key);
        assert!(!expected.is_empty());
        for (key, row) in expected {
            let own = &written[&key.replace(" parcel", " harbor/parcel")];
            for (column, cell) in row.iter().filter(|(column, _)| *column != "repo") {
                assert!(agree(cell, &own[column]), "{table} {key}: {column} is {} and not {cell}", own[column]);
            }
        }
    }
}

/// What the program says of a simulated organisation, beside what its simulation knows.
struct Simulated {
    truth: CiTruth,
    /// Repositories of each team.
    teams: BTreeMap<String, Vec<String>>,
    out: tempfile::TempDir,
}

impl Simulated {
    fn new(seed: u64, size: Size, with_bill: bool) -> Self {
        let organisation = Organisation::generate(&Options::new(seed, size));
        let [raw, out] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        sandbox::write_csv_folder(&organisation, raw.path()).expect("written");
        if !with_bill {
            std::fs::remove_file(raw.path().join("ci_bill.csv")).expect("it was there");
        }
        let config = raw.path().join("config.yml");
        let written = organisation.config_yaml();
        let section = if written.contains("\nci:") { String::new() } else { organisation.ci_config_yaml() };
        std::fs::write(&config, written + &section).expect("written");
        let text = |path: &Path| path.display().to_string();
        calculate(&["--config", &text(&config), "--data", &text(raw.path()), "--out", &text(out.path())]);
        let (configured, _) = config_model::load(Some(&config)).expect("a configuration");
        let rules = configured.rules(None).expect("rules");
        let teams = rules.teams.into_iter().map(|(name, team)| (name, team.repos)).collect();
        Self { truth: organisation.ci_truth(organisation.end()), teams, out }
    }

    fn rows(&self, table: &str, key: &[&str]) -> BTreeMap<String, Row> {
        rows(&self.out.path().join(format!("{table}.csv")), key)
    }
}

/// `ALL`, or the name of a repository without its organisation.
fn bare(repo: &str) -> &str {
    repo.rsplit('/').next().unwrap_or(repo)
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or_else(|_| panic!("{cell} is a number"))
}

/// How long the runs of a row waited, in order. Whether a run that deploys waited for a machine or an approval nothing tells.
fn waits(all: &CiTruth, row: &CiMonthTruth) -> Vec<i64> {
    let is_of_row = |run: &&CiRunTruth| {
        Month::of(run.finished_at) == row.month
            && [run.repo.as_str(), "ALL"].contains(&row.repo.as_str())
            && [run.workflow, "ALL"].contains(&row.workflow.as_str())
            && !["deploy", "rollback"].contains(&run.workflow)
    };
    let mut waits: Vec<i64> = all.runs.iter().filter(is_of_row).filter_map(|run| run.queue_seconds).collect();
    waits.sort_unstable();
    waits
}

fn median(values: &[i64]) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    Some((values[last / 2] + values[last.div_ceil(2)]) as f64 / 2.0)
}

#[test]
fn reliability_of_simulated_organisations_is_what_happened() {
    for (seed, size) in [(1, Size::Small), (2, Size::Small), (3, Size::Demo)] {
        let simulated = Simulated::new(seed, size, true);
        let said: BTreeMap<String, Row> = simulated
            .rows("ci_month", &["month", "repo", "workflow"])
            .into_values()
            .map(|row| (format!("{} {} {}", row["month"], bare(&row["repo"]), row["workflow"]), row))
            .collect();
        let mut wrong = Vec::new();
        let (mut flaky, mut retried) = (0, 0);
        for truth in &simulated.truth.months {
            let key = format!("{} {} {}", truth.month, truth.repo, truth.workflow);
            let Some(row) = said.get(&key) else {
                wrong.push(format!("{key} is missing"));
                continue;
            };
            flaky += truth.flaky_shas;
            retried += truth.retried;
            let share = |part: u64, all: u64| (all > 0).then(|| part as f64 / all as f64);
            let minutes = |seconds: Option<f64>| seconds.map(|seconds| seconds / 60.0);
            let counts = [
                ("runs", truth.runs),
                ("succeeded", truth.succeeded),
                ("failed", truth.failed),
                ("cancelled", truth.cancelled),
                ("other", truth.other),
                ("retried", truth.retried),
                ("commits", truth.decided_shas),
                ("flaky", truth.flaky_shas),
            ];
            let shares = [
                ("success_rate", share(truth.succeeded, truth.succeeded + truth.failed)),
                ("first_try_rate", share(truth.first_try_succeeded, truth.first_try_decided)),
                ("duration_p50_min", minutes(median(&truth.durations))),
                ("queue_p50_min", minutes(median(&waits(&simulated.truth, truth)))),
            ];
            let expected = counts.map(|(column, count)| (column, Some(count as f64)));
            for (column, value) in expected.into_iter().chain(shares) {
                let cell = &row[column];
                let agrees = match value {
                    None => cell.is_empty(),
                    Some(value) => !cell.is_empty() && (number(cell) - value).abs() < 1.5e-6,
                };
                if !agrees {
                    wrong.push(format!("{key}: {column} is {cell} and not {value:?}"));
                }
            }
        }
        assert!(flaky > 5 && retried > 5, "{flaky} flaky, {retried} retried");
        assert_eq!(wrong, [""; 0], "seed {seed}");
        let active = said.values().filter(|row| row["runs"] != "0" || row["flaky"] != "0").count();
        assert!(active <= simulated.truth.months.len(), "no row of what did not happen");
    }
}

#[test]
fn what_ci_of_simulated_organisations_costs_and_on_what_it_was_spent_is_what_happened() {
    for (seed, size) in [(1, Size::Small), (2, Size::Small), (3, Size::Demo)] {
        let simulated = Simulated::new(seed, size, false);
        let said: BTreeMap<String, Row> = simulated
            .rows("ci_cost_month", &["month", "team", "repo", "workflow", "currency"])
            .into_values()
            .filter(|row| row["team"] == "ALL")
            .map(|row| (format!("{} {} {}", row["month"], bare(&row["repo"]), row["workflow"]), row))
            .collect();
        let mut wrong = Vec::new();
        for truth in &simulated.truth.costs {
            let key = format!("{} {} {}", truth.month, truth.repo, truth.workflow);
            let Some(row) = said.get(&key) else {
                wrong.push(format!("{key} is missing"));
                continue;
            };
            // A job that was green in another run is no repetition of one that was green in its own.
            let moved = |part: &str| match part {
                "retried" => -&truth.cost_of_other_runs,
                "useful" => truth.cost_of_other_runs.clone(),
                _ => Amount::zero(),
            };
            for (part, cost) in PARTS_OF_CI_COST.iter().zip(&truth.cost) {
                let right = cost + &moved(part);
                if row[*part].parse::<Amount>().as_ref() != Ok(&right) {
                    wrong.push(format!("{key}: {part} is {} and not {right}", row[*part]));
                }
            }
            let parts: Amount = PARTS_OF_CI_COST.map(|part| row[part].parse().expect("an amount")).iter().sum();
            assert_eq!(row["cost"].parse::<Amount>(), Ok(parts), "the parts add up: {key}");
            let priced = number(&row["minutes"]) - number(&row["unpriced_minutes"]);
            let right = truth.minutes.iter().sum::<u64>() - truth.unpriced_minutes;
            if (priced - right as f64).abs() > 1e-6 {
                wrong.push(format!("{key}: {priced} minutes and not {right}"));
            }
        }
        assert!(!simulated.truth.costs.is_empty());
        assert_eq!(wrong, [""; 0], "seed {seed}");
    }
}

#[test]
fn what_ci_of_a_team_costs_is_what_happened_in_its_repositories() {
    let mut compared = 0;
    for (seed, size) in [(1, Size::Small), (3, Size::Demo)] {
        let simulated = Simulated::new(seed, size, false);
        let said = simulated.rows("ci_cost_month", &["month", "team"]);
        let mut right: BTreeMap<String, BTreeMap<&str, Amount>> = BTreeMap::new();
        for truth in simulated.truth.costs.iter().filter(|truth| truth.repo != "ALL" && truth.workflow == "ALL") {
            for (team, _) in
                simulated.teams.iter().filter(|(_, repos)| repos.iter().any(|repo| bare(repo) == truth.repo))
            {
                let parts = right.entry(format!("{} {team}", truth.month)).or_default();
                for (part, cost) in PARTS_OF_CI_COST.iter().zip(&truth.cost) {
                    *parts.entry(part).or_default() += cost;
                }
                *parts.entry("retried").or_default() += &-&truth.cost_of_other_runs;
                *parts.entry("useful").or_default() += &truth.cost_of_other_runs;
            }
        }
        assert!(simulated.teams.len() > 1);
        for (key, parts) in &right {
            let row = &said[key];
            let told: BTreeMap<&str, Amount> =
                parts.keys().map(|part| (*part, row[*part].parse().expect("an amount"))).collect();
            assert_eq!(&told, parts, "seed {seed}, {key}");
        }
        let of_teams = said.values().filter(|row| row["team"] != "ALL" && number(&row["cost"]) > 0.0).count();
        assert!(of_teams <= right.len(), "no team pays for what is not its own");
        compared += right.len();
    }
    assert!(compared > 20, "{compared} months of teams");
}

#[test]
fn what_github_bills_is_in_cloud_spending_by_month_and_estimates_are_not() {
    let simulated = Simulated::new(3, Size::Demo, true);
    let mut billed: BTreeMap<String, Amount> = BTreeMap::new();
    for line in &simulated.truth.bills {
        *billed.entry(line.month.to_string()).or_default() += &line.net;
    }
    let monthly = simulated.rows("cloud_spending_monthly", &["month", "provider", "currency"]);
    let said: BTreeMap<String, String> = monthly
        .values()
        .filter(|row| row["provider"] == "github")
        .map(|row| (row["month"].clone(), row["cost"].clone()))
        .collect();
    let right: BTreeMap<String, String> = billed.iter().map(|(month, net)| (month.clone(), net.to_cents())).collect();
    assert!(right.len() > 10 && right.values().any(|cost| number(cost) > 10.0), "{right:?}");
    assert_eq!(said, right);
    let months = |complete: &str| {
        monthly.values().filter(|row| row["provider"] == "github" && row["complete"] == complete).count()
    };
    assert!(months("true") > 10 && months("false") <= 2, "complete as those of other providers");
    let mut of_all: BTreeMap<(String, String), Amount> = BTreeMap::new();
    for row in monthly.values() {
        *of_all.entry((row["month"].clone(), row["currency"].clone())).or_default() +=
            &row["cost"].parse().expect("an amount");
    }
    let totals = simulated.rows("cloud_spending_totals", &["month", "currency", "part", "provider", "name"]);
    for row in totals.values().filter(|row| row["part"] == "ALL") {
        let sum = of_all[&(row["month"].clone(), row["currency"].clone())].to_f64();
        assert!((number(&row["cost"]) - sum).abs() < 0.05, "{} {}: {sum}", row["month"], row["currency"]);
    }
    let estimated =
        Simulated::new(3, Size::Demo, false).rows("cloud_spending_monthly", &["month", "provider", "currency"]);
    assert!(!estimated.is_empty() && estimated.values().all(|row| row["provider"] != "github"));
}

#[test]
fn what_is_billed_is_the_cost_to_the_last_digit_in_every_month_and_repository() {
    let simulated = Simulated::new(3, Size::Demo, true);
    let mut billed: BTreeMap<(String, String), Amount> = BTreeMap::new();
    for line in &simulated.truth.bills {
        for repo in [line.repo.as_str(), "ALL"] {
            *billed.entry((line.month.to_string(), repo.to_owned())).or_default() += &line.net;
        }
    }
    let mut compared = 0;
    for row in simulated.rows("ci_cost_month", &["month", "team", "repo", "workflow", "currency"]).into_values() {
        // What runs on one's own machines has no price here.
        if row["team"] == "ALL" && row["workflow"] == "ALL" && !row["basis"].is_empty() {
            let key = (row["month"].clone(), bare(&row["repo"]).to_owned());
            assert_eq!(row["basis"], "bill", "{key:?}");
            assert_eq!(row["cost"].parse::<Amount>().as_ref(), Ok(&billed[&key]), "{key:?}");
            compared += 1;
        }
    }
    assert!(compared > 50, "{compared}");
}
