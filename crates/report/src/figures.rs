//! Figures behind pictures: as tables, as one line of blocks, and how their values are written.

use crate::content::{Align, Cell, ControlChart, Grid, GridColumn, StackedMonths};
use crate::numbers;

/// From here on a value is written in powers of ten.
const POWERS_FROM: f64 = 1e15;
/// Below this, too, if it is not 0.
const POWERS_BELOW: f64 = 1e-4;
/// Where nothing is known.
const NOTHING: &str = "–";
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A value beside a picture, with as many decimals as its size asks for: `1 234`, `41.2`, `0.062`; what is no number is a
/// dash.
pub(crate) fn figure(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        NOTHING.to_owned()
    } else if size >= POWERS_FROM || (size > 0.0 && size < POWERS_BELOW) {
        format!("{value:.2e}")
    } else if size >= 100.0 || value.fract() == 0.0 {
        numbers::number(value.round_ties_even())
    } else if size >= 10.0 {
        numbers::one_decimal(value)
    } else {
        let decimals = if size >= 1.0 { 2 } else { 4 };
        let text = format!("{value:.decimals$}");
        text.trim_end_matches('0').trim_end_matches('.').replace('-', "−")
    }
}

/// The same of what may be unknown.
pub(crate) fn figure_or_nothing(value: Option<f64>) -> String {
    value.map_or_else(|| NOTHING.to_owned(), figure)
}

/// Values as a line of blocks, `·` where there is none.
pub(crate) fn blocks(values: &[Option<f64>]) -> String {
    let known = || values.iter().flatten().copied().filter(|value| value.is_finite());
    let low = known().fold(f64::INFINITY, f64::min);
    let high = known().fold(f64::NEG_INFINITY, f64::max);
    // Halves, so that the difference of the two largest numbers is one.
    let spread = high / 2.0 - low / 2.0;
    let block = |value: f64| {
        let share = if spread > 0.0 { (value / 2.0 - low / 2.0) / spread } else { 0.5 };
        BLOCKS[((share * 7.0).round_ties_even() as usize).min(7)]
    };
    values.iter().map(|value| value.filter(|value| value.is_finite()).map_or('·', block)).collect()
}

/// All weeks of a control chart.
pub(crate) fn weeks(chart: &ControlChart) -> Grid {
    let rows = chart.points.iter().map(|point| {
        let signal = if point.signal { "signal" } else { "" };
        let month = if point.in_month { "yes" } else { "" };
        vec![
            Cell::text(format!("{} ({})", point.week, point.first_day)),
            Cell::text(figure(point.value)),
            Cell::text(figure_or_nothing(point.lcl)),
            Cell::text(figure_or_nothing(point.center)),
            Cell::text(figure_or_nothing(point.ucl)),
            Cell::text(signal),
            Cell::text(month),
        ]
    });
    let value = if chart.unit.is_empty() { "Value".to_owned() } else { format!("Value, {}", chart.unit) };
    let columns = [
        ("Week (first day)", Align::Left),
        (value.as_str(), Align::Right),
        ("Lower limit", Align::Right),
        ("Centre", Align::Right),
        ("Upper limit", Align::Right),
        ("Signal", Align::Left),
        ("In the month", Align::Left),
    ];
    Grid { title: chart.title.clone(), columns: columns.map(column).into(), rows: rows.collect() }
}

/// The weeks of a chart that begin in the month of the report, and those that signal.
pub(crate) fn weeks_of_interest(chart: &ControlChart) -> Grid {
    let points = chart.points.iter().filter(|point| point.in_month || point.signal).cloned().collect();
    weeks(&ControlChart { points, ..chart.clone() })
}

/// All months of a stack, a column for each part.
pub(crate) fn months(stack: &StackedMonths) -> Grid {
    let mut columns = vec![column(("Month", Align::Left))];
    columns.extend(stack.parts.iter().map(|part| column((&part.name, Align::Right))));
    columns.push(column((&format!("Total, {}", stack.unit), Align::Right)));
    let row = |(index, month): (usize, &String)| {
        let mut row = vec![Cell::text(month)];
        let parts = stack.parts.iter();
        row.extend(parts.map(|part| Cell::text(figure_or_nothing(part.values.get(index).copied().flatten()))));
        row.push(Cell::text(stack.totals.get(index).map_or(NOTHING, String::as_str)));
        row
    };
    Grid { title: stack.title.clone(), columns, rows: stack.months.iter().enumerate().map(row).collect() }
}

fn column((title, align): (&str, Align)) -> GridColumn {
    GridColumn { title: title.to_owned(), align }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_decimals_that_their_size_asks_for() {
        for (value, written) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1234.5, "1 234"),
            (41.23, "41.2"),
            (-7.5, "−7.5"),
            (0.0625, "0.0625"),
            (0.95, "0.95"),
            (1e300, "1.00e300"),
            (1e-9, "1.00e-9"),
            (f64::NAN, "–"),
            (f64::INFINITY, "–"),
        ] {
            assert_eq!(figure(value).replace('\u{202f}', " "), written, "{value}");
        }
    }

    #[test]
    fn lines_of_blocks_show_gaps_and_flat_lines() {
        assert_eq!(blocks(&[Some(0.0), None, Some(7.0), Some(3.0)]), "▁·█▄");
        assert_eq!(blocks(&[Some(5.0), Some(5.0)]), "▅▅");
        assert_eq!(blocks(&[None, Some(f64::NAN)]), "··");
        assert_eq!(blocks(&[Some(f64::MIN), Some(0.0), Some(f64::MAX)]), "▁▅█");
        assert_eq!(blocks(&[]), "");
    }
}
