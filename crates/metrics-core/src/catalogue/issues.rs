//! Tables about issues and boards.

use super::spec::{
    COMPLETE, ColumnKind, ColumnSpec, Computed, Evidence, Filter, HOST, MONTH, NO_LIMITS, PROVISIONAL, Period, QUARTER,
    Range, RuleSets, SEGMENT, SIGNALS, TableScope, TableSpec, WEEK, Written, YEAR, boolean, float, instant, int,
    of_kind, text,
};
use super::{net_flow, summaries};

const FILTERS: &[Filter] = &[Filter::Project, Filter::Repository, Filter::Team, Filter::Type, Filter::Bots];

const fn table(name: &'static str, doc: &'static str) -> TableSpec {
    TableSpec {
        name,
        scope: TableScope::Issues,
        doc,
        key: &[],
        columns: &[],
        period: Period::None,
        range: Range::Periods,
        filters: FILTERS,
        rules: RuleSets::Both,
        written: Written::Always,
        path: "",
        evidence: None,
        computed: Computed::Together,
        rests_on: &[],
    }
}

const PROJECT_ID: ColumnSpec = text("project_id", "Id of the board; empty for what was on none.").original();
const PROJECT_NAME: ColumnSpec = text("project_name", "Name of the board.").original();

pub(super) const CALCULATED_ISSUE: TableSpec = TableSpec {
    key: &["id"],
    columns: &[
        text("id", "Repository and number of the issue, org/repo#number.").original(),
        text("name", "Title.").original(),
        text("project_id", "Id of the board that it is on at as_of, or was on last; empty if it never was on one.")
            .original(),
        text("project_name", "Name of that board.").original(),
        instant("creationdatetime", "When it was opened.").original(),
        instant(
            "leadtimestartdatetime",
            "First entry into a lead-time column, else into ready or a later step short of done, else creation.",
        )
        .original(),
        instant(
            "cycletimestartdatetime",
            "First entry into a cycle-time column or a later step short of done; null if it went straight to done.",
        )
        .original(),
        instant("putinreadystartdatetime", "First entry into ready.").original(),
        instant("devstartdatetime", "First entry into dev.").original(),
        instant("reviewstartdatetime", "First entry into review.").original(),
        instant("qastartdatetime", "First entry into qa.").original(),
        instant("waitingtopodstartdateime", "First entry into waiting_to_prod (the original's spelling).").original(),
        instant("enddatetime", "When it became done for the last time, if it is done at as_of.").original(),
        boolean("bug", "Whether its type or a label says bug.").original(),
        boolean("bug_customer_facing", "Whether it is a bug that customers met.").original(),
        boolean("bug_internal", "Whether it is a bug met inside the organisation.").original(),
        boolean("bug_dev_process", "Whether it is a bug met while developing.").original(),
        text("type", "Type of the issue, else what its labels say, else task.").original(),
        text("current_step", "Step at as_of, off_board included; empty if it never was on a board."),
        text("current_column", "Column of the board at as_of."),
        float(
            "lead_days",
            "days",
            "End less start of the lead time; null unless finished, and where lost history may hide the start.",
        ),
        float("cycle_days", "days", "End less start of the cycle time; null unless finished and started."),
        float("backlog_days", "days", "All its time in backlog; null if it never was on a board."),
        float("ready_days", "days", "All its time in ready; null if it never was on a board."),
        float("dev_days", "days", "All its time in dev; null if it never was on a board."),
        float("review_days", "days", "All its time in review; null if it never was on a board."),
        float("qa_days", "days", "All its time in qa; null if it never was on a board."),
        float("waiting_to_prod_days", "days", "All its time in waiting_to_prod; null if it never was on a board."),
        float("done_days", "days", "All its time done; null if it never was on a board."),
        float("off_board_days", "days", "All its time off the board while open; null if it never was on a board."),
        int("reopened_count", "times", "How often it was reopened."),
        int("rework_count", "times", "Moves of its card to an earlier step; a reopening is not rework."),
        int("history_gaps", "gaps", "Holes in the history of its cards."),
        float("inferred_share", "", "Share of its life, 0 to 1, that rests on neither timeline nor deliveries.")
            .always(),
        text("url", "Web address."),
        HOST,
        boolean("cycle_unknown", "Whether lost history may hide when its cycle time began."),
    ],
    range: Range::List(&["enddatetime", "creationdatetime"]),
    path: "issues",
    computed: Computed::List,
    ..table("calculated_issue", "Each issue with the instants of its life, its times in each step and where it is now.")
};

const ISSUES_COUNT: ColumnSpec = int("issues_count", "issues", "Issues finished in the period.").original();
const UNKNOWN: ColumnSpec =
    int("cycle_unknown", "issues", "Issues of which lost history may hide when their cycle time began.");
const CYCLE_KNOWN: ColumnSpec = float(
    "cycle_known_share",
    "",
    "Issues with a cycle time in all that have one or may have one, 0 to 1; null over none. Below 0.7 nothing is said about cycle times.",
);
const LEAD_KNOWN: ColumnSpec = float(
    "lead_known_share",
    "",
    "Issues with a lead time in all, 0 to 1; null over none. Below 0.7 nothing is said about lead times.",
);
const LEAD_AVG: ColumnSpec =
    float("leadtime_days_avg", "days", "Mean lead time; null over none, 0 under cto-stats.").original();
const LEAD_COUNT: ColumnSpec = int("lead_count", "issues", "Issues with a lead time.").original();
const CYCLE_AVG: ColumnSpec =
    float("cycletime_days_avg", "days", "Mean cycle time; null over none, 0 under cto-stats.").original();
const CYCLE_COUNT: ColumnSpec = int("cycle_count", "issues", "Issues with a cycle time.").original();
const TIME_TO_PR: ColumnSpec = float(
    "time_to_pr",
    "days",
    "Mean of start of review less start of development where that is not negative; null over none, 0 under cto-stats.",
)
.original();
const LEAD_P50: ColumnSpec = float("leadtime_days_p50", "days", "Median lead time; null over none.");
const LEAD_P85: ColumnSpec = float("leadtime_days_p85", "days", "85th percentile of lead time; null below 10 issues.");
const LEAD_P95: ColumnSpec = float("leadtime_days_p95", "days", "95th percentile of lead time; null below 20 issues.");
const CYCLE_P50: ColumnSpec = float("cycletime_days_p50", "days", "Median cycle time; null over none.");
const CYCLE_P85: ColumnSpec =
    float("cycletime_days_p85", "days", "85th percentile of cycle time; null below 10 issues.");
const CYCLE_P95: ColumnSpec =
    float("cycletime_days_p95", "days", "95th percentile of cycle time; null below 20 issues.");
const STRAIGHT: ColumnSpec =
    int("straight_to_done", "issues", "Issues of a board that never were in a cycle-time column or a later step.");
const EFFICIENCY: ColumnSpec = float(
    "flow_efficiency",
    "",
    "Time in working columns over cycle time, 0 to 1; null unless working columns are configured, and below 10 issues.",
);

pub(super) const CYCLE_TIME: TableSpec = TableSpec {
    key: &["month"],
    columns: &[
        of_kind(ColumnKind::Month, "month", "Month in which the issues ended.").original(),
        ISSUES_COUNT,
        LEAD_AVG,
        LEAD_COUNT,
        CYCLE_AVG,
        CYCLE_COUNT,
        TIME_TO_PR,
        LEAD_P50,
        LEAD_P85,
        LEAD_P95,
        CYCLE_P50,
        CYCLE_P85,
        CYCLE_P95,
        STRAIGHT,
        EFFICIENCY,
        COMPLETE,
        UNKNOWN,
        CYCLE_KNOWN,
        LEAD_KNOWN,
    ],
    period: Period::Month,
    path: "flow/cycle-time",
    evidence: Some(Evidence::Finished),
    ..table("cycle_time", "Lead and cycle time of the issues that were finished in each month.")
};

pub(super) const CYCLE_TIME_WEEK: TableSpec = TableSpec {
    key: &["year", "week"],
    columns: &[
        YEAR,
        WEEK,
        ISSUES_COUNT,
        LEAD_AVG,
        LEAD_COUNT,
        CYCLE_AVG,
        CYCLE_COUNT,
        TIME_TO_PR,
        LEAD_P50,
        LEAD_P85,
        LEAD_P95,
        CYCLE_P50,
        CYCLE_P85,
        CYCLE_P95,
        STRAIGHT,
        EFFICIENCY,
        COMPLETE,
        UNKNOWN,
        CYCLE_KNOWN,
        LEAD_KNOWN,
    ],
    period: Period::Week,
    rules: RuleSets::FlowOnly,
    path: "flow/cycle-time",
    evidence: Some(Evidence::Finished),
    ..table("cycle_time_week", "Lead and cycle time of the issues that were finished in each week.")
};

const BUGS: ColumnSpec = int("opened_bugs", "issues", "Open bugs: the red bin.").original();
const BUGS_CUSTOMER: ColumnSpec =
    int("opened_bugs_customer_facing", "issues", "Open bugs that customers met.").original();
const BUGS_INTERNAL: ColumnSpec =
    int("opened_bugs_internal", "issues", "Open bugs met inside the organisation.").original();
const BUGS_DEV: ColumnSpec = int("opened_bugs_dev_process", "issues", "Open bugs met while developing.").original();
const IN_BACKLOGS: ColumnSpec = int("in_backlogs", "issues", "Open issues in backlog.").original();
const IN_READY: ColumnSpec = int("in_ready", "issues", "Open issues in ready.").original();
const IN_DEV: ColumnSpec = int("in_dev", "issues", "Open issues in dev.").original();
const IN_REVIEW: ColumnSpec = int("in_review", "issues", "Open issues in review.").original();
const IN_QA: ColumnSpec = int("in_qa", "issues", "Open issues in qa.").original();
const WAITING: ColumnSpec = int("waiting_to_prod", "issues", "Open issues in waiting_to_prod.").original();
const OFF_BOARD: ColumnSpec =
    int("off_board", "issues", "Open issues that were taken off the board or archived, under the board of before.");

const REMOVED_OPEN: ColumnSpec =
    int("removed_open", "issues", "Issues that left the board while open during the week.");
const INFERRED: ColumnSpec = int("inferred", "issues", "Issues in stock whose place rests on snapshots or bounds.");

pub(super) const STOCKS: TableSpec = TableSpec {
    key: &["project_id", "project_name"],
    columns: &[
        PROJECT_ID,
        PROJECT_NAME,
        BUGS,
        BUGS_CUSTOMER,
        BUGS_INTERNAL,
        BUGS_DEV,
        IN_BACKLOGS,
        IN_READY,
        IN_DEV,
        IN_REVIEW,
        IN_QA,
        WAITING,
        OFF_BOARD,
    ],
    path: "flow/stocks",
    evidence: Some(Evidence::Stock),
    rests_on: &["stocks_week", "stocks_totals_week", "net_flow_week"],
    ..table("stocks", "Open issues by board and step at as_of. Issues that never were on a board are in no stock.")
};

pub(super) const STOCKS_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "project_id", "project_name"],
    columns: &[
        YEAR,
        WEEK,
        PROJECT_ID,
        PROJECT_NAME,
        BUGS,
        BUGS_CUSTOMER,
        BUGS_INTERNAL,
        BUGS_DEV,
        IN_BACKLOGS,
        IN_READY,
        IN_DEV,
        IN_REVIEW,
        IN_QA,
        WAITING,
        OFF_BOARD,
        REMOVED_OPEN,
        INFERRED,
        COMPLETE,
    ],
    period: Period::Week,
    path: "flow/stocks",
    evidence: Some(Evidence::Stock),
    rests_on: &["stocks_week", "stocks_totals_week", "net_flow_week"],
    ..table("stocks_week", "Open issues by board and step at the end of each week, the running week at as_of.")
};

pub(super) const STOCKS_TOTALS_WEEK: TableSpec = TableSpec {
    key: &["year", "week"],
    columns: &[
        YEAR,
        WEEK,
        int("open", "issues", "Open issues in any step short of done."),
        int("wip", "issues", "Open issues from dev to waiting_to_prod: work in progress."),
        BUGS,
        BUGS_CUSTOMER,
        BUGS_INTERNAL,
        BUGS_DEV,
        int("opened_bugs_without_source", "issues", "Open bugs of which it is not known where they were met."),
        IN_BACKLOGS,
        IN_READY,
        IN_DEV,
        IN_REVIEW,
        IN_QA,
        WAITING,
        OFF_BOARD,
        REMOVED_OPEN,
        INFERRED,
        COMPLETE,
    ],
    period: Period::Week,
    rules: RuleSets::FlowOnly,
    path: "flow/stocks/totals",
    evidence: Some(Evidence::Stock),
    rests_on: &["stocks_week", "stocks_totals_week", "net_flow_week"],
    ..table(
        "stocks_totals_week",
        "Open issues by step at the end of each week over all boards, the running week at as_of.",
    )
};

pub(super) const NET_FLOW_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "level"],
    columns: net_flow::COLUMNS,
    period: Period::Week,
    rules: RuleSets::FlowOnly,
    path: "flow/net-flow",
    ..table(
        "net_flow_week",
        "Issues that came into each step, into work in progress and among the open bugs, and that left, each week over \
         all boards, with the control chart of the difference. Levels themselves have no limits.",
    )
};

pub(super) const AGING_WIP: TableSpec = TableSpec {
    key: &["id"],
    columns: &[
        text("id", "Repository and number of the issue, org/repo#number."),
        text("name", "Title."),
        text("project_id", "Id of its board."),
        text("project_name", "Name of its board."),
        text("step", "Step that it is in."),
        float("days_in_step", "days", "All its days in that step, earlier stays included.").always(),
        float(
            "age_days",
            "days",
            "From the start of its cycle time to as_of; null where lost history may hide the start.",
        ),
        float(
            "left_sooner_share",
            "",
            "Share, 0 to 1, of the board's finished issues that left that step sooner; null below 10.",
        ),
        boolean("above_p85", "Whether its stay is above the 85th percentile of theirs; null below 10.").or_null(),
        text("url", "Web address."),
        HOST,
    ],
    rules: RuleSets::FlowOnly,
    path: "flow/aging",
    evidence: Some(Evidence::Stock),
    ..table("aging_wip", "Each open, started issue on a board, and how unusual its stay in the present step is.")
};

pub(super) const CUMULATIVE_FLOW_DAY: TableSpec = TableSpec {
    key: &["date", "project_id", "step"],
    columns: &[
        of_kind(ColumnKind::Date, "date", "Day."),
        text("project_id", "Id of the board."),
        text("project_name", "Name of the board."),
        text("step", "Step."),
        int(
            "count",
            "issues",
            "Issues that at the end of the day are in that step or a later one; may fall on rework.",
        ),
    ],
    period: Period::Day,
    rules: RuleSets::FlowOnly,
    path: "flow/cumulative-flow",
    ..table(
        "cumulative_flow_day",
        "Issues that had reached each step of each board, by their state at the end of the day.",
    )
};

pub(super) const CUMULATIVE_FLOW_TOTALS_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "step"],
    columns: &[
        YEAR,
        WEEK,
        text("step", "Step."),
        of_kind(
            ColumnKind::Date,
            "date",
            "Last day of the week that was over at as_of; where none was, that of as_of.",
        ),
        int(
            "count",
            "issues",
            "Issues that at the end of the day are in that step or a later one; may fall on rework.",
        ),
    ],
    period: Period::Week,
    rules: RuleSets::FlowOnly,
    path: "flow/cumulative-flow/totals",
    rests_on: &["cumulative_flow_day"],
    ..table(
        "cumulative_flow_totals_week",
        "Issues that had reached each step over all boards, at the end of the last whole day of each week.",
    )
};

pub(super) const THROUGHPUT_WEEK: TableSpec = TableSpec {
    key: &["year", "week"],
    columns: &[
        YEAR,
        WEEK,
        int("throughput", "issues", "Issues finished in the week.").original(),
        float("center", "issues", "Mean of the baseline; null in an incomplete week and below 6 complete weeks. Under cto-stats the week's own count.").original(),
        float("ucl", "issues", "Upper control limit; null as no_limits says.").original(),
        float("lcl", "issues", "Lower control limit, not below 0; null as the upper one.").original(),
        SIGNALS,
        SEGMENT,
        PROVISIONAL,
        NO_LIMITS,
        int("closed_not_planned", "issues", "Issues closed as not planned or duplicate in the week."),
        COMPLETE,
    ],
    period: Period::Week,
    path: "flow/throughput",
    evidence: Some(Evidence::Finished),
    rests_on: &["throughput_week", "throughput_month", "throughput_quarter"],
    ..table("throughput_week", "Finished issues per week with their control chart.")
};

pub(super) const THROUGHPUT_MONTH: TableSpec = TableSpec {
    key: &["month"],
    columns: &[
        MONTH,
        FINISHED,
        FINISHED_CENTER,
        FINISHED_UCL,
        FINISHED_LCL,
        SIGNALS,
        SEGMENT,
        PROVISIONAL,
        NO_LIMITS,
        NOT_PLANNED,
        COMPLETE,
    ],
    period: Period::Month,
    rules: RuleSets::FlowOnly,
    path: "flow/throughput",
    evidence: Some(Evidence::Finished),
    rests_on: &["throughput_week", "throughput_month", "throughput_quarter"],
    ..table("throughput_month", "Finished issues per month with their control chart, for what is too rare by week.")
};

pub(super) const THROUGHPUT_QUARTER: TableSpec = TableSpec {
    key: &["quarter"],
    columns: &[
        QUARTER,
        FINISHED,
        FINISHED_CENTER,
        FINISHED_UCL,
        FINISHED_LCL,
        SIGNALS,
        SEGMENT,
        PROVISIONAL,
        NO_LIMITS,
        NOT_PLANNED,
        COMPLETE,
    ],
    period: Period::Quarter,
    rules: RuleSets::FlowOnly,
    path: "flow/throughput",
    evidence: Some(Evidence::Finished),
    rests_on: &["throughput_week", "throughput_month", "throughput_quarter"],
    ..table(
        "throughput_quarter",
        "Finished issues per quarter with their control chart, for what is too rare by month.",
    )
};

const FINISHED: ColumnSpec = int("throughput", "issues", "Issues finished in the period.");
const FINISHED_CENTER: ColumnSpec =
    float("center", "issues", "Mean of the baseline; null in an incomplete period and below 6 complete ones.");
const FINISHED_UCL: ColumnSpec = float("ucl", "issues", "Upper control limit; null as no_limits says.");
const FINISHED_LCL: ColumnSpec = float("lcl", "issues", "Lower control limit, not below 0; null as the upper one.");
const NOT_PLANNED: ColumnSpec =
    int("closed_not_planned", "issues", "Issues closed as not planned or duplicate in the period.");

pub(super) const FORECAST: TableSpec = TableSpec {
    key: &["project_id", "weeks"],
    columns: &[
        text("project_id", "Id of the board, or ALL; one whose id is ALL is written /ALL."),
        text("project_name", "Name of the board, or ALL."),
        int("weeks", "weeks", "Weeks ahead, 1 to 12, of seven days from as_of."),
        of_kind(ColumnKind::Date, "until", "Day up to which that is.").or_null(),
        int("p50", "issues", "At least so many are finished in 50 % of trials, as near as whole issues come to it.")
            .or_null(),
        int("p70", "issues", "At least so many are finished in 70 % of trials, as near as whole issues come to it.")
            .or_null(),
        int("p85", "issues", "At least so many are finished in 85 % of trials, as near as whole issues come to it.")
            .or_null(),
        int("p95", "issues", "At least so many are finished in 95 % of trials, as near as whole issues come to it.")
            .or_null(),
        int("history_weeks", "weeks", "Weeks known, of seven days back from as_of; the last 52 are drawn from."),
        float(
            "hit_rate_85",
            "",
            "Share, 0 to 1, of the past 85 % forecasts for so many weeks that came true; null below 10 of them.",
        ),
        int("hit_count", "forecasts", "How many came true."),
        int("hit_n", "forecasts", "How many could be checked: one a week, the last 52 at most."),
    ],
    rules: RuleSets::FlowOnly,
    path: "flow/forecast",
    computed: Computed::Alone,
    ..table(
        "forecast",
        "How many issues will be finished from as_of on: 2,000 trials that go on from the last 52 weeks, with their variation and the dependence of neighbouring weeks. Null with fewer than 12 weeks.",
    )
};

const ITERATION_ID: ColumnSpec = text("iteration_id", "Id of the iteration, host/iteration/number.");
const ITERATION: ColumnSpec = text("iteration", "Its title, else its days.");

pub(super) const SPILLOVER_ITERATION: TableSpec = TableSpec {
    key: &["iteration_id"],
    columns: &[
        ITERATION_ID,
        ITERATION,
        of_kind(ColumnKind::Date, "starts_on", "Its first day, which is that of planning."),
        of_kind(ColumnKind::Date, "due_on", "Its last day."),
        int("planned_at_start", "issues", "Issues in it at the end of its first day that were open in it on that day."),
        int("added_later", "issues", "Issues that were not, and were open in it at some time after that day."),
        int(
            "removed",
            "issues",
            "Those of both that were taken out, put into another one, deleted, closed as not planned, or done after they were taken out.",
        ),
        int(
            "done_in_it",
            "issues",
            "Those of both that were done when it ended, and became so in it; until as_of while it runs.",
        ),
        int("carried_over", "issues", "Those of both that were in it and open when it ended; null while it runs.")
            .or_null(),
        int("planned_done", "issues", "Those that were planned at its start and done in it."),
        float(
            "carried_share",
            "share",
            "Of what was planned at its start, the share, 0 to 1, that was carried over; null over nothing and while it runs.",
        ),
        boolean("complete", "Whether it is over at as_of and every source that it needs was imported past its end."),
        HOST,
    ],
    rules: RuleSets::FlowOnly,
    path: "delivery/spillover",
    evidence: Some(Evidence::Iteration),
    ..table(
        "spillover_iteration",
        "Each iteration of GitLab that has begun: what was planned at its start, done in it, and carried over.",
    )
};

pub(super) const SPILLOVER_ISSUE: TableSpec = TableSpec {
    key: &["iteration_id", "id", "host"],
    columns: &[
        ITERATION_ID,
        ITERATION,
        text("id", "Repository and number of the issue, org/repo#number."),
        text("name", "Title."),
        boolean("planned_at_start", "Whether it was planned at the start; else it was added later."),
        text("outcome", "done_in_it, carried_over or removed; open while the iteration runs and it is open in it."),
        text("url", "Web address."),
        HOST,
    ],
    rules: RuleSets::FlowOnly,
    path: "delivery/spillover/issues",
    computed: Computed::List,
    ..table("spillover_issue", "The issues of each iteration that has begun, and what became of them in it.")
};

pub(super) const INNOVATION_MONTH: TableSpec = TableSpec {
    key: &["month", "team"],
    columns: &[
        MONTH,
        text("team", "Name of the team, of the tracker where the configuration names none; ALL: all that is selected."),
        int("tickets", "tickets", "Tickets that were done in the month, each once; issues with a cycle time where no tracker tells of tickets."),
        float("days", "days", "Time that they took, all together: from the start, else from when they were made, to the end; of issues their cycle times.").always(),
        float("innovation_days", "days", "That of the types in metrics.innovation_types; null where there are none."),
        float("ratio", "share", "innovation_days / days; null without types, below 10 tickets, and where they took no time."),
        text("source", "What was counted: tickets or issues."),
        COMPLETE,
    ],
    rules: RuleSets::FlowOnly,
    period: Period::Month,
    filters: &[Filter::Project, Filter::Repository, Filter::Team, Filter::Bots],
    path: "delivery/innovation",
    ..table(
        "innovation_month",
        "Which part of the time that work took went into innovation, by month: a row per team from its first end on, and one for all.",
    )
};

pub(super) const SUMMARY: TableSpec = TableSpec {
    key: &["metric"],
    columns: summaries::COLUMNS,
    range: Range::Summary,
    rules: RuleSets::FlowOnly,
    path: "flow/summary",
    rests_on: &["cycle_time_week", "throughput_week"],
    ..table(
        "flow_summary",
        "Lead time, cycle time, throughput, work in progress and open bugs over a range of days, the 52 weeks that end at as_of unless asked otherwise, and how each compares with before.",
    )
};
