//! What is asked, and what is answered.

use model::Instant;
use model::dora::Rows;

use crate::bots::BotPolicy;
use crate::metric::Metric;
use crate::metrics::Window;
use crate::statistics::round1;
use crate::time::{Week, window_start};
use crate::{csv, json, table};

/// What a report is to say.
#[derive(Clone, Debug)]
pub struct Question {
    /// When it is asked.
    pub now: Instant,
    /// Weeks before that from which on merges and deployments count. The window has no end.
    pub weeks: u32,
    /// Whether bots count.
    pub bots: BotPolicy,
    /// The metrics in their order, also several times; none for all.
    pub metrics: Vec<Metric>,
}

/// The report on some rows.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    since: String,
    bots: BotPolicy,
    pub(crate) answers: Vec<Answer<'a>>,
}

impl<'a> Report<'a> {
    /// Computes it.
    pub fn new(rows: &'a Rows, question: &Question) -> Self {
        let window = Window::new(rows, window_start(question.now, question.weeks));
        let metrics = if question.metrics.is_empty() { &Metric::ALL[..] } else { &question.metrics };
        let answers = metrics.iter().map(|metric| window.answer(*metric, question.bots)).collect();
        Self { since: window.since, bots: question.bots, answers }
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        json::written(self, None)
    }

    /// As JSON, with what we say besides in a key of its own.
    pub fn to_extended_json(&self, extended: &crate::Extended) -> String {
        json::written(self, Some(extended))
    }

    /// As CSV, a table after the other.
    pub fn to_csv(&self) -> String {
        csv::written(self)
    }

    /// As tables for a terminal.
    pub fn to_table(&self) -> String {
        table::written(self)
    }

    /// The date on which the window begins.
    pub(crate) fn since(&self) -> &str {
        &self.since[..10]
    }

    pub(crate) fn bots(&self) -> BotPolicy {
        self.bots
    }
}

/// What a metric says.
#[derive(Clone, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) metric: Metric,
    pub(crate) exclude_bots: Option<bool>,
    pub(crate) rows: Vec<Vec<Cell<'a>>>,
}

/// A cell of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Text(&'a str),
    Made(String),
    Week(Option<Week>),
    Integer(i64),
    Float(f64),
}

/// A cell as it is written.
pub(crate) enum Written<'c> {
    Null,
    Text(std::borrow::Cow<'c, str>),
    Number(String),
}

impl<'a> Cell<'a> {
    pub(crate) fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    pub(crate) fn count(count: usize) -> Self {
        Self::Integer(count as i64)
    }

    /// A number with one decimal.
    pub(crate) fn rounded(value: f64) -> Self {
        Self::Float(round1(value))
    }

    pub(crate) fn written(&self) -> Written<'_> {
        match self {
            Self::Null | Self::Week(None) => Written::Null,
            Self::Text(text) => Written::Text((*text).into()),
            Self::Made(text) => Written::Text(text.as_str().into()),
            Self::Week(Some(week)) => Written::Text(week.to_string().into()),
            Self::Integer(number) => Written::Number(number.to_string()),
            Self::Float(number) => Written::Number(float(*number)),
        }
    }
}

/// A double as Python writes it: as few digits as tell it from all others, and a sign in front of large exponents.
fn float(number: f64) -> String {
    let text = format!("{number:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}
