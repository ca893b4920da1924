//! The definitions in which rule sets differ and that may be chosen one by one.

use crate::rules::RuleSet;

/// One row of the table of rules in `docs/metrics.md`, section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SingleRule {
    /// End of an issue.
    EndOfIssue,
    /// Step of an open issue.
    StepOfOpenIssue,
    /// Stock of a week.
    StockOfWeek,
    /// Cards that are taken off, issues that are reopened.
    RemovedAndReopened,
    /// Which project an issue belongs to.
    ProjectOfIssue,
    /// Columns that were skipped.
    SkippedColumns,
    /// Issues closed as not planned or duplicate.
    ClosedAsNotPlanned,
    /// Control limits.
    ControlLimits,
    /// Last week in throughput.
    LastWeekInThroughput,
    /// Means over nothing.
    MeansOverNothing,
    /// Type and bug from labels.
    TypeAndBugFromLabels,
}

impl SingleRule {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 11] = [
        Self::EndOfIssue,
        Self::StepOfOpenIssue,
        Self::StockOfWeek,
        Self::RemovedAndReopened,
        Self::ProjectOfIssue,
        Self::SkippedColumns,
        Self::ClosedAsNotPlanned,
        Self::ControlLimits,
        Self::LastWeekInThroughput,
        Self::MeansOverNothing,
        Self::TypeAndBugFromLabels,
    ];

    /// As written in the configuration.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// What a rule set chooses, as written in the configuration.
    pub fn choice(self, set: RuleSet) -> &'static str {
        let (_, flow, cto_stats) = self.words();
        match set {
            RuleSet::Flow => flow,
            RuleSet::CtoStats => cto_stats,
        }
    }

    /// Name, choice of `flow`, choice of `cto-stats`.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::EndOfIssue => ("end_of_issue", "last_done", "first_end"),
            Self::StepOfOpenIssue => ("step_of_open_issue", "present", "furthest"),
            Self::StockOfWeek => ("stock_of_week", "at_its_end", "before_it_began"),
            Self::RemovedAndReopened => ("removed_and_reopened", "followed", "ignored"),
            Self::ProjectOfIssue => ("project_of_issue", "of_that_instant", "of_first_event"),
            Self::SkippedColumns => ("skipped_columns", "next_step", "no_lead_time"),
            Self::ClosedAsNotPlanned => ("closed_as_not_planned", "no_throughput", "throughput"),
            Self::ControlLimits => ("control_limits", "xmr", "c_chart"),
            Self::LastWeekInThroughput => ("last_week_in_throughput", "shown", "dropped"),
            Self::MeansOverNothing => ("means_over_nothing", "empty", "zero"),
            Self::TypeAndBugFromLabels => ("type_and_bug_from_labels", "whole_words", "substrings"),
        }
    }

    /// Why a rule set cannot do with the other set's choice; `None` where it can.
    pub fn bound_to(self, set: RuleSet) -> Option<&'static str> {
        match (set, self) {
            (RuleSet::Flow, Self::ClosedAsNotPlanned | Self::LastWeekInThroughput)
            | (RuleSet::Flow | RuleSet::CtoStats, Self::MeansOverNothing) => None,
            (RuleSet::Flow, Self::ControlLimits) => {
                Some("signals, segments, verdicts and summaries rest on the limits of XmR")
            }
            (RuleSet::Flow, Self::TypeAndBugFromLabels) => {
                Some("filters by type and open bugs by source rest on types from whole words")
            }
            (RuleSet::Flow, _) => {
                Some("it follows from the chain of states that an issue has, which is one definition")
            }
            (RuleSet::CtoStats, Self::LastWeekInThroughput) => {
                Some("the original's table has no column that marks a week as incomplete")
            }
            (RuleSet::CtoStats, Self::ControlLimits) => {
                Some("the original's table has no columns for signals and segments")
            }
            (RuleSet::CtoStats, _) => Some("the original tool does not follow the states that an issue went through"),
        }
    }
}
