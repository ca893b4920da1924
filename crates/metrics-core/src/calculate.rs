//! The whole calculation: raw columns and rules in, tables and notices out.

use std::borrow::Cow;

use model::Instant;
use model::columns::{
    CiBillColumns, CiFlakeColumns, CiJobColumns, CiJobSumColumns, CiRunColumns, CiRunJobsColumns, CustomFieldColumns,
    DeploymentColumns, GitCommitColumns, IncidentColumns, IncidentEventColumns, IterationEventColumns,
    ProjectEventColumns, PullRequestColumns, PullRequestEventColumns, Raw, ReleaseColumns, ReviewColumns, Scopes,
    SightingColumns, StatusEventColumns, TicketColumns, TicketEventColumns,
};
use model::instant::MICROS_PER_DAY;
use model::rules::{RuleSet, Rules};
use model::table::Table;

use crate::catalogue::TableScope;
use crate::ci;
use crate::cloud::{CloudSpending, cloud_spending};
use crate::coverage::{Coverage, ISSUE_SCOPES};
use crate::cto_stats;
use crate::delivery;
use crate::findings::{self, FindingsByTable};
use crate::flow::{self, Ending, FlowError, Lives};
use crate::forecast::{ForecastOptions, ForecastSeries, forecast};
use crate::innovation;
use crate::overrides;
use crate::parallel;
use crate::prepared::{Prepared, followed};
use crate::pull_requests;
use crate::selection::{Chosen, Selection};
use crate::spillover::{self, Spillover};
use crate::summary::{FlowFacts, Summaries, Summary};
use crate::throughput::{Throughput, ThroughputInputs, throughput_month_and_quarter, throughput_week};
use crate::totals::{ALL, board_key};
use crate::wanted::Wanted;

/// The result of [`calculate`].
#[derive(Clone, Debug)]
pub struct Calculation {
    /// The tables of the rule set and scopes, each in a total order of its keys.
    pub tables: Vec<Table>,
    /// What a person should know about the figures, one line each.
    pub notices: Vec<String>,
    /// What the figures say, in full sentences; the first one says whether the last complete week was normal.
    /// Those about the clouds come last. Empty under `cto-stats`.
    pub findings: Vec<String>,
    /// What single tables say, in full sentences, by the name of the table; see [`findings`]. Tables that say nothing
    /// are absent or have no sentence; under `cto-stats` none has any.
    pub findings_by_table: FindingsByTable,
    /// What the summaries of any days rest on; empty under `cto-stats`.
    pub summaries: Summaries,
    /// The instant up to which issues and pull requests were looked at; that of the clouds' bills when only they were
    /// asked for.
    pub as_of: Instant,
    /// The instant up to which the clouds' bills were looked at; `None` when they were not asked for, or when neither
    /// `as_of` was given nor the data says how far it reaches.
    pub cloud_as_of: Option<Instant>,
}

/// Why nothing was calculated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalculateError {
    /// The configuration contradicts itself, or a table of the flow failed.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

/// Calculates the tables of the asked scopes under the rule set that `rules` names.
///
/// `as_of` defaults to the end of what the data covers, for bills to that of their own; without any data the tables
/// have headers only.
/// The same inputs give the same tables, byte for byte; under `flow` in any order of the raw rows.
///
/// # Errors
/// When the configuration contradicts itself.
pub fn calculate(
    raw: &Raw,
    rules: &Rules,
    as_of: Option<Instant>,
    scopes: Scopes,
) -> Result<Calculation, CalculateError> {
    calculate_from(Cow::Borrowed(raw), rules, as_of, scopes, Wanted::All, &Chosen::everything(), None)
}

/// The same of a part of the organisation: see [`selection`](crate::selection). With the default selection exactly
/// what [`calculate`] gives.
///
/// # Errors
/// As [`calculate`].
pub fn calculate_selected(
    raw: &Raw,
    rules: &Rules,
    as_of: Option<Instant>,
    scopes: Scopes,
    selection: &Selection,
) -> Result<Calculation, CalculateError> {
    calculate_from(Cow::Borrowed(raw), rules, as_of, scopes, Wanted::All, &Chosen::new(selection, rules), None)
}

/// The tables of one scope of [`calculate_selected`], or some of them by name, with their findings: less than all of them
/// where little is asked for. Only rule set `flow` knows how; `cto-stats`, and the clouds, give all tables of the scope.
///
/// With what was [prepared](Prepared) of the same data under the same rules it is less work for the same figures, unless
/// they are as of another instant than the end of the data.
///
/// # Errors
/// As [`calculate`].
pub fn calculate_tables(
    raw: &Raw,
    rules: &Rules,
    as_of: Option<Instant>,
    scope: TableScope,
    tables: Option<&[&str]>,
    selection: &Selection,
    prepared: Option<&Prepared>,
) -> Result<Calculation, CalculateError> {
    let chosen = Chosen::new(selection, rules);
    let wanted = tables.map_or(Wanted::All, Wanted::Only);
    calculate_from(Cow::Borrowed(raw), rules, as_of, scope.scopes(), wanted, &chosen, prepared)
}

/// As [`calculate`], but gives memory back as it goes: each part of the raw data is dropped after its last use.
///
/// # Errors
/// As [`calculate`].
pub fn calculate_and_drop(
    raw: Raw,
    rules: &Rules,
    as_of: Option<Instant>,
    scopes: Scopes,
) -> Result<Calculation, CalculateError> {
    calculate_from(Cow::Owned(raw), rules, as_of, scopes, Wanted::All, &Chosen::everything(), None)
}

fn calculate_from(
    mut raw: Cow<'_, Raw>,
    rules: &Rules,
    as_of: Option<Instant>,
    scopes: Scopes,
    wanted: Wanted<'_>,
    chosen: &Chosen,
    prepared: Option<&Prepared>,
) -> Result<Calculation, CalculateError> {
    let cloud_as_of = as_of.or(raw.cloud_as_of).filter(|_| scopes.cloud_spending);
    let as_of = if scopes == Scopes::CLOUD_SPENDING { cloud_as_of } else { as_of.or(raw.as_of) }.unwrap_or_default();
    let mut calculation = Calculation {
        tables: Vec::new(),
        notices: Vec::new(),
        findings: Vec::new(),
        findings_by_table: FindingsByTable::new(),
        summaries: Summaries::default(),
        as_of,
        cloud_as_of,
    };
    let of_clouds = if scopes.cloud_spending { clouds(&raw, rules, cloud_as_of) } else { CloudSpending::default() };
    match rules.set {
        RuleSet::CtoStats => {
            let (of_pull_requests, of_issues) = parallel::both(
                || if scopes.pull_requests { cto_stats::pull_request_tables_of(&raw, chosen) } else { Vec::new() },
                || {
                    let issues = || cto_stats::issue_tables_of(&raw, rules, Some(as_of), chosen);
                    if scopes.issues { issues() } else { Vec::new() }
                },
            );
            calculation.tables.extend(of_issues);
            calculation.tables.extend(of_pull_requests);
        }
        // These tables use all cores by themselves; at once, the facts behind them would cost 100 MB more on
        // 200,000 issues and 250,000 pull requests.
        RuleSet::Flow => {
            let of_delivery = scopes.delivery.then(|| delivery::tables_of(&raw, rules, as_of, chosen, wanted));
            let delivered = of_delivery.as_ref().map(|delivered| delivered.tables.as_slice());
            let of_ci = scopes.ci.then(|| ci::tables_of(&raw, rules, as_of, chosen, wanted, delivered));
            done_with(&mut raw, |raw| {
                raw.ci_runs = CiRunColumns::default();
                raw.ci_jobs = CiJobColumns::default();
                raw.ci_run_jobs = CiRunJobsColumns::default();
                raw.ci_job_sums = CiJobSumColumns::default();
                raw.ci_flakes = CiFlakeColumns::default();
                raw.ci_bills = CiBillColumns::default();
                raw.deployments = DeploymentColumns::default();
                raw.releases = ReleaseColumns::default();
                raw.commits = GitCommitColumns::default();
                raw.incidents = IncidentColumns::default();
                raw.incident_events = IncidentEventColumns::default();
            });
            let pull_requests = || pull_requests::tables_of(&raw, rules, as_of, chosen, wanted);
            let of_pull_requests = scopes.pull_requests.then(pull_requests);
            done_with(&mut raw, |raw| {
                raw.pull_requests = PullRequestColumns::default();
                raw.reviews = ReviewColumns::default();
                raw.pull_request_events = PullRequestEventColumns::default();
            });
            if scopes.issues {
                flow_issue_tables(raw, rules, chosen, wanted, prepared, &mut calculation)?;
            }
            if let Some((tables, summary)) = of_pull_requests {
                calculation.tables.extend(tables);
                calculation.summaries.pull_requests = summary;
                if wanted.has("pr_summary") {
                    calculation.add_summary("pr_summary");
                }
            }
            if let Some(delivered) = of_delivery {
                calculation.notices.extend(delivered.notices);
                calculation.tables.extend(delivered.tables);
                calculation.summaries.delivery = delivered.summary;
                if wanted.has("dora_summary") {
                    calculation.add_summary("dora_summary");
                }
            }
            if let Some(of_ci) = of_ci {
                calculation.tables.extend(of_ci.tables);
                calculation.notices.extend(of_ci.notices);
                calculation.findings_by_table.insert("cost_delivery_link", of_ci.links);
            }
            let said = findings::of_tables(&calculation.tables, &rules.process_changes);
            calculation.findings.extend(said.get("throughput_week").into_iter().flatten().cloned());
            calculation.findings_by_table.extend(said);
            // Last of all: charts, summaries and sentences rest on what is known, and on all weeks.
            overrides::of_tables(&mut calculation.tables, rules);
        }
    }
    calculation.tables.extend(of_clouds.tables);
    calculation.notices.extend(of_clouds.notices);
    calculation.findings.extend(of_clouds.findings);
    calculation.findings_by_table.extend(of_clouds.findings_by_table);
    if scopes.cloud_spending && rules.set == RuleSet::Flow {
        calculation.summaries.clouds = Some(of_clouds.summary);
        calculation.add_summary("cloud_spending_summary");
    }
    Ok(calculation)
}

impl Calculation {
    /// The summary of the days that are meant where none are given.
    fn add_summary(&mut self, name: &'static str) {
        let summary = self.summaries.of(name, None, None).unwrap_or_else(|| Summary::empty(name));
        self.tables.push(summary.table);
        self.findings_by_table.insert(name, summary.sentences);
    }
}

/// The clouds by either rule set. These are a few hundred rows: nothing to share among cores.
fn clouds(raw: &Raw, rules: &Rules, as_of: Option<Instant>) -> CloudSpending {
    match rules.set {
        RuleSet::CtoStats => {
            CloudSpending { tables: cto_stats::cloud_tables(raw, &rules.cloud), ..CloudSpending::default() }
        }
        RuleSet::Flow => cloud_spending(raw, rules, as_of.unwrap_or_default()),
    }
}

/// Drops parts of the raw data, where it is ours to drop.
fn done_with(raw: &mut Cow<'_, Raw>, drop_parts: impl FnOnce(&mut Raw)) {
    if let Cow::Owned(raw) = raw {
        drop_parts(raw);
    }
}

/// A line about the source that is a day or more behind. One import takes a while, so that a little is no news.
fn lagging(coverage: &Coverage, as_of: Instant) -> Option<String> {
    let subject = coverage.held_back_by.as_ref()?;
    let Some(until) = coverage.known_until() else {
        return Some(format!("{subject} was never imported from its beginning: all periods are marked incomplete"));
    };
    (as_of.micros() - until.micros() >= MICROS_PER_DAY)
        .then(|| format!("{subject} was imported only up to {until}: later periods are marked incomplete"))
}

/// The issue tables of rule set `flow`.
fn flow_issue_tables(
    mut raw: Cow<'_, Raw>,
    rules: &Rules,
    chosen: &Chosen,
    wanted: Wanted<'_>,
    prepared: Option<&Prepared>,
    calculation: &mut Calculation,
) -> Result<(), CalculateError> {
    let as_of = calculation.as_of;
    let mut lives = match prepared.and_then(|prepared| prepared.lives(as_of)) {
        Some(lives) => lives,
        None => Cow::Owned(followed(&raw, rules, as_of)?),
    };
    if !chosen.is_everything() {
        lives.to_mut().select(&chosen.issues(&raw), chosen);
    }
    let lives = &*lives;
    let coverage = Coverage::of(&raw, &ISSUE_SCOPES, as_of, chosen);
    done_with(&mut raw, |raw| {
        raw.status_events = StatusEventColumns::default();
        raw.project_events = ProjectEventColumns::default();
        raw.sightings = SightingColumns::default();
        raw.custom_fields = CustomFieldColumns::default();
    });
    let of_iterations = spillover_tables(&raw, lives, &coverage, wanted);
    let innovation = wanted.has("innovation_month").then(|| innovation::table(&raw, rules, lives, &coverage, chosen));
    done_with(&mut raw, |raw| {
        raw.tickets = TicketColumns::default();
        raw.ticket_events = TicketEventColumns::default();
    });
    calculation.notices.extend(spillover::notice(&raw));
    done_with(&mut raw, |raw| raw.iteration_events = IterationEventColumns::default());
    calculation.notices.extend(flow::notices(lives));
    calculation.notices.extend(lagging(&coverage, as_of));
    let (tables, (weekly, forecast)) = parallel::both(
        || flow::tables_of(&raw, rules, lives, &coverage, wanted, chosen.at),
        || {
            let endings = lives.endings();
            let weekly = || throughput(lives, &endings, rules, &coverage, wanted);
            let forecast = || forecasts(lives, &endings, rules, &coverage);
            (wanted.has("throughput_week").then(weekly), wanted.has("forecast").then(forecast))
        },
    );
    let tables = tables?;
    let mut throughput = Vec::new();
    if let Some((weekly, longer)) = weekly {
        let weekly_times = tables.iter().find(|table| table.name == "cycle_time_week");
        if let Some(weekly_times) = weekly_times.filter(|_| wanted.has("flow_summary")) {
            calculation.summaries.flow = FlowFacts::new(lives, rules, &coverage, weekly_times, weekly.chart);
        }
        throughput.push(weekly.table);
        throughput.extend(longer);
    }
    calculation.tables.extend(tables);
    calculation.tables.extend(throughput);
    calculation.tables.extend(forecast);
    calculation.tables.extend(of_iterations);
    calculation.tables.extend(innovation);
    if wanted.has("flow_summary") {
        calculation.add_summary("flow_summary");
    }
    Ok(())
}

/// Those about iterations that are wanted.
fn spillover_tables(raw: &Raw, lives: &Lives, coverage: &Coverage, wanted: Wanted<'_>) -> Vec<Table> {
    let [by_iteration, by_issue] = ["spillover_iteration", "spillover_issue"].map(|name| wanted.has(name));
    if !by_iteration && !by_issue {
        return Vec::new();
    }
    let spillover = Spillover::of(raw, lives);
    let by_iteration = by_iteration.then(|| spillover.table(raw, coverage));
    by_iteration.into_iter().chain(by_issue.then(|| spillover.issues(raw))).collect()
}

/// By week, and the tables of longer periods that are wanted.
fn throughput(
    lives: &Lives,
    endings: &[Ending],
    rules: &Rules,
    coverage: &Coverage,
    wanted: Wanted<'_>,
) -> (Throughput, Vec<Table>) {
    let ended = |not_planned: bool| -> Vec<Instant> {
        endings.iter().filter(|ending| ending.not_planned == not_planned).map(|ending| ending.ended_at).collect()
    };
    let (finished, closed_not_planned) = (ended(false), ended(true));
    let never = Instant::from_micros(lives.as_of.micros().saturating_add(1));
    let first = endings.first().map_or(never, |ending| ending.ended_at);
    let inputs = ThroughputInputs {
        finished: &finished,
        closed_not_planned: &closed_not_planned,
        first,
        as_of: lives.as_of,
        covered_to: coverage.until,
        zone: rules.timezone,
        process_changes: &rules.process_changes,
    };
    let longer = throughput_month_and_quarter(&inputs).into_iter().map(|longer| longer.table);
    (throughput_week(&inputs), longer.filter(|table| wanted.has(table.name)).collect())
}

fn forecasts(lives: &Lives, endings: &[Ending], rules: &Rules, coverage: &Coverage) -> Table {
    let finished = || endings.iter().filter(|ending| !ending.not_planned);
    let mut by_board: Vec<Vec<Instant>> = vec![Vec::new(); lives.boards.len()];
    for ending in finished() {
        if let Some(board) = ending.board {
            by_board[board as usize].push(ending.ended_at);
        }
    }
    let all: Vec<Instant> = finished().map(|ending| ending.ended_at).collect();
    let first_creations = lives.first_creation_by_board();
    let keys: Vec<_> = lives.boards.iter().map(|board| board_key(&board.id)).collect();
    let mut series: Vec<ForecastSeries<'_>> = lives
        .boards
        .iter()
        .zip(&keys)
        .zip(&by_board)
        .zip(&first_creations)
        .filter_map(|(((board, key), finished), first)| {
            first.map(|first| ForecastSeries { project_id: key, project_name: &board.name, finished, first })
        })
        .collect();
    if let Some(first) = lives.first_creation() {
        series.push(ForecastSeries { project_id: ALL, project_name: ALL, finished: &all, first });
    }
    let options = ForecastOptions {
        as_of: lives.as_of,
        covered_to: coverage.until,
        zone: rules.timezone,
        seed: rules.forecast_seed,
    };
    forecast(&series, &options)
}

#[cfg(test)]
mod tests {
    use model::rules::{CloudRules, ServiceComparison, Team};

    use super::*;

    fn names(set: RuleSet, scopes: Scopes) -> Vec<&'static str> {
        let comparison = ServiceComparison { name: "Old and new".to_owned(), groups: Vec::new() };
        let cloud = CloudRules { comparisons: vec![comparison], ..CloudRules::default() };
        let rules = Rules { set, cloud, ..Rules::default() };
        let calculation = calculate(&Raw::default(), &rules, None, scopes).expect("nothing to contradict");
        calculation.tables.iter().map(|table| table.name).collect()
    }

    #[test]
    fn the_tables_of_flow_alone_are_those_that_cto_stats_lacks() {
        let teams = [("alpha".to_owned(), Team::default())].into();
        let rules = Rules { people: true, teams, ..Rules::default() };
        let flow = calculate(&Raw::default(), &rules, None, Scopes::ALL).expect("nothing to contradict");
        let original = names(RuleSet::CtoStats, Scopes::ALL);
        let ours: Vec<&str> =
            flow.tables.iter().map(|table| table.name).filter(|name| !original.contains(name)).collect();
        let mut listed: Vec<&str> = crate::catalogue::flow_only().collect();
        listed.sort_unstable();
        let mut ours_sorted = ours;
        ours_sorted.sort_unstable();
        assert_eq!(ours_sorted, listed);
    }

    #[test]
    fn each_rule_set_and_scope_has_its_tables() {
        let issues = Scopes::ISSUES;
        assert_eq!(
            names(RuleSet::Flow, issues),
            [
                "calculated_issue",
                "cycle_time",
                "cycle_time_week",
                "stocks",
                "stocks_week",
                "net_flow_week",
                "aging_wip",
                "cumulative_flow_day",
                "stocks_totals_week",
                "cumulative_flow_totals_week",
                "throughput_week",
                "throughput_month",
                "throughput_quarter",
                "forecast",
                "spillover_iteration",
                "spillover_issue",
                "innovation_month",
                "flow_summary",
            ]
        );
        assert_eq!(names(RuleSet::CtoStats, Scopes::USUAL).len(), 8);
        assert_eq!(names(RuleSet::CtoStats, Scopes::ALL).len(), 11);
        for set in [RuleSet::Flow, RuleSet::CtoStats] {
            assert_eq!(
                names(set, Scopes::CLOUD_SPENDING)[..3],
                ["cloud_spending_monthly", "cloud_spending_services", "cloud_spending_compared"]
            );
        }
        assert_eq!(names(RuleSet::CtoStats, Scopes::CLOUD_SPENDING).len(), 3);
        assert_eq!(
            names(RuleSet::Flow, Scopes::CLOUD_SPENDING)[3..],
            ["cloud_spending_totals", "cloud_spending_summary"]
        );
        assert!(names(RuleSet::Flow, Scopes::PULL_REQUESTS).contains(&"pr_open"));
    }

    #[test]
    fn without_data_the_issue_tables_have_headers_only() {
        let scopes = Scopes::ISSUES;
        let calculation = calculate(&Raw::default(), &Rules::default(), None, scopes).expect("nothing to contradict");
        for table in &calculation.tables {
            assert_eq!(table.to_csv().lines().count(), 1, "{}", table.name);
        }
        assert!(calculation.notices.is_empty());
    }

    #[test]
    fn bills_are_as_of_their_own_import() {
        let at = |seconds| Some(Instant::from_seconds(seconds));
        let raw = Raw { as_of: at(1), cloud_as_of: at(2), ..Raw::default() };
        let as_ofs = |as_of, scopes| {
            let calculation = calculate(&raw, &Rules::default(), as_of, scopes).expect("nothing to contradict");
            (Some(calculation.as_of), calculation.cloud_as_of)
        };
        assert_eq!(as_ofs(None, Scopes::ALL), (at(1), at(2)));
        assert_eq!(as_ofs(None, Scopes::CLOUD_SPENDING), (at(2), at(2)));
        assert_eq!(as_ofs(None, Scopes::USUAL), (at(1), None));
        assert_eq!(as_ofs(at(3), Scopes::ALL), (at(3), at(3)));
    }

    #[test]
    fn a_source_is_named_once_it_is_a_day_behind() {
        let coverage = Coverage { until: Instant::from_seconds(0), held_back_by: Some("issues acme/shop".into()) };
        assert_eq!(lagging(&coverage, Instant::from_seconds(600)), None);
        assert_eq!(
            lagging(&coverage, Instant::from_seconds(86_400)).as_deref(),
            Some("issues acme/shop was imported only up to 1970-01-01T00:00:00Z: later periods are marked incomplete")
        );
        let never = Coverage { until: crate::coverage::NEVER, ..coverage };
        assert_eq!(
            lagging(&never, Instant::from_seconds(0)).as_deref(),
            Some("issues acme/shop was never imported from its beginning: all periods are marked incomplete")
        );
    }
}
