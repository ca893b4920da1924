//! The catalogue of key metrics: name, unit, which direction is good.

/// A metric: what a tile or a tooltip says about a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Short name, `lead_time`.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What it counts or measures; `money` is in the currency of its row.
    pub unit: &'static str,
    /// What it is.
    pub definition: &'static str,
    /// How it is worked out.
    pub formula: &'static str,
    /// What it leaves out.
    pub left_out: &'static str,
    /// Which way is better, where one is.
    pub good_direction: Direction,
    /// Table that has it.
    pub table: &'static str,
    /// Column that has it. Where the formula adds columns or rows, the first of them.
    pub column: &'static str,
    /// Anchor of its section in `docs/metrics.md`, without the `#`.
    pub docs: &'static str,
}

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither by itself.
    None,
}

const LIFE: &str = "3-life-of-an-issue";
const FLOW: &str = "4-flow-tables";
const CHARTS: &str = "5-control-charts";
const PULL_REQUESTS: &str = "6-pull-requests";
const CLOUDS: &str = "7-cloud-spending";

static METRICS: [Metric; 18] = [
    Metric {
        name: "lead_time",
        title: "Lead time",
        unit: "days",
        definition: "How long finished issues took from the decision to do them to the end.",
        formula: "Median over the issues that ended in the period of enddatetime - leadtimestartdatetime. The start is the first entry into a lead-time column, else into ready or a later step short of done, else creation.",
        left_out: "Issues closed as not planned or duplicate, and excluded boards. What has not ended.",
        good_direction: Direction::Down,
        table: "cycle_time",
        column: "leadtime_days_p50",
        docs: LIFE,
    },
    Metric {
        name: "cycle_time",
        title: "Cycle time",
        unit: "days",
        definition: "How long finished issues took from the start of work to the end.",
        formula: "Median over the issues that ended in the period of enddatetime - cycletimestartdatetime. The start is the first entry into a cycle-time column or a later step short of done.",
        left_out: "Issues that went straight to done, those closed as not planned or duplicate, and excluded boards.",
        good_direction: Direction::Down,
        table: "cycle_time",
        column: "cycletime_days_p50",
        docs: LIFE,
    },
    Metric {
        name: "time_to_pr",
        title: "Time to pull request",
        unit: "days",
        definition: "How long finished issues took from the start of development to the start of review.",
        formula: "Mean over the issues that ended in the period of reviewstartdatetime - devstartdatetime.",
        left_out: "Issues without both, and those where it is negative.",
        good_direction: Direction::Down,
        table: "cycle_time",
        column: "time_to_pr",
        docs: LIFE,
    },
    Metric {
        name: "flow_efficiency",
        title: "Flow efficiency",
        unit: "share",
        definition: "Which part of their cycle time issues were worked on rather than waiting.",
        formula: "Sum of time in the working columns / sum of cycle time, over the issues that ended in the period.",
        left_out: "Null unless working columns are configured, and below 10 issues with a cycle time.",
        good_direction: Direction::Up,
        table: "cycle_time",
        column: "flow_efficiency",
        docs: LIFE,
    },
    Metric {
        name: "throughput",
        title: "Throughput",
        unit: "issues",
        definition: "How many issues were finished in a week.",
        formula: "Count of issues whose last done interval began in the week. Centre and limits are XmR.",
        left_out: "Issues closed as not planned or duplicate; an incomplete week has no limits.",
        good_direction: Direction::Up,
        table: "throughput_week",
        column: "throughput",
        docs: CHARTS,
    },
    Metric {
        name: "stocks",
        title: "Stocks",
        unit: "issues",
        definition: "How many open issues are in each step of each board.",
        formula: "Count of issues that are open and on the board at the end of the week, by step: in_backlogs, in_ready, in_dev, in_review, in_qa, waiting_to_prod.",
        left_out: "Issues off the board, which have a column of their own, and issues that never were on one.",
        good_direction: Direction::None,
        table: "stocks_week",
        column: "in_backlogs",
        docs: FLOW,
    },
    Metric {
        name: "wip",
        title: "Work in progress",
        unit: "issues",
        definition: "How many issues were started and are not done.",
        formula: "in_dev + in_review + in_qa + waiting_to_prod, over all boards.",
        left_out: "Backlog, ready and issues off the board.",
        good_direction: Direction::Down,
        table: "stocks",
        column: "in_dev",
        docs: FLOW,
    },
    Metric {
        name: "aging_wip",
        title: "Unusually old work",
        unit: "issues",
        definition: "Started issues that have been in their step longer than 85 % of the finished ones were.",
        formula: "Count of rows with above_p85.",
        left_out: "Steps that fewer than 10 finished issues of the board were in.",
        good_direction: Direction::Down,
        table: "aging_wip",
        column: "above_p85",
        docs: FLOW,
    },
    Metric {
        name: "red_bin",
        title: "Red bin",
        unit: "issues",
        definition: "Open bugs.",
        formula: "Count of open issues on a board whose type or a label says bug, by project and by source.",
        left_out: "Bugs off the board.",
        good_direction: Direction::Down,
        table: "stocks",
        column: "opened_bugs",
        docs: FLOW,
    },
    Metric {
        name: "forecast",
        title: "Forecast",
        unit: "issues",
        definition: "How many issues will at least be finished in so many weeks, in 85 % of trials.",
        formula: "2,000 trials that go on from the last 52 weeks of seven days before as_of, with their variation and the dependence of neighbouring weeks.",
        left_out: "Null with fewer than 12 weeks. It knows nothing of what is to be done.",
        good_direction: Direction::None,
        table: "forecast",
        column: "p85",
        docs: FLOW,
    },
    Metric {
        name: "change_requests_per_pr",
        title: "Change requests per pull request",
        unit: "change requests",
        definition: "How often reviewers asked for changes.",
        formula: "Mean over the pull requests opened in the week of their reviews whose state is or was CHANGES_REQUESTED.",
        left_out: "Nothing: pull requests and reviews of bots count. Those of young pull requests are still to come.",
        good_direction: Direction::None,
        table: "pr_change_requests_week",
        column: "avg",
        docs: PULL_REQUESTS,
    },
    Metric {
        name: "pr_cycle_time",
        title: "Pull request cycle time",
        unit: "days",
        definition: "How long merged pull requests took from opened to merged.",
        formula: "Median over the pull requests merged in the week of merged - created.",
        left_out: "Pull requests of bots, and what was not merged.",
        good_direction: Direction::Down,
        table: "pr_cycle_week",
        column: "open_to_merge_p50_days",
        docs: PULL_REQUESTS,
    },
    Metric {
        name: "time_to_first_review",
        title: "Time to first review",
        unit: "hours",
        definition: "How long merged pull requests waited for their first review.",
        formula: "Median over the pull requests merged in the week of first review by a human other than the author - ready for review.",
        left_out: "Pull requests of bots, and those without a review once they were ready.",
        good_direction: Direction::Down,
        table: "pr_review_latency_week",
        column: "to_first_review_p50_hours",
        docs: PULL_REQUESTS,
    },
    Metric {
        name: "merged_unreviewed",
        title: "Merged without review",
        unit: "pull requests",
        definition: "Merged pull requests that no other human reviewed.",
        formula: "Count over the pull requests merged in the week.",
        left_out: "Pull requests of bots.",
        good_direction: Direction::Down,
        table: "pr_cycle_week",
        column: "merged_unreviewed",
        docs: PULL_REQUESTS,
    },
    Metric {
        name: "open_prs",
        title: "Open pull requests",
        unit: "pull requests",
        definition: "Pull requests that are open.",
        formula: "Count of rows: opened by as_of, and neither merged nor closed by then.",
        left_out: "Pull requests of bots.",
        good_direction: Direction::Down,
        table: "pr_open",
        column: "id",
        docs: PULL_REQUESTS,
    },
    Metric {
        name: "merged_prs",
        title: "Merged pull requests",
        unit: "pull requests",
        definition: "Pull requests merged in a week.",
        formula: "Count by the week of the merge.",
        left_out: "Nothing: those of bots count.",
        good_direction: Direction::None,
        table: "pr_activity_week",
        column: "merged",
        docs: PULL_REQUESTS,
    },
    Metric {
        name: "cloud_spending",
        title: "Cloud spending",
        unit: "money",
        definition: "What a provider bills for a month.",
        formula: "Exact sum of the month's bills, net of credits, per currency.",
        left_out: "What was not imported is absent and never 0; currencies are never added.",
        good_direction: Direction::Down,
        table: "cloud_spending_monthly",
        column: "cost",
        docs: CLOUDS,
    },
    Metric {
        name: "run_rate",
        title: "Run rate",
        unit: "money",
        definition: "What an incomplete month comes to at its pace so far.",
        formula: "Use, and charges of unknown category, times days of the month / days covered; purchases, taxes, credits and adjustments as they stand.",
        left_out: "Null for complete months, and with fewer than 3 days.",
        good_direction: Direction::Down,
        table: "cloud_spending_monthly",
        column: "run_rate",
        docs: CLOUDS,
    },
];

/// The metrics, in the order in which they are read: issues, pull requests, clouds.
pub fn metrics() -> &'static [Metric] {
    &METRICS
}
