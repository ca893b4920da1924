//! Declarations of tables and columns.

use model::columns::Scopes;
use model::rules::{RuleSet, Rules};

/// A table: what it holds, how it is cut, and what changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSpec {
    /// As in [`Table::name`](model::table::Table), the name of the file without `.csv`.
    pub name: &'static str,
    /// What it is about.
    pub scope: TableScope,
    /// What it says, in a sentence or two.
    pub doc: &'static str,
    /// Columns that no two rows share all of.
    pub key: &'static [&'static str],
    /// Columns in file order. Under `cto-stats` those that are `original` and no others.
    pub columns: &'static [ColumnSpec],
    /// Length of the period that a row stands for.
    pub period: Period,
    /// What a range of days does to it.
    pub range: Range,
    /// Filters that change it.
    pub filters: &'static [Filter],
    /// Rule sets that have it.
    pub rules: RuleSets,
    /// When those rule sets write it.
    pub written: Written,
    /// Address of its typed route below `/api/v1/`. Tables with the same one are cut by periods of different length; the
    /// first of them is meant where none is asked for.
    pub path: &'static str,
    /// What the rows behind its figures are, where they can be asked for.
    pub evidence: Option<Evidence>,
    /// How it is computed where a part of the tables is asked for.
    pub computed: Computed,
    /// Tables that its sentences rest on, or that a summary takes its charts from.
    pub rests_on: &'static [&'static str],
}

/// What the rows behind a figure are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Issues that were finished in a period.
    Finished,
    /// Issues that were open on a board, by step.
    Stock,
    /// Issues of an iteration.
    Iteration,
    /// Open pull requests.
    OpenPullRequests,
    /// Pull requests of the list of all.
    PullRequests(Counted),
    /// Deployments to production that ended in a period.
    Deployments,
    /// Runs of CI that ended in a period.
    Runs,
    /// Jobs of CI that began in a month.
    Jobs,
}

/// Which pull requests a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Merged in a period.
    Merged,
    /// Merged in a period, by size.
    MergedBySize,
    /// Merged in a range of days, by the time from opened to merged.
    MergedByTime,
    /// Opened, merged or closed in a period.
    Activity,
    /// Opened in a period.
    Opened,
    /// Opened in a range of days.
    OpenedWithin,
    /// Opened in a range of days, by their number of change requests.
    OpenedByChangeRequests,
}

/// How a table is computed where a part of the tables is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Computed {
    /// With the others of its scope: a page shows several of them.
    Together,
    /// By itself: it takes long, or depends on more than the others.
    Alone,
    /// By itself, since it is one of the lists of all issues, pull requests, changes, deployments or runs: as large as all other
    /// tables together.
    List,
}

impl TableSpec {
    /// Whether a calculation under these rules and scopes has this table.
    pub fn is_written(&self, rules: &Rules, scopes: Scopes) -> bool {
        let in_scope = match self.scope {
            TableScope::Issues => scopes.issues,
            TableScope::PullRequests => scopes.pull_requests,
            TableScope::Delivery => scopes.delivery,
            TableScope::Ci => scopes.ci,
            TableScope::CloudSpending => scopes.cloud_spending,
        };
        let in_set = self.rules == RuleSets::Both || rules.set == RuleSet::Flow;
        let written = match self.written {
            Written::Always => true,
            Written::WithPeople => rules.people,
            Written::WithTeams => !rules.teams.is_empty(),
            Written::WithComparisons => rules.set == RuleSet::Flow || !rules.cloud.comparisons.is_empty(),
        };
        in_scope && in_set && written
    }

    /// Its columns under a rule set, in file order.
    pub fn columns_under(&self, set: RuleSet) -> impl Iterator<Item = &'static ColumnSpec> + use<> {
        self.columns.iter().filter(move |column| set == RuleSet::Flow || column.original)
    }

    /// The column of a name, by either of its names.
    pub fn column(&self, name: &str) -> Option<&'static ColumnSpec> {
        self.columns.iter().find(|column| column.is_called(name))
    }

    /// Whether a range of days changes it.
    pub fn knows_days(&self) -> bool {
        self.range != Range::Periods || self.period != Period::None
    }

    /// Whether a range of days leaves some of its rows out, rather than being part of the computation.
    pub fn is_cut_afterwards(&self) -> bool {
        matches!(self.range, Range::List(_)) || (self.range == Range::Periods && self.period != Period::None)
    }

    /// Whether a filter changes it.
    pub fn knows(&self, filter: Filter) -> bool {
        self.filters.contains(&filter)
    }
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnSpec {
    /// As in the header.
    pub name: &'static str,
    /// What it is called where the configuration makes it hold something else: `service` where there are no groups.
    pub other_name: Option<&'static str>,
    /// Type of its cells.
    pub kind: ColumnKind,
    /// What a number counts or measures: `days`, `hours`, `issues`, `pull requests`, `%`, …; empty where it has none.
    /// Money is in the currency of the row.
    pub unit: &'static str,
    /// Whether cells may be null (empty in CSV). Text is never null, absent text is empty.
    pub nullable: bool,
    /// Whether the original tool has it: the columns of `cto-stats`.
    pub original: bool,
    /// What it means, and when it is null.
    pub doc: &'static str,
}

impl ColumnSpec {
    /// Whether this is one of its names.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.other_name == Some(name)
    }
}

/// Type of the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// Whole number.
    Int,
    /// ISO week number.
    Week,
    /// Number.
    Float,
    /// `true` or `false`.
    Bool,
    /// Instant in UTC.
    Instant,
    /// Day.
    Date,
    /// Calendar month as text, `2026-10`.
    Month,
    /// Quarter of a year as text, `2026-Q4`.
    Quarter,
    /// Amount of money; exact under `flow`, binary under `cto-stats`.
    Money,
    /// Amount of money, with all its digits.
    ExactMoney,
}

/// What a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableScope {
    /// Issues and boards.
    Issues,
    /// Pull requests.
    PullRequests,
    /// Deployments, what they shipped, and incidents.
    Delivery,
    /// Runs of workflows, their jobs, and what these cost.
    Ci,
    /// Bills of the clouds.
    CloudSpending,
}

impl TableScope {
    /// This one alone.
    pub fn scopes(self) -> Scopes {
        match self {
            Self::Issues => Scopes::ISSUES,
            Self::PullRequests => Scopes::PULL_REQUESTS,
            Self::Delivery => Scopes::DELIVERY,
            Self::Ci => Scopes::CI,
            Self::CloudSpending => Scopes::CLOUD_SPENDING,
        }
    }
}

/// Length of the period that a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// None: the table is as of an instant, or over all time.
    None,
    /// Days, in a column `date`.
    Day,
    /// ISO weeks, in columns `year` and `week`.
    Week,
    /// Months, in a column `month`.
    Month,
    /// Quarters of a year, in a column `quarter`.
    Quarter,
}

/// What a range of days (`from`, `to`) does to a table. Days are those of the reporting zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Range {
    /// It keeps the rows whose period begins within. A table without periods stays whole.
    Periods,
    /// It keeps the rows of a list by the first of these instants that is known: by the day on which something was
    /// over or, while it is not, the day on which it began.
    List(&'static [&'static str]),
    /// The figures are worked out from what happened within: [`Selection::from`](crate::Selection::from).
    Within,
    /// Its figures sum up what happened within, after the calculation: see [`summary`](crate::summary).
    Summary,
}

/// What a [`Selection`](crate::Selection) can filter by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Filter {
    /// Boards.
    Project,
    /// Repositories.
    Repository,
    /// Teams.
    Team,
    /// Services.
    Service,
    /// Types of issues.
    Type,
    /// Whether what bots opened counts.
    Bots,
    /// For which branches runs of CI count.
    Branches,
}

/// Which rule sets have a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleSets {
    /// `flow` and `cto-stats`.
    Both,
    /// `flow` alone.
    FlowOnly,
}

/// When a rule set writes a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Written {
    /// Whenever its scope is asked for.
    Always,
    /// Only where the configuration allows tables about people.
    WithPeople,
    /// Only where teams are configured.
    WithTeams,
    /// Under `cto-stats` only where comparisons are configured.
    WithComparisons,
}

/// A column of ours that is never null, without a unit.
const fn column(name: &'static str, kind: ColumnKind, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, other_name: None, kind, unit: "", nullable: false, original: false, doc }
}

/// Text.
pub(super) const fn text(name: &'static str, doc: &'static str) -> ColumnSpec {
    column(name, ColumnKind::Text, doc)
}

/// A count of something.
pub(super) const fn int(name: &'static str, unit: &'static str, doc: &'static str) -> ColumnSpec {
    ColumnSpec { unit, ..column(name, ColumnKind::Int, doc) }
}

/// A number of something, null where there is nothing to take it from.
pub(super) const fn float(name: &'static str, unit: &'static str, doc: &'static str) -> ColumnSpec {
    ColumnSpec { unit, nullable: true, ..column(name, ColumnKind::Float, doc) }
}

/// `true` or `false`.
pub(super) const fn boolean(name: &'static str, doc: &'static str) -> ColumnSpec {
    column(name, ColumnKind::Bool, doc)
}

/// An instant, null where it did not come.
pub(super) const fn instant(name: &'static str, doc: &'static str) -> ColumnSpec {
    ColumnSpec { nullable: true, ..column(name, ColumnKind::Instant, doc) }
}

/// An amount in the currency of the row.
pub(super) const fn money(name: &'static str, doc: &'static str) -> ColumnSpec {
    column(name, ColumnKind::Money, doc)
}

/// An amount in the currency of the row, of which cents are not fine enough.
pub(super) const fn exact(name: &'static str, doc: &'static str) -> ColumnSpec {
    column(name, ColumnKind::ExactMoney, doc)
}

/// A column of another kind.
pub(super) const fn of_kind(kind: ColumnKind, name: &'static str, doc: &'static str) -> ColumnSpec {
    column(name, kind, doc)
}

impl ColumnSpec {
    /// One that the original has too.
    pub(super) const fn original(self) -> Self {
        Self { original: true, ..self }
    }

    /// One that may be null.
    pub(super) const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// One that never is.
    pub(super) const fn always(self) -> Self {
        Self { nullable: false, ..self }
    }
}

/// ISO year of a week.
pub(super) const YEAR: ColumnSpec = int("year", "", "ISO year of the week.").original();
/// Calendar month.
pub(super) const MONTH: ColumnSpec = of_kind(ColumnKind::Month, "month", "Month.");
/// Quarter of a calendar year.
pub(super) const QUARTER: ColumnSpec = of_kind(ColumnKind::Quarter, "quarter", "Quarter of the year.");
/// ISO week.
pub(super) const WEEK: ColumnSpec = of_kind(ColumnKind::Week, "week", "ISO week, Monday to Sunday.").original();
/// Signals of a control chart.
pub(super) const SIGNALS: ColumnSpec =
    text("signals", "beyond_limits, run_of_8, 3_of_4_near_limit, joined by ;. Empty where there is none.");
/// Segment of a control chart.
pub(super) const SEGMENT: ColumnSpec =
    int("segment", "", "Number of the stretch between two changes of the limits, from 1.");
/// Whether the baseline of a control chart still grows.
pub(super) const PROVISIONAL: ColumnSpec = boolean("provisional", "Whether the limits rest on fewer than 20 periods.");
/// Why a point of a control chart has no limits.
pub(super) const NO_LIMITS: ColumnSpec = text(
    "no_limits",
    "Why there are no limits: incomplete, too_few_periods (below 6), no_variation, or too_rare (fewer than one a period \
     in the mean of the baseline: compare by month or quarter). Empty where there are limits.",
);
/// Host of an issue or pull request.
pub(super) const HOST: ColumnSpec = text("host", "Host of the provider, for example github.com.");
/// Whether a period is over and imported.
pub(super) const COMPLETE: ColumnSpec = boolean(
    "complete",
    "Whether the period is over at as_of and every source that it needs was imported past its end.",
);

/// Two lists of columns as one.
pub(super) const fn joined<const ONE: usize, const OTHER: usize, const ALL: usize>(
    one: [ColumnSpec; ONE],
    other: [ColumnSpec; OTHER],
) -> [ColumnSpec; ALL] {
    assert!(ONE + OTHER == ALL, "the length of both");
    let mut all = [COMPLETE; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < ONE { one[at] } else { other[at - ONE] };
        at += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_answers_to_both_of_its_names() {
        let column = ColumnSpec { other_name: Some("service"), ..text("group", "") };
        assert!(column.is_called("group") && column.is_called("service") && !column.is_called("provider"));
    }
}
