//! The routing table: path of each table, its parameters and its evidence.

use metrics_core::catalogue::{self, TableSpec};

/// A table at an address of the typed routes.
#[derive(Debug)]
pub(crate) struct TableRoute {
    /// Below `/api/v1/`.
    pub(crate) path: &'static str,
    /// The tables by length of period; the first one is meant where `by` is not given.
    pub(crate) tables: &'static [(By, &'static str)],
    /// Whether `…/evidence` lists the rows behind it.
    pub(crate) evidence: Option<Evidence>,
}

/// How a table is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// As of one instant, or over all time.
    Nothing,
    Day,
    Week,
    Month,
    Quarter,
}

/// What the rows behind a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Issues that were finished in a period.
    Finished,
    /// Issues that were open on a board, by step.
    Stock,
    /// Open pull requests.
    OpenPullRequests,
    /// Pull requests of the list of all.
    PullRequests(Counted),
}

/// Which pull requests a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Merged in a period.
    Merged,
    /// Merged in a period, by size.
    MergedBySize,
    /// Merged in a range of days, by the time from opened to merged.
    MergedByTime,
    /// Opened, merged or closed in a period.
    Activity,
    /// Opened in a period.
    Opened,
    /// Opened in a range of days.
    OpenedWithin,
    /// Opened in a range of days, by their number of change requests.
    OpenedByChangeRequests,
}

impl By {
    /// As asked for.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "now",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }
}

const fn route(path: &'static str, tables: &'static [(By, &'static str)]) -> TableRoute {
    TableRoute { path, tables, evidence: None }
}

const fn with_evidence(path: &'static str, tables: &'static [(By, &'static str)], evidence: Evidence) -> TableRoute {
    TableRoute { path, tables, evidence: Some(evidence) }
}

const fn of_pull_requests(path: &'static str, tables: &'static [(By, &'static str)], counted: Counted) -> TableRoute {
    with_evidence(path, tables, Evidence::PullRequests(counted))
}

/// Every typed table.
pub(crate) const TABLE_ROUTES: [TableRoute; 34] = [
    with_evidence("flow/cycle-time", &[(By::Month, "cycle_time"), (By::Week, "cycle_time_week")], Evidence::Finished),
    with_evidence(
        "flow/throughput",
        &[(By::Week, "throughput_week"), (By::Month, "throughput_month"), (By::Quarter, "throughput_quarter")],
        Evidence::Finished,
    ),
    with_evidence("flow/stocks", &[(By::Nothing, "stocks"), (By::Week, "stocks_week")], Evidence::Stock),
    with_evidence("flow/stocks/totals", &[(By::Week, "stocks_totals_week")], Evidence::Stock),
    route("flow/net-flow", &[(By::Week, "net_flow_week")]),
    route("flow/cumulative-flow", &[(By::Day, "cumulative_flow_day")]),
    route("flow/cumulative-flow/totals", &[(By::Week, "cumulative_flow_totals_week")]),
    with_evidence("flow/aging", &[(By::Nothing, "aging_wip")], Evidence::Stock),
    route("flow/forecast", &[(By::Nothing, "forecast")]),
    route("flow/summary", &[(By::Nothing, "flow_summary")]),
    route("issues", &[(By::Nothing, "calculated_issue")]),
    route("pull-requests", &[(By::Nothing, "calculated_pr")]),
    of_pull_requests("pull-requests/distribution", &[(By::Nothing, "pr_cycle_dist")], Counted::MergedByTime),
    of_pull_requests(
        "pull-requests/change-requests",
        &[
            (By::Week, "pr_change_requests_week"),
            (By::Month, "pr_change_requests_month"),
            (By::Quarter, "pr_change_requests_quarter"),
        ],
        Counted::Opened,
    ),
    of_pull_requests(
        "pull-requests/change-requests/repositories",
        &[(By::Nothing, "pr_change_requests_repo")],
        Counted::OpenedWithin,
    ),
    of_pull_requests(
        "pull-requests/change-requests/distribution",
        &[(By::Nothing, "pr_change_requests_repo_dist")],
        Counted::OpenedByChangeRequests,
    ),
    of_pull_requests("pull-requests/cycle", &[(By::Week, "pr_cycle_week")], Counted::Merged),
    of_pull_requests("pull-requests/review-latency", &[(By::Week, "pr_review_latency_week")], Counted::MergedBySize),
    of_pull_requests("pull-requests/activity", &[(By::Week, "pr_activity_week")], Counted::Activity),
    route("pull-requests/net-flow", &[(By::Week, "pr_net_flow_week")]),
    with_evidence("pull-requests/open", &[(By::Nothing, "pr_open")], Evidence::OpenPullRequests),
    route("pull-requests/authors", &[(By::Week, "pr_author_week")]),
    route("pull-requests/summary", &[(By::Nothing, "pr_summary")]),
    route("delivery/dora", &[(By::Week, "dora_week"), (By::Month, "dora_month"), (By::Day, "dora_day")]),
    route("delivery/dora/teams", &[(By::Month, "dora_team_month")]),
    route("delivery/summary", &[(By::Nothing, "dora_summary")]),
    route("delivery/deployments", &[(By::Nothing, "calculated_deployment")]),
    route("delivery/changes", &[(By::Nothing, "calculated_change")]),
    route("delivery/incidents", &[(By::Nothing, "calculated_incident")]),
    route("cloud-spending/monthly", &[(By::Month, "cloud_spending_monthly")]),
    route("cloud-spending/services", &[(By::Month, "cloud_spending_services")]),
    route("cloud-spending/compared", &[(By::Month, "cloud_spending_compared")]),
    route("cloud-spending/totals", &[(By::Month, "cloud_spending_totals")]),
    route("cloud-spending/summary", &[(By::Nothing, "cloud_spending_summary")]),
];

/// The original tool's addresses below `/api/`, with their tables.
pub(crate) const COMPATIBLE_ROUTES: [(&str, &str); 10] = [
    ("cycle_times", "cycle_time"),
    ("stocks", "stocks"),
    ("stocks/week", "stocks_week"),
    ("throughput/week", "throughput_week"),
    ("pr/change_requests", "pr_change_requests_week"),
    ("pr/change_requests/repo", "pr_change_requests_repo"),
    ("pr/change_requests/repo_dist", "pr_change_requests_repo_dist"),
    ("cloud_spending/monthly", "cloud_spending_monthly"),
    ("cloud_spending/services", "cloud_spending_services"),
    ("cloud_spending/compared", "cloud_spending_compared"),
];

/// A table of the routes in the catalogue.
pub(crate) fn spec(table: &str) -> &'static TableSpec {
    catalogue::table(table).expect("a test holds that the catalogue has every table of the routes")
}

#[cfg(test)]
mod tests {
    use metrics_core::catalogue::Period;

    use super::*;

    #[test]
    fn every_table_of_the_catalogue_has_one_typed_address() {
        let mut routed: Vec<&str> =
            TABLE_ROUTES.iter().flat_map(|route| route.tables.iter().map(|(_, name)| *name)).collect();
        let mut listed: Vec<&str> = catalogue::tables().iter().map(|table| table.name).collect();
        routed.sort_unstable();
        listed.sort_unstable();
        assert_eq!(routed, listed);
    }

    #[test]
    fn the_compatible_tables_are_in_the_catalogue() {
        for (path, table) in COMPATIBLE_ROUTES {
            assert!(catalogue::table(table).is_some(), "{path}");
        }
    }

    #[test]
    fn a_table_is_cut_as_its_address_says() {
        for (by, table) in TABLE_ROUTES.iter().flat_map(|route| route.tables) {
            let period = spec(table).period;
            let expected = match by {
                By::Nothing => Period::None,
                By::Day => Period::Day,
                By::Week => Period::Week,
                By::Month => Period::Month,
                By::Quarter => Period::Quarter,
            };
            assert_eq!(period, expected, "{table}");
        }
    }
}
