//! Tables `cycle_time` and `cycle_time_week`: lead and cycle time of the issues that ended in a period.

use chrono_tz::Tz;
use model::instant::MICROS_PER_DAY;
use model::table::{Cells, Column as TableColumn, Table};
use polars::prelude::*;

use super::lives::{Life, Lives};
use super::locate::Locator;
use crate::calendar::{Cut, Periods};
use crate::coverage::Coverage;
use crate::frame::{self, KNOWN_SHARE_MINIMUM, Kind, RATE_MINIMUM};
use crate::percentiles::{self, Wanted};

const LEAD: &str = "lead_days";
const CYCLE: &str = "cycle_days";
const WORKING: &str = "working_days";
const TO_PR: &str = "to_pr_days";
const STRAIGHT: &str = "straight";
const UNKNOWN: &str = "unknown";
const PERIOD: &str = "period";

const LEAD_PERCENTILES: [&str; 3] = ["leadtime_days_p50", "leadtime_days_p85", "leadtime_days_p95"];
const CYCLE_PERCENTILES: [&str; 3] = ["cycletime_days_p50", "cycletime_days_p85", "cycletime_days_p95"];
const KNOWN: [(&str, Kind); 3] =
    [("cycle_unknown", Kind::Int), ("cycle_known_share", Kind::Float), ("lead_known_share", Kind::Float)];
const LAYOUT: [(&str, Kind); 14] = [
    ("issues_count", Kind::Int),
    ("leadtime_days_avg", Kind::Float),
    ("lead_count", Kind::Int),
    ("cycletime_days_avg", Kind::Float),
    ("cycle_count", Kind::Int),
    ("time_to_pr", Kind::Float),
    ("leadtime_days_p50", Kind::Float),
    ("leadtime_days_p85", Kind::Float),
    ("leadtime_days_p95", Kind::Float),
    ("cycletime_days_p50", Kind::Float),
    ("cycletime_days_p85", Kind::Float),
    ("cycletime_days_p95", Kind::Float),
    ("straight_to_done", Kind::Int),
    ("flow_efficiency", Kind::Float),
];

/// By month of the end: a row per month from that of the first end to that of `as_of`, zeros included.
///
/// * Durations are days; null over no observations, p85 below 10 of them, p95 below 20.
/// * `time_to_pr` is the mean of review start − development start where that is not negative.
/// * `straight_to_done` counts items of a board that never were in a cycle-time column or a later step; `cycle_unknown`
///   those of which lost history may hide that they were.
/// * `cycle_known_share` is the share of the items with a cycle time among these and the unknown ones,
///   `lead_known_share` that of the items with a lead time; null over no items. Where a share is below
///   [`KNOWN_SHARE_MINIMUM`], means and percentiles of its durations are null.
/// * `flow_efficiency` is Σ time in working columns / Σ cycle time, from 0 to 1; null unless working columns are
///   configured and at least 10 items have a cycle time.
///
/// # Errors
/// When a query fails, which no input causes.
pub fn cycle_time(lives: &Lives, zone: Tz, has_working_columns: bool, coverage: &Coverage) -> PolarsResult<Table> {
    let months = periods_of_ends(lives, Cut::Month, zone);
    let mut table = by_period("cycle_time", lives, &months, has_working_columns, coverage)?;
    let mut labels = model::columns::TextColumn::default();
    for month in 0..months.len() {
        labels.push(months.month_label(month).as_bytes());
    }
    table.columns.insert(0, TableColumn { name: "month", cells: Cells::Text(labels) });
    Ok(table)
}

/// By ISO week of the end, otherwise as [`cycle_time`].
///
/// # Errors
/// When a query fails, which no input causes.
pub fn cycle_time_week(lives: &Lives, zone: Tz, has_working_columns: bool, coverage: &Coverage) -> PolarsResult<Table> {
    let weeks = periods_of_ends(lives, Cut::Week, zone);
    let mut table = by_period("cycle_time_week", lives, &weeks, has_working_columns, coverage)?;
    let (years, numbers): (Vec<i64>, Vec<i64>) = (0..weeks.len()).map(|week| weeks.iso_week(week)).unzip();
    table.columns.insert(0, TableColumn { name: "week", cells: Cells::Week(numbers) });
    let years = Cells::Int(years.into_iter().map(Some).collect());
    table.columns.insert(0, TableColumn { name: "year", cells: years });
    Ok(table)
}

fn finished(lives: &Lives) -> impl Iterator<Item = (usize, &Life)> {
    lives.included().filter(|(_, life)| life.is_finished())
}

fn periods_of_ends(lives: &Lives, cut: Cut, zone: Tz) -> Periods {
    let first = finished(lives).map(|(_, life)| life.ended_at).min().map(model::Instant::from_micros);
    let never = model::Instant::from_micros(lives.as_of.micros().saturating_add(1));
    Periods::covering(cut, zone, first.unwrap_or(never), lives.as_of)
}

fn by_period(
    name: &'static str,
    lives: &Lives,
    periods: &Periods,
    has_working_columns: bool,
    coverage: &Coverage,
) -> PolarsResult<Table> {
    let finished = finished_frame(lives, periods)?;
    let all = with_percentiles(&finished, periods.len() as u32)?.lazy();
    let statistics = finished.lazy().group_by([col(PERIOD)]).agg(statistics(has_working_columns));
    let known =
        |share: Expr, names: [&'static str; 3]| names.map(|name| where_known(share.clone(), col(name)).alias(name));
    let frame = all
        .join(statistics, [col(PERIOD)], [col(PERIOD)], JoinArgs::new(JoinType::Left))
        .with_columns(known(col("lead_known_share"), LEAD_PERCENTILES))
        .with_columns(known(col("cycle_known_share"), CYCLE_PERCENTILES))
        .with_columns(
            ["issues_count", "lead_count", "cycle_count", "straight_to_done", "cycle_unknown"]
                .map(|count| col(count).fill_null(lit(0_u32)).cast(DataType::Int64)),
        )
        .sort([PERIOD], SortMultipleOptions::default())
        .collect()?;
    let mut table = frame::table(name, &frame, &LAYOUT)?;
    let complete = (0..periods.len()).map(|period| coverage.is_complete(periods.end(period))).collect();
    table.columns.push(TableColumn { name: "complete", cells: Cells::Bool(complete) });
    table.columns.extend(frame::table(name, &frame, &KNOWN)?.columns);
    Ok(table)
}

/// A row per finished issue: period of its end, and durations in microseconds.
fn finished_frame(lives: &Lives, periods: &Periods) -> PolarsResult<DataFrame> {
    let locator = Locator::new(periods);
    let ended: Vec<(usize, &Life)> = finished(lives).collect();
    let straight = |(issue, life): &(usize, &Life)| {
        life.cycle_micros().is_none() && !life.cycle_unknown && lives.had_board(*issue)
    };
    df!(
        PERIOD => ended.iter().map(|(_, life)| locator.index_of(life.ended_at) as u32).collect::<Vec<_>>(),
        LEAD => ended.iter().map(|(_, life)| life.lead_micros()).collect::<Vec<_>>(),
        CYCLE => ended.iter().map(|(_, life)| life.cycle_micros()).collect::<Vec<_>>(),
        WORKING => ended.iter().map(|(_, life)| life.cycle_micros().map(|_| life.working)).collect::<Vec<_>>(),
        TO_PR => ended.iter().map(|(_, life)| life.time_to_review_micros()).collect::<Vec<_>>(),
        STRAIGHT => ended.iter().map(straight).collect::<Vec<_>>(),
        UNKNOWN => ended.iter().map(|(_, life)| life.cycle_unknown).collect::<Vec<_>>(),
    )
}

/// A row per period with the percentiles of its durations, however few are known.
fn with_percentiles(finished: &DataFrame, periods: u32) -> PolarsResult<DataFrame> {
    let numbers: Vec<u32> = (0..periods).collect();
    let period = finished.column(PERIOD)?.u32()?;
    let of = |duration: &str, [p50, p85, p95]: [&'static str; 3]| {
        let observed = percentiles::observed(finished, |row| period.get(row), duration);
        let wanted = [Wanted::p50(p50), Wanted::p85(p85), Wanted::p95(p95)];
        percentiles::columns(&numbers, &observed, MICROS_PER_DAY, &wanted)
    };
    let columns = std::iter::once(Column::new(PERIOD.into(), &numbers));
    DataFrame::new_infer_height(columns.chain(of(LEAD, LEAD_PERCENTILES)).chain(of(CYCLE, CYCLE_PERCENTILES)).collect())
}

fn statistics(has_working_columns: bool) -> Vec<Expr> {
    let efficiency = when(lit(has_working_columns).and(col(CYCLE).count().gt_eq(lit(RATE_MINIMUM as u32))))
        .then(total_days(WORKING) / total_days(CYCLE))
        .otherwise(lit(NULL));
    let lead = |statistic: Expr| where_known(lead_known_share(), statistic);
    let cycle = |statistic: Expr| where_known(cycle_known_share(), statistic);
    vec![
        len().alias("issues_count"),
        lead(mean_days(LEAD)).alias("leadtime_days_avg"),
        col(LEAD).count().alias("lead_count"),
        cycle(mean_days(CYCLE)).alias("cycletime_days_avg"),
        col(CYCLE).count().alias("cycle_count"),
        cycle(mean_days(TO_PR)).alias("time_to_pr"),
        col(STRAIGHT).sum().alias("straight_to_done"),
        where_known(cycle_known_share(), efficiency).alias("flow_efficiency"),
        col(UNKNOWN).sum().alias("cycle_unknown"),
        cycle_known_share().alias("cycle_known_share"),
        lead_known_share().alias("lead_known_share"),
    ]
}

/// Null over no issue that has or may have a cycle time.
fn cycle_known_share() -> Expr {
    let known = col(CYCLE).count().cast(DataType::Float64);
    let all = known.clone() + col(UNKNOWN).sum().cast(DataType::Float64);
    when(all.clone().gt(lit(0.0))).then(known / all).otherwise(lit(NULL))
}

fn lead_known_share() -> Expr {
    col(LEAD).count().cast(DataType::Float64) / len().cast(DataType::Float64)
}

/// A statistic of durations, null where too few of them are known.
fn where_known(share: Expr, statistic: Expr) -> Expr {
    when(share.gt_eq(lit(KNOWN_SHARE_MINIMUM))).then(statistic).otherwise(lit(NULL))
}

/// Sum in days. Whole seconds and the rest are summed as integers, so that the order of rows cannot show.
fn total_days(micros: &str) -> Expr {
    let second = lit(model::instant::MICROS_PER_SECOND);
    let rest = col(micros) % second.clone();
    let seconds = ((col(micros) - rest.clone()) / second).sum().cast(DataType::Float64);
    let rest = rest.sum().cast(DataType::Float64);
    (seconds + rest / lit(model::instant::MICROS_PER_SECOND as f64)) / lit(86_400.0)
}

/// Mean in days of the non-null durations, null over none.
fn mean_days(micros: &str) -> Expr {
    let count = col(micros).count();
    when(count.clone().gt(lit(0_u32))).then(total_days(micros) / count.cast(DataType::Float64)).otherwise(lit(NULL))
}
