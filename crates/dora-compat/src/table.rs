//! The report as tables for a terminal.

use std::borrow::Cow;

use crate::report::{Answer, Report, Written};

/// A table after the other, each below what it is.
pub(crate) fn written(report: &Report<'_>) -> String {
    let mut text = String::new();
    for (index, answer) in report.answers.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        let metric = answer.metric;
        text.extend(["# ", metric.name(), "  (since ", report.since(), ")\n# ", metric.description(), "\n"]);
        if answer.rows.is_empty() {
            text.push_str("  (no data)\n");
        } else {
            push_table(&mut text, answer);
        }
    }
    text
}

fn push_table(text: &mut String, answer: &Answer<'_>) {
    let header: Vec<Cow<'_, str>> = answer.metric.columns().iter().map(|name| (*name).into()).collect();
    let cell = |cell| match cell {
        Written::Null => "-".into(),
        Written::Text(text) => text,
        Written::Number(number) => number.into(),
    };
    let rows: Vec<Vec<Cow<'_, str>>> =
        answer.rows.iter().map(|row| row.iter().map(|it| cell(it.written())).collect()).collect();
    let mut widths = vec![0; header.len()];
    for row in std::iter::once(&header).chain(&rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let dashes = widths.iter().map(|width| "-".repeat(*width).into()).collect();
    for row in [&header, &dashes].into_iter().chain(&rows) {
        for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = if place > 0 { "  " } else { "" };
            let padding = " ".repeat(width - cell.chars().count());
            text.extend([gap, cell, &padding]);
        }
        text.push('\n');
    }
}
