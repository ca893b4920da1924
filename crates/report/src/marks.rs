//! Pictures as SVG: a small line, a control chart, months in parts. The same input gives the same bytes on any machine:
//! coordinates come of the four operations alone and have one decimal.
//!
//! The fourth mark, the heat table, is a table of cells with letters: see [`crate::html()`].

mod control;
mod months;
mod scale;
mod spark;

pub use control::control_chart;
pub use months::stacked_months;
pub use spark::sparkline;

use crate::markup::{cut, element, empty, escaped};
use crate::tokens::{GRID, INK, INK_2, SURFACE};
use scale::Scale;

/// A picture of so many units, named for readers.
fn picture(name: &str, width: f64, height: f64, inside: &str) -> String {
    let view = format!("0 0 {width} {height}");
    let inside = format!("<title>{}</title>{inside}", escaped(name));
    let attributes = [
        ("xmlns", "http://www.w3.org/2000/svg"),
        ("role", "img"),
        ("viewBox", &view),
        ("font-family", crate::tokens::FONT),
        ("font-size", "10"),
    ];
    element("svg", &attributes, &inside)
}

/// The unit of an axis, above it.
fn unit(left: f64, unit: &str) -> String {
    const LETTERS: usize = 40;
    text(left - 4.0, 10.0, "start", INK_2, &cut(unit, LETTERS))
}

/// A coordinate.
fn at(place: f64) -> String {
    let text = format!("{place:.1}");
    if text == "-0.0" { "0.0".to_owned() } else { text }
}

fn text(x: f64, y: f64, anchor: &str, colour: &str, words: &str) -> String {
    let attributes = [("x", &*at(x)), ("y", &at(y)), ("text-anchor", anchor), ("fill", colour)];
    element("text", &attributes, &escaped(words))
}

/// Words over lines: the surface shows around each letter.
fn text_over(x: f64, y: f64, anchor: &str, words: &str) -> String {
    let attributes = [
        ("x", &*at(x)),
        ("y", &at(y)),
        ("text-anchor", anchor),
        ("fill", INK),
        ("stroke", SURFACE),
        ("stroke-width", "3"),
        ("paint-order", "stroke"),
    ];
    element("text", &attributes, &escaped(words))
}

fn line(from: (f64, f64), to: (f64, f64), colour: &str, dashes: &str) -> String {
    let ends = [at(from.0), at(from.1), at(to.0), at(to.1)];
    let mut attributes =
        vec![("x1", &*ends[0]), ("y1", &ends[1]), ("x2", &ends[2]), ("y2", &ends[3]), ("stroke", colour)];
    if !dashes.is_empty() {
        attributes.push(("stroke-dasharray", dashes));
    }
    empty("line", &attributes)
}

fn rectangle(x: f64, y: f64, width: f64, height: f64, fill: &str) -> String {
    let attributes = [("x", &*at(x)), ("y", &at(y)), ("width", &at(width)), ("height", &at(height)), ("fill", fill)];
    empty("rect", &attributes)
}

/// A path without a fill, through the points of each run.
fn runs(runs: &[Vec<(f64, f64)>], colour: &str, width: &str, dashes: &str) -> String {
    let path: String = runs.iter().map(|run| trace(run)).collect();
    if path.is_empty() {
        return path;
    }
    let mut attributes = vec![("d", &*path), ("fill", "none"), ("stroke", colour), ("stroke-width", width)];
    if !dashes.is_empty() {
        attributes.push(("stroke-dasharray", dashes));
    }
    empty("path", &attributes)
}

fn trace(run: &[(f64, f64)]) -> String {
    let step =
        |(index, (x, y)): (usize, &(f64, f64))| format!("{}{} {}", if index == 0 { 'M' } else { 'L' }, at(*x), at(*y));
    run.iter().enumerate().map(step).collect()
}

/// Lines across the plot with what they stand for at the left.
fn ruled(scale: &Scale, left: f64, right: f64) -> String {
    let rule = |(value, label): &(f64, String)| {
        let y = scale.place(*value);
        line((left, y), (right, y), GRID, "") + &text(left - 4.0, y + 3.0, "end", INK_2, label)
    };
    scale.ticks().iter().map(rule).collect()
}
