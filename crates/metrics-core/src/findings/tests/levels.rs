//! Sentences about stocks and their net flow.

use super::*;

/// All boards over some weeks of 2026; the last week is not complete.
fn stocks(weeks: i64, in_review: impl Fn(i64) -> i64, bugs: impl Fn(i64) -> i64) -> Table {
    let rows: Vec<i64> = (1..=weeks).collect();
    let counts = |count: &dyn Fn(i64) -> i64| Cells::Int(rows.iter().map(|week| Some(count(*week))).collect());
    Table {
        name: "stocks_totals_week",
        columns: vec![
            Column { name: "year", cells: counts(&|_| 2026) },
            Column { name: "week", cells: Cells::Week(rows.clone()) },
            Column { name: "open", cells: counts(&|week| 20 + in_review(week)) },
            Column { name: "opened_bugs", cells: counts(&bugs) },
            Column { name: "in_backlogs", cells: counts(&|_| 20) },
            Column { name: "in_review", cells: counts(&in_review) },
            Column { name: "complete", cells: Cells::Bool(rows.iter().map(|week| *week < weeks).collect()) },
        ],
    }
}

#[test]
fn stocks_name_the_largest_difference_over_thirteen_weeks() {
    assert_eq!(
        said(stocks(15, |week| 2 * week, |week| 40 - 2 * week)),
        [
            "At the end of 2026-W14, the last complete week, 48 issues were open on boards, 26 more than 13 weeks before (22).",
            "The largest difference is in review: 2 then, 28 now.",
            "12 of these are bugs, 26 fewer than 13 weeks before (38).",
        ]
    );
    assert_eq!(said(stocks(15, |_| 3, |_| 0))[1], "No step holds more than then.");
    assert_eq!(
        said(stocks(3, |_| 6, |_| 0)),
        ["At the end of 2026-W02, the last complete week, 26 issues were open on boards.", "None of these is a bug.",],
        "nothing to compare with"
    );
    assert_eq!(said(stocks(1, |_| 3, |_| 0)), ["There is no complete week yet."]);
}

#[test]
fn all_tables_of_stocks_say_the_same() {
    let findings = of_tables(&[stocks(15, |week| week, |_| 0)], &[]);
    assert_eq!(findings.keys().copied().collect::<Vec<_>>(), ["stocks", "stocks_totals_week", "stocks_week"]);
    assert_eq!(findings["stocks"], findings["stocks_week"]);
    assert_eq!(findings["stocks"], findings["stocks_totals_week"]);
}

/// The last complete week of two levels: centre, net flow, signals; and one that is not complete.
fn net_flow(review: (f64, i64, &str), bugs: (f64, i64, &str), limits: Option<f64>) -> Table {
    let (centers, nets): (Vec<f64>, Vec<i64>) =
        [(review.0, review.1), (bugs.0, bugs.1), (0.0, 9), (0.0, 9)].into_iter().unzip();
    Table {
        name: "net_flow_week",
        columns: vec![
            Column { name: "year", cells: ints(&[2026; 4]) },
            Column { name: "week", cells: Cells::Week(vec![7, 7, 8, 8]) },
            Column { name: "level", cells: texts(["review", "red_bin", "review", "red_bin"]) },
            Column { name: "arrivals", cells: Cells::Int(nets.iter().map(|net| Some(10 + net)).collect()) },
            Column { name: "departures", cells: ints(&[10; 4]) },
            Column { name: "net_flow", cells: ints(&nets) },
            Column { name: "center", cells: Cells::Float(centers.into_iter().map(Some).collect()) },
            Column { name: "ucl", cells: Cells::Float(vec![limits; 4].into()) },
            Column { name: "signals", cells: texts([review.2, bugs.2, "beyond_limits", "beyond_limits"]) },
            Column { name: "complete", cells: Cells::Bool(vec![true, true, false, false]) },
        ],
    }
}

#[test]
fn a_level_grows_or_shrinks_only_where_its_net_flow_signals_and_goes_that_way() {
    let limits = Some(4.0);
    assert_eq!(
        said(net_flow((0.0, 6, "beyond_limits"), (0.5, -7, "beyond_limits;run_of_8"), limits)),
        [
            "What is in review grew: 16 issues came and 10 left in 2026-W07, and the chart of the difference signals.",
            "The number of open bugs shrank: 3 bugs came and 10 left in 2026-W07, and the chart of the difference signals.",
        ]
    );
    let quiet = ["Nothing grew or shrank by a signal in 2026-W07, the last complete week."];
    assert_eq!(said(net_flow((0.0, 6, ""), (0.0, -7, ""), limits)), quiet, "no signal");
    assert_eq!(
        said(net_flow((-3.0, -1, "run_of_8"), (2.0, 1, "run_of_8"), limits)),
        quiet,
        "it shrinks less than before"
    );
    let slower = net_flow((3.0, -1, "run_of_8"), (4.0, -5, "beyond_limits"), Some(10.0));
    assert_eq!(said(slower), quiet, "it grew while the limits were drawn, and now stays as it is");
    assert_eq!(
        said(net_flow((0.0, 6, ""), (0.0, 1, ""), None)),
        ["Whether anything grew or shrank in 2026-W07, the last complete week, cannot be said: no limits."]
    );
}
