//! The report as it is read: sections of sentences, tables and pictures.
//!
//! Forms (HTML, Markdown, the page, a message) write what is here and compute nothing: texts are ready to be read,
//! numbers beside them are for pictures alone.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// The report of a month.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Report {
    /// `2026-10`.
    pub month: String,
    /// `October 2026`.
    pub month_name: String,
    /// `Monthly report, October 2026`; with ` (provisional)` where figures of the month may still change.
    pub title: String,
    /// Why figures may still change, in a sentence; `None` where they do not.
    pub provisional: Option<String>,
    /// What the report is about, in a sentence, where it is not everything: teams.
    pub scope: Option<String>,
    /// The instant up to which the data was looked at, `2026-11-07T06:00:00Z`.
    pub as_of: String,
    /// At most three; without any, the one sentence that nothing left its normal range.
    pub findings: Vec<Finding>,
    /// The rows of the one table.
    pub measures: Vec<Measure>,
    /// Measures of systems, with their colours: services and teams, in alphabetical order.
    pub scores: Vec<Score>,
    /// What the executive summary says.
    pub executive: Executive,
    /// All sections in order. Those before the first with `appendix` are the two pages of the report.
    pub sections: Vec<Section>,
}

/// A sentence of the first section, as ranked.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Finding {
    /// Name of the measure, `change_failure_rate`; empty where nothing left its normal range.
    pub measure: String,
    /// The sentence, with the evidence of its first number.
    pub sentence: Sentence,
}

/// A row of the one table.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Measure {
    /// Short name, `lead_time`.
    pub name: String,
    /// Name for people, `Lead time`.
    pub title: String,
    /// Unit for people, `days`; the currency of money.
    pub unit: String,
    /// The month's value, exact; `None` where there is none.
    pub value: Option<f64>,
    /// As printed: a number with its unit, or why there is none.
    pub text: String,
    /// Where the value is found; `None` without a value.
    pub evidence: Option<Evidence>,
    /// That of the month before, as printed.
    pub previous: String,
    /// Change against the month before, as printed: `+5.6 % a day`; `–` where the two cannot be compared.
    pub change: String,
    /// Change against the same month a year before, as printed.
    pub change_year: String,
    /// The twelve months that end with this one, oldest first; `None` where there is no value.
    pub months: Vec<Option<f64>>,
    /// What its chart says of the month.
    pub verdict: Verdict,
    /// Sources of the figure and what they lack: `GitHub deployments; 86 % linked`.
    pub rests_on: String,
}

/// What the chart of a measure says of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verdict {
    /// What is the case.
    pub kind: VerdictKind,
    /// The word, `within normal variation (provisional)`.
    pub text: String,
}

/// Cases of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// A signal holds, on the good side.
    Better,
    /// A signal holds, on the bad side.
    Worse,
    /// A signal holds, of a measure that has no good direction.
    Signal,
    /// Weeks beyond limits on both sides.
    Unsettled,
    /// A signal that does not hold.
    OneWeekOutside,
    /// Limits, and no signal.
    Normal,
    /// No limits.
    TooFew,
}

/// Where a number is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Evidence {
    /// Path and query of the API, `/api/v1/delivery/dora?granularity=month&service=ALL`.
    pub path: String,
    /// The row of its answer: columns and their values.
    pub row: BTreeMap<String, String>,
    /// The column that has the number.
    pub column: String,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sentence {
    /// What it says.
    pub text: String,
    /// Where its first number is found, or a list of what it is about; `None` where it has none.
    pub evidence: Option<Evidence>,
}

impl Sentence {
    /// A sentence without a number.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), evidence: None }
    }
}

/// A section.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Section {
    /// From 1.
    pub number: u32,
    /// Anchor, `data-quality`.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Whether it is behind the two pages.
    pub appendix: bool,
    /// In order; never empty: a section of what is not connected has the sentence that says so, and what to configure.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// Sentences, each a paragraph of its own or an item of a list.
    Sentences {
        /// Whether they are items of a list.
        list: bool,
        /// At least one.
        sentences: Vec<Sentence>,
    },
    /// A table.
    Table(Grid),
    /// A control chart.
    Chart(ControlChart),
    /// Stacked months.
    Months(StackedMonths),
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Grid {
    /// What it shows: its caption.
    pub title: String,
    /// Columns from left to right; the first names the row.
    pub columns: Vec<GridColumn>,
    /// A cell per column in each.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GridColumn {
    /// Heading.
    pub title: String,
    /// How its cells are set.
    pub align: Align,
}

/// How cells are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
    /// A colour with its letter.
    Center,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Cell {
    /// As read; of a picture what it says: its twelve values are in the other columns or in `spark`.
    pub text: String,
    /// Where the number is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Values of a small line, oldest first; empty where the cell is text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spark: Vec<Option<f64>>,
    /// Of a verdict: only `better` and `worse` have a colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictKind>,
    /// Of a system's measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
}

impl Cell {
    /// Of text alone.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// Colour of a measure of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Worse, and the target missed.
    Red,
    /// Worse, or the target missed.
    Amber,
    /// Neither.
    Green,
    /// Nothing can be said; the text of the cell says why.
    Grey,
}

impl Colour {
    /// The letter beside the colour.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Red => "R",
            Self::Amber => "A",
            Self::Green => "G",
            Self::Grey => "–",
        }
    }
}

/// A measure of a system in the month.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Score {
    /// Name of the service or team.
    pub system: String,
    /// `service` or `team`.
    pub system_kind: String,
    /// Name of the measure.
    pub measure: String,
    /// Exact; `None` where there is none.
    pub value: Option<f64>,
    /// As printed, or why there is none.
    pub text: String,
    /// Observations that the value rests on, where they are counted.
    pub n: Option<i64>,
    /// What its chart says.
    pub verdict: Verdict,
    /// The target, as configured (`<= 0.05`); empty where none is set.
    pub target: String,
    /// What follows.
    pub colour: Colour,
    /// Where the value is found.
    pub evidence: Option<Evidence>,
}

/// A control chart of weeks.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ControlChart {
    /// What it shows, `Deployments by week`.
    pub title: String,
    /// What it says, in a sentence.
    pub says: String,
    /// Unit of the values.
    pub unit: String,
    /// Weeks in order; at most 53.
    pub points: Vec<ChartPoint>,
}

/// A week of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChartPoint {
    /// `2026-W41`.
    pub week: String,
    /// First day, `2026-10-05`.
    pub first_day: String,
    /// What was observed.
    pub value: f64,
    /// Centre, where it is known.
    pub center: Option<f64>,
    /// Lower limit.
    pub lcl: Option<f64>,
    /// Upper limit.
    pub ucl: Option<f64>,
    /// Whether a signal ends here.
    pub signal: bool,
    /// Whether it begins in the month of the report.
    pub in_month: bool,
    /// Number of the segment of limits: a line of limits is broken where it changes.
    pub segment: usize,
}

/// Money by month, in parts.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StackedMonths {
    /// What it shows, `Spending in EUR by group`.
    pub title: String,
    /// Currency code.
    pub unit: String,
    /// `2025-11` to the month of the report, at most 12.
    pub months: Vec<String>,
    /// Parts, the largest first; the last may be what is left.
    pub parts: Vec<StackedPart>,
    /// Totals as printed, one per month; `–` where nothing is known.
    pub totals: Vec<String>,
}

/// A part of stacked months.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StackedPart {
    /// Name.
    pub name: String,
    /// One per month; `None` where nothing is known.
    pub values: Vec<Option<f64>>,
}

/// What the executive summary says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Executive {
    /// `2025-03`.
    pub month: String,
    /// Deployments to production.
    pub deployments: Known<i64>,
    /// Median lead time of changes.
    pub lead_time_hours: Known<f64>,
    /// In percent.
    pub change_failure_rate: Known<f64>,
    /// Mean from a failed deployment to the recovery.
    pub mttr_minutes: Known<f64>,
    /// By currency, in the order of codes; empty where CI has no cost that is known.
    pub ci_costs: Vec<CiCost>,
    /// Why there is no cost; empty where there is.
    pub ci_cost_reason: String,
}

/// What CI cost in a currency.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CiCost {
    /// Currency code.
    pub currency: String,
    /// Cost, two decimals: `1281.60`.
    pub cost: String,
    /// Deployments for a thousand of it; `None` where the cost is 0.
    pub deployments_per_1k: Option<f64>,
}

/// A value, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Known<T> {
    /// The value.
    Value(T),
    /// Why there is none, in a few words: `fewer than 10 deployments`.
    None(String),
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self::None("not connected".to_owned())
    }
}
