//! CI reliability: is it green, fast, and which jobs waste most.

use metrics_core::totals::ALL;

use super::{CI_REMEDY, Made, grid, known, not_connected};
use crate::content::{Align, Block, Cell};
use crate::input::{evidence, name_of, number};
use crate::measures::Form;
use crate::numbers;

/// Jobs that are listed.
const LISTED: usize = 5;

const FIGURES: [(&str, &str, Form); 9] = [
    ("Runs", "runs", Form::Count),
    ("Success rate", "success_rate", Form::Share),
    ("Green at the first try", "first_try_rate", Form::Share),
    ("Failed of infrastructure", "failed_infrastructure", Form::Count),
    ("Duration, p50", "duration_p50_min", Form::Minutes),
    ("Duration, p95", "duration_p95_min", Form::Minutes),
    ("Wait for a machine, p95", "queue_p95_min", Form::Minutes),
    ("Run again", "retry_rate", Form::Share),
    ("Flaky commits", "flaky_rate", Form::Share),
];

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let input = made.input;
    let Some(rows) = input.rows("ci_month", &["month", "repo", "workflow"]).filter(|rows| rows.table.height() > 0)
    else {
        return not_connected("CI is", CI_REMEDY);
    };
    let (now, before) = (input.month, input.month.plus(-1));
    let cell = |column: &str, form: Form, month: model::Month| {
        let label = month.to_string();
        let key = [label.as_str(), ALL, ALL];
        let Some(row) = rows.row(&key) else { return Cell::text("–") };
        known(
            number(rows.table, column, row),
            |value| form.text(value),
            rows.evidence(&key, column, month, input.teams),
        )
    };
    let figures = FIGURES
        .iter()
        .map(|(title, column, form)| vec![Cell::text(*title), cell(column, *form, now), cell(column, *form, before)]);
    let (now_name, before_name) = (name_of(now), name_of(before));
    let columns = [("Figure", Align::Left), (now_name.as_str(), Align::Right), (before_name.as_str(), Align::Right)];
    let mut blocks = vec![grid("Runs of CI", &columns, figures.collect())];
    blocks.extend(flaky(made));
    blocks
}

/// The jobs that wasted most, of the days that the list covers.
fn flaky(made: Made<'_>) -> Option<Block> {
    let table = made.input.table("ci_flaky_jobs").filter(|table| table.height() > 0)?;
    let rows = (0..table.height().min(LISTED)).map(|row| {
        let names = ["repo", "workflow", "name"].map(|column| (column, table.cell(row, column)));
        let at = |column: &str| evidence("ci_flaky_jobs", &names, column, None, made.input.teams);
        vec![
            Cell::text(format!("{} › {} › {}", names[0].1, names[1].1, names[2].1)),
            known(number(table, "times", row), numbers::number, at("times")),
            known(
                number(table, "wasted_minutes", row),
                |minutes| numbers::duration(minutes / 60.0),
                at("wasted_minutes"),
            ),
        ]
    });
    let columns = [("Job", Align::Left), ("Failed and passed again", Align::Right), ("Wasted", Align::Right)];
    Some(grid("Flaky jobs that wasted most, newest weeks", &columns, rows.collect()))
}
