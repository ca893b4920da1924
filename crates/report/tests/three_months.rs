//! Three months that are given: the summary and the CSV files byte for byte, and the changes to the digit.

use metrics_core::Calculation;
use metrics_core::findings::FindingsByTable;
use metrics_core::summary::Summaries;
use model::columns::TextColumn;
use model::rules::Rules;
use model::table::{Cells, Column, Table};
use model::{Amount, Instant, Month};
use report::{Input, Report, bundle, executive_text, report};

/// Month, deployments, lead time in hours, failure rate in percent, mean recovery in minutes, minutes of CI.
const MONTHS: [(&str, i64, f64, f64, f64, i64); 3] = [
    ("2025-01", 310, 54.2, 8.1, 42.0, 182_400),
    ("2025-02", 344, 49.6, 6.9, 38.0, 171_300),
    ("2025-03", 402, 45.12, 6.2, 34.0, 160_200),
];
/// Millionths of USD that a minute costs.
const PRICE: i64 = 8_000;

fn texts(values: impl Iterator<Item = &'static str>) -> Cells {
    let mut cells = TextColumn::default();
    values.for_each(|text| cells.push(text.as_bytes()));
    Cells::Text(cells)
}

fn same(name: &'static str, text: &'static str) -> Column {
    Column { name, cells: texts(MONTHS.iter().map(|_| text)) }
}

fn floats(name: &'static str, value: impl Fn(usize) -> Option<f64>) -> Column {
    Column { name, cells: Cells::Float((0..MONTHS.len()).map(value).collect()) }
}

fn ints(name: &'static str, value: impl Fn(usize) -> Option<i64>) -> Column {
    Column { name, cells: Cells::Int((0..MONTHS.len()).map(value).collect()) }
}

fn money(name: &'static str, value: impl Fn(usize) -> Amount) -> Column {
    Column { name, cells: Cells::Exact((0..MONTHS.len()).map(|row| Some(value(row))).collect()) }
}

fn months() -> Column {
    Column { name: "month", cells: texts(MONTHS.iter().map(|(month, ..)| *month)) }
}

fn complete() -> Column {
    Column { name: "complete", cells: Cells::Bool(vec![true; MONTHS.len()]) }
}

fn cost(row: usize) -> Amount {
    Amount::from(MONTHS[row].5).times_millionths(PRICE)
}

fn delivery() -> Table {
    let columns = vec![
        months(),
        same("service", "ALL"),
        ints("deployments", |row| Some(MONTHS[row].1)),
        floats("per_day", |_| None),
        floats("lead_p50_days", |row| Some(MONTHS[row].2 / 24.0)),
        floats("lead_p85_days", |_| None),
        floats("linked_share", |_| None),
        ints("failed", |_| None),
        floats("change_failure_rate", |row| Some(MONTHS[row].3 / 100.0)),
        floats("change_failure_rate_low", |_| None),
        floats("change_failure_rate_high", |_| None),
        floats("recovery_p50_hours", |_| None),
        floats("recovery_mean_hours", |row| Some(MONTHS[row].4 / 60.0)),
        floats("rework_rate", |_| None),
        complete(),
    ];
    Table { name: "dora_month", columns }
}

fn costs() -> Table {
    let columns = vec![
        months(),
        same("team", "ALL"),
        same("repo", "ALL"),
        same("workflow", "ALL"),
        same("currency", "USD"),
        floats("minutes", |row| Some(MONTHS[row].5 as f64)),
        floats("unpriced_minutes", |_| Some(0.0)),
        money("cost", cost),
        money("useful", cost),
        money("flaky", |_| Amount::zero()),
        money("failed", |_| Amount::zero()),
        money("cancelled", |_| Amount::zero()),
        money("retried", |_| Amount::zero()),
        same("basis", "estimate"),
        complete(),
    ];
    Table { name: "ci_cost_month", columns }
}

fn with<T>(look: impl FnOnce(&Input<'_>, &Report) -> T) -> T {
    let as_of = Instant::parse_rfc3339("2025-04-07T06:00:00Z").expect("an instant");
    let calculation = Calculation {
        tables: vec![delivery(), costs()],
        notices: Vec::new(),
        findings: Vec::new(),
        findings_by_table: FindingsByTable::new(),
        summaries: Summaries::default(),
        as_of,
        cloud_as_of: Some(as_of),
    };
    let month = Month::parse("2025-03").expect("a month");
    let rules = Rules::default();
    let input = Input { calculation: &calculation, rules: &rules, imports: &[], month, teams: &[], before: &[] };
    let report = report(&input).expect("a report");
    look(&input, &report)
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
