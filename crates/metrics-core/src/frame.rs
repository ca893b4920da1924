//! From frames to result tables, and the statistics that every table shares.
//!
//! Frames are where a definition reads best as a formula; a [`Table`] is what leaves the engine.
//! Missing observations are null in both, never zero.

use chrono::NaiveDate;
use model::Instant;
use model::columns::TextColumn;
use model::table::{Cells, Column as TableColumn, Table};
use polars::prelude::*;

/// Observations that an 85th percentile needs; with fewer it is null.
pub const P85_MINIMUM: usize = 10;
/// Observations that a 95th percentile needs; with fewer it is null.
pub const P95_MINIMUM: usize = 20;
/// Observations that a rate needs; with fewer it is null.
pub const RATE_MINIMUM: usize = 10;

/// Share of the issues that ended of which a duration must be known: below it nothing is said about the duration.
pub const KNOWN_SHARE_MINIMUM: f64 = 0.7;

/// How a column of a frame is written in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `String`; null becomes the empty text.
    Text,
    /// Any integer type.
    Int,
    /// ISO week number, any integer type, never null.
    Week,
    /// Any float or integer type; NaN becomes null.
    Float,
    /// `Boolean`; null becomes `false`.
    Bool,
    /// `Datetime(Microseconds)`, or `Int64` microseconds since 1970 (UTC).
    Instant,
    /// `Date`, or `Int32` days since 1970.
    Date,
}

/// The table of a frame: the named columns in this order; other columns of the frame are left out.
///
/// Rows keep the frame's order, so sort it by its keys first.
///
/// # Errors
/// When the frame lacks a column or a column has another type than its kind allows.
pub fn table(name: &'static str, frame: &DataFrame, layout: &[(&'static str, Kind)]) -> PolarsResult<Table> {
    let columns = layout
        .iter()
        .map(|&(column, kind)| {
            let series = frame.column(column)?.as_materialized_series().to_physical_repr().into_owned();
            Ok(TableColumn { name: column, cells: cells(&series, kind)? })
        })
        .collect::<PolarsResult<Vec<_>>>()?;
    Ok(Table { name, columns })
}

fn cells(series: &Series, kind: Kind) -> PolarsResult<Cells> {
    Ok(match kind {
        Kind::Text => {
            let mut texts = TextColumn::default();
            for text in series.str()?.iter() {
                texts.push(text.unwrap_or_default().as_bytes());
            }
            Cells::Text(texts)
        }
        Kind::Int => Cells::Int(integers(series)?.into()),
        Kind::Week => Cells::Week(integers(series)?.into_iter().map(Option::unwrap_or_default).collect()),
        Kind::Float => {
            let floats = series.cast(&DataType::Float64)?;
            Cells::Float(floats.f64()?.iter().map(|value| value.filter(|value| !value.is_nan())).collect())
        }
        Kind::Bool => Cells::Bool(series.bool()?.iter().map(Option::unwrap_or_default).collect()),
        Kind::Instant => {
            let known = |micros: &i64| *micros != Instant::NULL_MICROS;
            Cells::Instant(series.i64()?.iter().map(|micros| micros.filter(known).map(Instant::from_micros)).collect())
        }
        Kind::Date => Cells::Date(integers(series)?.into_iter().map(|days| days.and_then(date_of_days)).collect()),
    })
}

fn integers(series: &Series) -> PolarsResult<Vec<Option<i64>>> {
    polars_ensure!(series.dtype().is_integer(), SchemaMismatch: "column `{}` must hold integers", series.name());
    let integers = series.cast(&DataType::Int64)?;
    Ok(integers.i64()?.iter().collect())
}

fn date_of_days(days: i64) -> Option<NaiveDate> {
    i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days)
}

/// Percentile of sorted observations by linear interpolation between order statistics
/// (Hyndman–Fan type 7); `share` from 0 to 1. `None` over no observations.
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = share.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (position - below as f64) * (sorted[above] - sorted[below]))
}

/// Observations in ascending order.
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// [`percentile`], or `None` when there are fewer than `minimum` observations.
pub fn percentile_of_enough(sorted: &[f64], share: f64, minimum: usize) -> Option<f64> {
    (sorted.len() >= minimum).then(|| percentile(sorted, share)).flatten()
}

/// Median of the non-null values, null over none.
pub fn p50(values: Expr) -> Expr {
    values.quantile(lit(0.5), QuantileMethod::Linear)
}

/// Days of 86,400 s between two columns of microseconds, null when either end is unknown.
pub fn days_between(start: Expr, end: Expr) -> Expr {
    (end - start).cast(DataType::Float64) / lit(model::instant::MICROS_PER_DAY as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_interpolate_between_order_statistics() {
        let sorted = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(percentile(&sorted, 0.5), Some(3.0));
        assert_eq!(percentile(&sorted, 0.0), Some(1.0));
        assert_eq!(percentile(&sorted, 1.0), Some(8.0));
        assert!((percentile(&sorted, 0.9).expect("four values") - 6.8).abs() < 1e-12);
        assert_eq!(percentile(&[], 0.5), None);
        assert_eq!(percentile_of_enough(&sorted, 0.85, P85_MINIMUM), None);
    }

    #[test]
    fn a_frame_becomes_a_table_in_the_order_asked_for() {
        let frame = df!(
            "count" => [Some(3_u32), None],
            "week" => [1_i64, 53],
            "name" => [Some("a,b"), None],
            "mean" => [0.5, f64::NAN],
            "at" => [Some(0_i64), None],
            "day" => [Some(31_i32), None],
            "unused" => [1, 2],
        )
        .expect("columns of equal length");
        let layout = [
            ("week", Kind::Week),
            ("name", Kind::Text),
            ("count", Kind::Int),
            ("mean", Kind::Float),
            ("at", Kind::Instant),
            ("day", Kind::Date),
        ];
        let csv = table("example", &frame, &layout).expect("all columns are there").to_csv();
        assert_eq!(
            csv,
            "week,name,count,mean,at,day\n01,\"a,b\",3,0.500000,1970-01-01T00:00:00Z,1970-02-01\n53,,,,,\n"
        );
        assert!(table("example", &frame, &[("absent", Kind::Int)]).is_err());
        assert!(table("example", &frame, &[("mean", Kind::Int)]).is_err());
    }
}
