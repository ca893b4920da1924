//! The routing table: path of each table, its parameters and its evidence.

use std::sync::LazyLock;

use metrics_core::catalogue::{self, Period, TableSpec};

pub(crate) use metrics_core::catalogue::{Counted, Evidence};

/// A table at an address of the typed routes.
#[derive(Debug)]
pub(crate) struct TableRoute {
    /// Below `/api/v1/`.
    pub(crate) path: &'static str,
    /// The tables by length of period; the first one is meant where `by` is not given.
    pub(crate) tables: Vec<(By, &'static str)>,
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

impl By {
    fn of(period: Period) -> Self {
        match period {
            Period::None => Self::Nothing,
            Period::Day => Self::Day,
            Period::Week => Self::Week,
            Period::Month => Self::Month,
            Period::Quarter => Self::Quarter,
        }
    }

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

/// Every typed table, in the order of the catalogue.
pub(crate) static TABLE_ROUTES: LazyLock<Vec<TableRoute>> = LazyLock::new(|| {
    let mut routes: Vec<TableRoute> = Vec::new();
    for table in catalogue::tables() {
        let by = (By::of(table.period), table.name);
        match routes.iter_mut().find(|route| route.path == table.path) {
            Some(route) => route.tables.push(by),
            None => routes.push(TableRoute { path: table.path, tables: vec![by], evidence: table.evidence }),
        }
    }
    routes
});

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
    use super::*;

    #[test]
    fn tables_of_one_address_are_cut_differently_and_have_the_same_rows_behind_them() {
        for route in TABLE_ROUTES.iter() {
            assert!(!route.path.is_empty() && route.path.split('/').all(|step| !step.is_empty()), "{route:?}");
            for (place, (by, name)) in route.tables.iter().enumerate() {
                assert_eq!(spec(name).evidence, route.evidence, "{name}");
                assert!(route.tables[..place].iter().all(|(other, _)| other != by), "{name}");
            }
        }
    }

    #[test]
    fn the_compatible_tables_are_in_the_catalogue() {
        for (path, table) in COMPATIBLE_ROUTES {
            assert!(catalogue::table(table).is_some(), "{path}");
        }
    }
}
