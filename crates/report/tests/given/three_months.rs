//! Three months that are given: the summary and the CSV files byte for byte, and the changes to the digit.

use model::Amount;
use model::rules::Rules;
use model::table::{Column, Table};
use report::{Input, Report, bundle, executive_text};

use crate::tables::{complete, floats, ints, money, reported, same, text};

/// Month, deployments, lead time in hours, failure rate in percent, mean recovery in minutes, minutes of CI.
const MONTHS: [(&str, i64, f64, f64, f64, i64); 3] = [
    ("2025-01", 310, 54.2, 8.1, 42.0, 182_400),
    ("2025-02", 344, 49.6, 6.9, 38.0, 171_300),
    ("2025-03", 402, 45.12, 6.2, 34.0, 160_200),
];
/// Millionths of USD that a minute costs.
const PRICE: i64 = 8_000;

const ROWS: usize = MONTHS.len();

fn months() -> Column {
    text("month", MONTHS.iter().map(|(month, ..)| *month))
}

fn unknown(name: &'static str) -> Column {
    floats(name, [None; ROWS])
}

fn cost(row: usize) -> Amount {
    Amount::from(MONTHS[row].5).times_millionths(PRICE)
}

fn delivery() -> Table {
    let columns = vec![
        months(),
        same("service", "ALL", ROWS),
        ints("deployments", MONTHS.iter().map(|month| Some(month.1))),
        unknown("per_day"),
        floats("lead_p50_days", MONTHS.iter().map(|month| Some(month.2 / 24.0))),
        unknown("lead_p85_days"),
        unknown("linked_share"),
        ints("failed", [None; ROWS]),
        floats("change_failure_rate", MONTHS.iter().map(|month| Some(month.3 / 100.0))),
        unknown("change_failure_rate_low"),
        unknown("change_failure_rate_high"),
        unknown("recovery_p50_hours"),
        floats("recovery_mean_hours", MONTHS.iter().map(|month| Some(month.4 / 60.0))),
        unknown("rework_rate"),
        complete(ROWS),
    ];
    Table { name: "dora_month", columns }
}

fn costs() -> Table {
    let nothing = |name| money(name, (0..ROWS).map(|_| Amount::zero()));
    let columns = vec![
        months(),
        same("team", "ALL", ROWS),
        same("repo", "ALL", ROWS),
        same("workflow", "ALL", ROWS),
        same("currency", "USD", ROWS),
        floats("minutes", MONTHS.iter().map(|month| Some(month.5 as f64))),
        floats("unpriced_minutes", [Some(0.0); ROWS]),
        money("cost", (0..ROWS).map(cost)),
        money("useful", (0..ROWS).map(cost)),
        nothing("flaky"),
        nothing("failed"),
        nothing("cancelled"),
        nothing("retried"),
        same("basis", "estimate", ROWS),
        complete(ROWS),
    ];
    Table { name: "ci_cost_month", columns }
}

fn with<T>(look: impl FnOnce(&Input<'_>, &Report) -> T) -> T {
    reported("2025-03", "2025-04-07T06:00:00Z", vec![delivery(), costs()], &Rules::default(), look)
}

#[test]
fn the_summary_is_the_one_that_is_known() {
    let text = with(|_, report| executive_text(&report.executive, &report.findings));
    let expected = [
        "ENGINEERING PORTFOLIO – MONTHLY SUMMARY (2025-03)",
        "",
        "Production Deployments : 402",
        "Lead Time              : 1.88 days",
        "Change Failure Rate    : 6.20 %",
        "MTTR                   : 34.0 minutes",
        "CI Cost                : $1281.60",
        "Deployments per $1K CI : 313.7",
        "",
        "No measure left its normal range in March 2025.",
        "",
    ];
    assert_eq!(text, expected.join("\n"));
}

#[test]
fn months_are_compared_like_for_like() {
    let measures = with(|_, report| report.measures.clone());
    let plain = |text: &str| text.replace(['\u{a0}', '\u{202f}'], " ");
    let shown = |name: &str| {
        let measure = measures.iter().find(|measure| measure.name == name).expect("a measure");
        [plain(&measure.text), plain(&measure.previous), plain(&measure.change)]
    };
    assert_eq!(shown("deployments"), ["402", "344", "+5.6 % a day"]);
    assert_eq!(shown("change_lead_time"), ["45.1 h", "2.1 days", "−9.0 %"]);
    assert_eq!(shown("change_failure_rate"), ["6.2 %", "6.9 %", "−0.7 points"]);
    // A day: −15.5 %, and not the −6.5 % of the bare sums.
    assert_eq!(shown("ci_cost"), ["USD 1,282", "USD 1,370", "−16 % a day"]);
}

#[test]
fn the_files_have_the_columns_and_numbers_that_scripts_of_this_kind_write() {
    let files = with(bundle);
    let lines = |name: &str| -> Vec<String> {
        let (_, bytes) = files.iter().find(|(known, _)| *known == name).expect("a file");
        String::from_utf8(bytes.clone()).expect("text").lines().map(str::to_owned).collect()
    };
    assert_eq!(
        lines("dora_monthly.csv"),
        [
            "month,prod_deployments,lead_time_hours,change_failure_rate,mttr_minutes,deployments_per_day,lead_p85_hours,failed,cfr_low,cfr_high,recovery_p50_minutes,rework_rate,linked_share,complete",
            "2025-01,310,54.20,8.10,42.00,,,,,,,,,true",
            "2025-02,344,49.60,6.90,38.00,,,,,,,,,true",
            "2025-03,402,45.12,6.20,34.00,,,,,,,,,true",
        ]
    );
    assert_eq!(
        lines("ci_cost_monthly.csv"),
        [
            "month,ci_minutes,ci_cost,currency,flaky_cost,failed_cost,cancelled_cost,retried_cost,basis,complete",
            "2025-01,182400.00,1459.20,USD,0.00,0.00,0.00,0.00,estimate,true",
            "2025-02,171300.00,1370.40,USD,0.00,0.00,0.00,0.00,estimate,true",
            "2025-03,160200.00,1281.60,USD,0.00,0.00,0.00,0.00,estimate,true",
        ]
    );
    assert_eq!(
        lines("cost_vs_dora.csv"),
        [
            "month,prod_deployments,lead_time_hours,change_failure_rate,mttr_minutes,ci_minutes,ci_cost,deployments_per_1k_cost,currency,cost_per_change,complete",
            "2025-01,310,54.20,8.10,42.00,182400.00,1459.20,212.4,USD,,true",
            "2025-02,344,49.60,6.90,38.00,171300.00,1370.40,251.0,USD,,true",
            "2025-03,402,45.12,6.20,34.00,160200.00,1281.60,313.7,USD,,true",
        ]
    );
}
