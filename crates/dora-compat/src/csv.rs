//! The report as CSV.

use crate::report::{Report, Written};

/// A table after the other, each below what it is.
pub(crate) fn written(report: &Report<'_>) -> String {
    let mut text = String::new();
    for (index, answer) in report.answers.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        let metric = answer.metric;
        for (name, value) in
            [("metric", metric.name()), ("description", metric.description()), ("since", report.since())]
        {
            text.extend(["# ", name, ": ", value, "\n"]);
        }
        text.push_str(&metric.columns().join(","));
        text.push_str("\r\n");
        for row in &answer.rows {
            for (place, cell) in row.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                match cell.written() {
                    Written::Null => {}
                    Written::Text(cell) => push_field(&mut text, &cell),
                    Written::Number(cell) => text.push_str(&cell),
                }
            }
            text.push_str("\r\n");
        }
    }
    text
}

/// Quotes a text only where it has to be.
fn push_field(text: &mut String, field: &str) {
    if field.contains([',', '"', '\r', '\n']) {
        text.extend(["\"", &field.replace('"', "\"\""), "\""]);
    } else {
        text.push_str(field);
    }
}
