//! The sections of the report, in their order.

mod actions;
mod attention;
mod bottlenecks;
mod ci;
mod cost;
mod dora;
mod front;
mod method;
mod next;
mod predictability;
mod quality;
mod risk;
mod signals;

use crate::content::{Align, Block, Cell, Evidence, Finding, Grid, GridColumn, Score, Section, Sentence};
use crate::input::Input;
use crate::measures::Measured;

/// What sections are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made<'a> {
    pub(crate) input: &'a Input<'a>,
    pub(crate) measured: &'a [Measured],
    pub(crate) scores: &'a [Score],
    pub(crate) findings: &'a [Finding],
    pub(crate) provisional: Option<&'a str>,
}

/// All sections.
pub(crate) fn sections(made: Made<'_>) -> Vec<Section> {
    let parts: [(&str, &str, bool, Vec<Block>); 15] = [
        ("findings", "Three findings", false, front::findings(made)),
        ("measures", "The month in one table", false, front::table(made)),
        ("charts", "Charts", false, front::charts(made)),
        ("signals", "Signals and their notes", false, signals::blocks(made)),
        ("data-quality", "Data quality", false, quality::blocks(made)),
        ("dora-trends", "DORA trends", true, dora::blocks(made)),
        ("predictability", "Predictability", true, predictability::blocks(made)),
        ("ci-reliability", "CI reliability", true, ci::blocks(made)),
        ("quality-and-risk", "Quality and risk", true, risk::blocks(made)),
        ("cost", "Cost", true, cost::blocks(made)),
        ("bottlenecks", "Bottlenecks", true, bottlenecks::blocks(made)),
        ("attention", "Systems needing attention", true, attention::blocks(made)),
        ("next-quarter", "Next quarter", true, next::blocks(made)),
        ("actions-and-targets", "Actions and targets", true, actions::blocks(made)),
        ("method", "Method and audit", true, method::blocks(made)),
    ];
    (1..)
        .zip(parts)
        .map(|(number, (id, title, appendix, blocks))| Section {
            number,
            id: id.to_owned(),
            title: title.to_owned(),
            appendix,
            blocks,
        })
        .collect()
}

/// Sentences, each a paragraph.
pub(crate) fn paragraphs(sentences: impl IntoIterator<Item = Sentence>) -> Block {
    Block::Sentences { list: false, sentences: sentences.into_iter().collect() }
}

/// Sentences, each an item.
pub(crate) fn list(sentences: impl IntoIterator<Item = Sentence>) -> Block {
    Block::Sentences { list: true, sentences: sentences.into_iter().collect() }
}

/// The one line of a section whose source is not there.
pub(crate) fn not_connected(what: &str, remedy: &str) -> Vec<Block> {
    vec![paragraphs([Sentence::plain(format!("{what} not connected: {remedy}."))])]
}

/// A table of some columns, names of rows to the left and numbers to the right.
pub(crate) fn grid(title: impl Into<String>, columns: &[(&str, Align)], rows: Vec<Vec<Cell>>) -> Block {
    let columns =
        columns.iter().map(|(title, align)| GridColumn { title: (*title).to_owned(), align: *align }).collect();
    Block::Table(Grid { title: title.into(), columns, rows })
}

/// A number with the address at which it is found.
pub(crate) fn found(text: impl Into<String>, evidence: Option<Evidence>) -> Cell {
    Cell { text: text.into(), evidence, ..Cell::default() }
}

/// A number where there is one, else why not.
pub(crate) fn known(value: Option<f64>, text: impl Fn(f64) -> String, evidence: Evidence) -> Cell {
    match value {
        Some(value) => found(text(value), Some(evidence)),
        None => Cell::text("–"),
    }
}

pub(crate) const DELIVERY_REMEDY: &str =
    "import deployments with cto-import --delivery, or push them to /api/v1/deployments";
pub(crate) const CI_REMEDY: &str = "import runs with cto-import --ci";
pub(crate) const ISSUES_REMEDY: &str = "import issues and boards with cto-import --issues";
pub(crate) const BILLS_REMEDY: &str =
    "configure azure, gcp or focus in config.yml and import bills with cto-import --cloudspending";
