//! What the programs say equals what happened, as the simulation counted it.

use std::collections::BTreeMap;

use metrics_core::Calculation;
use model::Instant;
use model::columns::Scopes;
use model::instant::MICROS_PER_DAY;
use model::table::Table;
use sandbox::{Options, Organisation, Size, Truth};
use store::Store;

use crate::simulated::Simulated;

/// Steps of the truth, and the columns of the stocks' tables.
const IN_STEP: [&str; 6] = ["in_backlogs", "in_ready", "in_dev", "in_review", "in_qa", "waiting_to_prod"];
const DAYS_IN: [&str; 8] = [
    "backlog_days",
    "ready_days",
    "dev_days",
    "review_days",
    "qa_days",
    "waiting_to_prod_days",
    "done_days",
    "off_board_days",
];

/// Computes from a data folder's store with the configuration that fits the organisation.
pub(crate) fn calculation(organisation: &Organisation, data: &std::path::Path, as_of: Option<Instant>) -> Calculation {
    calculation_by(&organisation.config_yaml(), data, as_of)
}

/// The same with this configuration.
pub(crate) fn calculation_by(yaml: &str, data: &std::path::Path, as_of: Option<Instant>) -> Calculation {
    let store = Store::open_existing(&format!("sqlite:{}", data.join("cto.db").display())).expect("a store");
    let raw = store.load(Scopes::ALL).expect("raw data");
    let config = config_model::Config::from_yaml(yaml, "config.yml").expect("a configuration");
    let mut rules = config.rules(None).expect("rules");
    rules.find_boards(&raw.projects);
    metrics_core::calculate(&raw, &rules, as_of, Scopes::ALL).expect("tables")
}

pub(crate) fn table<'a>(calculation: &'a Calculation, name: &str) -> &'a Table {
    calculation.tables.iter().find(|table| table.name == name).expect("a table of that name")
}

fn days(seconds: Option<i64>) -> String {
    seconds.map_or_else(String::new, |seconds| format!("{:.6}", seconds as f64 / 86_400.0))
}

fn written(at: Option<Instant>) -> String {
    at.map_or_else(String::new, Instant::to_rfc3339_seconds)
}

/// Collects differences and fails with the first of them.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn compare(&mut self, what: impl FnOnce() -> String, said: &str, happened: &str) {
        if said != happened {
            self.0.push(format!("{}: said `{said}`, happened `{happened}`", what()));
        }
    }

    #[track_caller]
    fn assert_none(self) {
        let shown: Vec<_> = self.0.iter().take(25).collect();
        assert!(self.0.is_empty(), "{} differences: {shown:#?}", self.0.len());
    }
}

fn compare_issues(said: &Table, truth: &Truth, differences: &mut Differences) {
    let rows: BTreeMap<String, usize> = (0..said.height()).map(|row| (said.cell(row, "id"), row)).collect();
    differences.compare(|| "issues".into(), &rows.len().to_string(), &truth.issues.len().to_string());
    for issue in &truth.issues {
        let Some(&row) = rows.get(&issue.id) else {
            differences.compare(|| issue.id.clone(), "absent", "there");
            continue;
        };
        let mut cell = |column: &str, happened: String| {
            differences.compare(|| format!("{} {column}", issue.id), &said.cell(row, column), &happened);
        };
        cell("project_id", issue.project_id.clone());
        cell("current_step", issue.current_step.to_owned());
        cell("leadtimestartdatetime", written(Some(issue.lead_start)));
        cell("cycletimestartdatetime", written(issue.cycle_start));
        cell("enddatetime", written(issue.ended_at));
        cell("lead_days", days(issue.lead_seconds));
        cell("cycle_days", days(issue.cycle_seconds));
        cell("devstartdatetime", written(issue.entries[2]));
        cell("reviewstartdatetime", written(issue.entries[3]));
        cell("qastartdatetime", written(issue.entries[4]));
        cell("reopened_count", issue.reopened_count.to_string());
        cell("rework_count", issue.rework_count.to_string());
        cell("bug", issue.bug.to_string());
        cell("bug_customer_facing", issue.bug_sources[0].to_string());
        cell("type", issue.kind.to_owned());
        for (column, seconds) in DAYS_IN.iter().zip(issue.seconds) {
            cell(column, if issue.was_on_board { days(Some(seconds)) } else { String::new() });
        }
    }
}

fn compare_stocks(said: &Table, truth: &Truth, differences: &mut Differences) {
    let key = |row: usize| (said.cell(row, "year"), said.cell(row, "week"), said.cell(row, "project_id"));
    let rows: BTreeMap<_, usize> = (0..said.height()).map(|row| (key(row), row)).collect();
    for week in &truth.stocks {
        let key = (week.year.to_string(), format!("{:02}", week.week), week.project_id.clone());
        let row = rows.get(&key).copied();
        let mut cell = |column: &str, happened: u32| {
            let said = row.map_or_else(|| "0".to_owned(), |row| said.cell(row, column));
            differences.compare(|| format!("{key:?} {column}"), &said, &happened.to_string());
        };
        for (column, count) in IN_STEP.iter().zip(week.in_step) {
            cell(column, count);
        }
        cell("off_board", week.off_board);
        cell("opened_bugs", week.opened_bugs);
        cell("opened_bugs_customer_facing", week.opened_bugs_by_source[0]);
        cell("opened_bugs_internal", week.opened_bugs_by_source[1]);
        cell("opened_bugs_dev_process", week.opened_bugs_by_source[2]);
    }
}

fn compare_throughput(said: &Table, truth: &Truth, differences: &mut Differences) {
    let key = |row: usize| (said.cell(row, "year"), said.cell(row, "week"));
    let rows: BTreeMap<_, usize> = (0..said.height()).map(|row| (key(row), row)).collect();
    for week in &truth.throughput {
        let key = (week.year.to_string(), format!("{:02}", week.week));
        let row = rows.get(&key).copied();
        let mut cell = |column: &str, happened: u32| {
            let said = row.map_or_else(|| "0".to_owned(), |row| said.cell(row, column));
            differences.compare(|| format!("{key:?} {column}"), &said, &happened.to_string());
        };
        cell("throughput", week.throughput);
        cell("closed_not_planned", week.closed_not_planned);
    }
}

/// When each pull request was ready and merged.
fn compare_clocks(said: &Table, truth: &Truth, differences: &mut Differences) {
    let rows: BTreeMap<String, usize> = (0..said.height()).map(|row| (said.cell(row, "id"), row)).collect();
    differences.compare(|| "clocks".into(), &rows.len().to_string(), &truth.pull_requests.len().to_string());
    for one in &truth.pull_requests {
        for (column, happened) in [("ready", one.t1), ("merged", one.t4), ("closed", one.closed_at)] {
            let cell = rows.get(&one.id).map_or_else(|| "absent".to_owned(), |row| said.cell(*row, column));
            differences.compare(|| format!("{} {column}", one.id), &cell, &written(happened));
        }
    }
}

fn compare_pull_requests(said: &Calculation, truth: &Truth, differences: &mut Differences) {
    let repositories = table(said, "pr_change_requests_repo");
    let mut happened: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for pull_request in &truth.pull_requests {
        let (count, total) = happened.entry(&pull_request.repo).or_default();
        *count += 1;
        *total += pull_request.change_requests;
    }
    differences.compare(|| "repositories".into(), &repositories.height().to_string(), &happened.len().to_string());
    for row in 0..repositories.height() {
        let repo = repositories.cell(row, "repo");
        let (count, total) = happened.get(repo.as_str()).copied().unwrap_or_default();
        let counted = (repositories.cell(row, "pr_count"), repositories.cell(row, "cr_total"));
        differences.compare(
            || repo.clone(),
            &format!("{counted:?}"),
            &format!("{:?}", (count.to_string(), total.to_string())),
        );
    }
    let open = table(said, "pr_open");
    let humans_open = truth.pull_requests.iter().filter(|one| one.closed_at.is_none() && !one.by_bot).count();
    differences.compare(|| "open pull requests".into(), &open.height().to_string(), &humans_open.to_string());
    let merged = table(said, "pr_cycle_week");
    let said_merged: i64 = (0..merged.height())
        .filter(|row| merged.cell(*row, "repo") == "ALL")
        .filter_map(|row| merged.cell(row, "merged").parse::<i64>().ok())
        .sum();
    let humans_merged = truth.pull_requests.iter().filter(|one| one.t4.is_some() && !one.by_bot).count();
    differences.compare(|| "merged".into(), &said_merged.to_string(), &humans_merged.to_string());
}

#[track_caller]
pub(crate) fn assert_truth(said: &Calculation, truth: &Truth) {
    let mut differences = Differences::default();
    compare_issues(table(said, "calculated_issue"), truth, &mut differences);
    compare_stocks(table(said, "stocks_week"), truth, &mut differences);
    compare_throughput(table(said, "throughput_week"), truth, &mut differences);
    compare_pull_requests(said, truth, &mut differences);
    compare_clocks(table(said, "calculated_pr"), truth, &mut differences);
    differences.assert_none();
}

#[test]
fn without_lost_events_every_figure_of_flow_equals_the_truth() {
    let simulated = Simulated::serve(&Options::new(1, Size::Demo));
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    let end = simulated.organisation.end();
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &simulated.organisation.truth(end));
}

#[test]
fn other_organisations_are_told_as_truly_and_so_is_an_earlier_instant() {
    for seed in 20..26 {
        let simulated = Simulated::serve(&Options::new(seed, Size::Small));
        let data = tempfile::tempdir().expect("a folder");
        simulated.import(data.path(), &[]).with_code(0);
        let end = simulated.organisation.end();
        assert_truth(&calculation(&simulated.organisation, data.path(), None), &simulated.organisation.truth(end));
    }
}

#[test]
fn imports_day_by_day_tell_the_same_as_one_at_the_end() {
    let simulated = Simulated::serve(&Options::new(31, Size::Small));
    let data = tempfile::tempdir().expect("a folder");
    let end = simulated.organisation.end();
    for day in (0..30).rev() {
        simulated.moves_to(Instant::from_micros(end.micros() - day * MICROS_PER_DAY));
        simulated.import(data.path(), &[]).with_code(0);
    }
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &simulated.organisation.truth(end));
}
