//! Tables about CI.

use super::spec::{
    COMPLETE, ColumnSpec, Computed, Evidence, Filter, HOST, MONTH, Period, Range, RuleSets, TableScope, TableSpec,
    WEEK, Written, YEAR, boolean, exact, float, instant, int, joined, text,
};

const FILTERS: &[Filter] = &[Filter::Repository, Filter::Team];
const OF_RUNS: &[Filter] = &[Filter::Repository, Filter::Team, Filter::Branches];

const fn table(name: &'static str, doc: &'static str) -> TableSpec {
    TableSpec {
        name,
        scope: TableScope::Ci,
        doc,
        key: &[],
        columns: &[],
        period: Period::None,
        range: Range::Periods,
        filters: FILTERS,
        rules: RuleSets::FlowOnly,
        written: Written::Always,
        path: "",
        evidence: None,
        computed: Computed::Together,
        rests_on: &[],
    }
}

const RUNS: &str = "runs";
const COMMITS: &str = "commits";
const JOBS: &str = "jobs";
const MINUTES: &str = "minutes";

const REPO_OR_ALL: ColumnSpec = text("repo", "Repository, org/repo; or ALL.");
const WORKFLOW_OR_ALL: ColumnSpec =
    text("workflow", "Name of the workflow at its newest run; of a pipeline without a name what starts it. Or ALL.");
const WORKFLOW: ColumnSpec =
    text("workflow", "Name of the workflow at its newest run; of a pipeline without a name what starts it.");
const ROW_HOST: ColumnSpec = text("host", "Host of the provider; empty where the row is of all repositories.");
const CURRENCY: ColumnSpec =
    text("currency", "Currency of the amounts. Jobs without a price are in the row of USD, the providers' currency.");

const COUNTS: [ColumnSpec; 21] = [
    REPO_OR_ALL,
    WORKFLOW_OR_ALL,
    int(
        "runs",
        RUNS,
        "Runs that ended in the period, by their last attempt; pipelines by the first time at which their jobs had ended.",
    ),
    int("succeeded", RUNS, "Those that succeeded."),
    int("failed", RUNS, "Those that failed, took too long, or could not begin."),
    int(
        "failed_infrastructure",
        RUNS,
        "Those among `failed` of which nothing but machines failed: by the provider's word for the run, or for each of its failed jobs.",
    ),
    int("cancelled", RUNS, "Those that were called off."),
    int("other", RUNS, "Those that were skipped, or ended without a verdict."),
    float("success_rate", "share", "succeeded / (succeeded + failed); null over none."),
    float(
        "first_try_rate",
        "share",
        "Of the runs that succeeded or failed at their first attempt, the share that succeeded; of a pipeline, whether each job did when it first ran, those that may fail aside. Null over none.",
    ),
    float(
        "duration_p50_min",
        MINUTES,
        "Median from the begin of the last attempt to the end of its last job, of runs that succeeded or failed; of a pipeline the time in which any of its jobs ran. Null over none.",
    ),
    float("duration_p95_min", MINUTES, "Their 95th percentile; null below 20."),
    float(
        "queue_p50_min",
        MINUTES,
        "Median from the begin of an attempt to its first job, runs that deploy left out; of a pipeline, of each job's wait for a runner. Null over none.",
    ),
    float("queue_p95_min", MINUTES, "Their 95th percentile; null below 20."),
    int("retried", RUNS, "Runs that were started again, or a job of which was after it had not succeeded."),
    float("retry_rate", "share", "retried / runs; null over none."),
    int(
        "commits",
        COMMITS,
        "Commits on which runs that succeeded or failed ended in the period, those of two events twice.",
    ),
    int(
        "flaky",
        COMMITS,
        "Those on which it failed and then succeeded with nothing changed, by when it did: in a later attempt, in a job that was started again, or in another run.",
    ),
    float("flaky_rate", "share", "flaky / commits; null over none."),
    COMPLETE,
    ROW_HOST,
];

const WEEK_COLUMNS: [ColumnSpec; 23] = joined([YEAR, WEEK], COUNTS);
const MONTH_COLUMNS: [ColumnSpec; 22] = joined([MONTH], COUNTS);

pub(super) const CI_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "repo", "workflow", "host"],
    columns: &WEEK_COLUMNS,
    period: Period::Week,
    filters: OF_RUNS,
    path: "ci/reliability",
    evidence: Some(Evidence::Runs),
    ..table(
        "ci_week",
        "How often runs succeed, at the first try too, how long they take and wait, by week: of each workflow and repository from its first run to its last, and of all.",
    )
};

pub(super) const CI_MONTH: TableSpec = TableSpec {
    key: &["month", "repo", "workflow", "host"],
    columns: &MONTH_COLUMNS,
    period: Period::Month,
    filters: OF_RUNS,
    path: "ci/reliability",
    evidence: Some(Evidence::Runs),
    ..table(
        "ci_month",
        "How often runs succeed, at the first try too, how long they take and wait, by month: of each workflow and repository from its first run to its last, and of all.",
    )
};

pub(super) const CALCULATED_RUN: TableSpec = TableSpec {
    key: &["run_id", "host"],
    columns: &[
        text("run_id", "Id of the run by the provider."),
        text("repo", "Repository, org/repo."),
        WORKFLOW,
        text("event", "What started it."),
        text("ref", "Branch or tag that it ran for; empty where none is known."),
        boolean("default_branch", "Whether it ran for the default branch."),
        instant("ended_at", "When it ended; a pipeline for the first time.").always(),
        text("outcome", "succeeded, failed, cancelled or other, of its last attempt."),
        boolean("failed_infrastructure", "Whether it failed, and nothing but machines did."),
        boolean(
            "first_try",
            "Whether it succeeded at the first try; null where that decided nothing, or is not known.",
        )
        .or_null(),
        boolean("retried", "Whether it was started again, or a job of it after it had not succeeded."),
        float("minutes", MINUTES, "How long it took; null where it neither succeeded nor failed, or could not begin."),
        float(
            "wait_minutes",
            MINUTES,
            "From its begin to its first job; of a pipeline the longest wait of a job for a runner. Null where none is known, and of GitHub's runs that deploy.",
        ),
        text("url", "Web address; empty where none is known."),
        HOST,
    ],
    range: Range::List(&["ended_at"]),
    filters: OF_RUNS,
    path: "ci/runs",
    computed: Computed::List,
    ..table(
        "calculated_run",
        "Every run that has ended, by its last attempt, the newest first: the rows behind ci_week and ci_month.",
    )
};

pub(super) const CI_FLAKY_JOBS: TableSpec = TableSpec {
    key: &["repo", "workflow", "name", "host"],
    columns: &[
        text("repo", "Repository, org/repo."),
        WORKFLOW,
        text("name", "Name of the job without the values of its matrix."),
        int("times", COMMITS, "Commits on which it failed and then succeeded with nothing changed."),
        float("wasted_minutes", MINUTES, "Minutes for which it ran there in order to fail.").always(),
        instant("last_at", "When it succeeded last after it had failed.").always(),
        text("url", "Web address of the run in which it had failed; empty where none is known."),
        HOST,
    ],
    range: Range::Within,
    path: "ci/flaky-jobs",
    ..table(
        "ci_flaky_jobs",
        "Jobs that failed and then succeeded with nothing changed, the most frequent first: in the days asked for, else in the 90 before as_of.",
    )
};

pub(super) const CI_COST_MONTH: TableSpec = TableSpec {
    key: &["month", "team", "repo", "workflow", "currency", "host"],
    columns: &[
        MONTH,
        text("team", "Name of the team, of the row of a team's repositories; ALL in every other row."),
        text("repo", "Repository, org/repo, or ALL; empty for what is billed for none."),
        text(
            "workflow",
            "Name of the workflow, or ALL. What is billed and belongs to no job, storage for example, by the name of the bill.",
        ),
        CURRENCY,
        int("jobs", JOBS, "Jobs that began in the month and have ended, skipped ones too."),
        float(
            "minutes",
            MINUTES,
            "Minutes that are charged: of GitHub's machines each job's rounded up, of GitLab's times their cost factor, of others as they ran.",
        )
        .always(),
        float("unpriced_minutes", MINUTES, "Those among `minutes` for which no price is known; they cost nothing here.")
            .always(),
        exact("cost", "What it cost: the bill where there is one, else minutes by their prices. The five parts add up to it."),
        exact("useful", "The part for jobs that succeeded, and for what is billed without jobs."),
        exact("flaky", "The part for jobs that failed and were green later on the same commit, with nothing changed."),
        exact("failed", "The part for other jobs that failed."),
        exact("cancelled", "The part for jobs that were called off."),
        exact("retried", "The part for jobs that had succeeded before in the same run."),
        text("basis", "bill, estimate, or both; empty where nothing has a price."),
        float(
            "bill_over_estimate",
            "ratio",
            "What is billed for jobs by what they would cost by the prices; null without a bill for jobs.",
        ),
        COMPLETE,
        ROW_HOST,
    ],
    period: Period::Month,
    path: "ci/cost",
    evidence: Some(Evidence::Jobs),
    ..table(
        "ci_cost_month",
        "What CI costs by month, in UTC, and what that was spent on: of each workflow, repository and team, and of all.",
    )
};

pub(super) const CALCULATED_JOB: TableSpec = TableSpec {
    columns: &[
        text("run_id", "Id of its run."),
        text("name", "Name of the job, with the values of a matrix."),
        text("repo", "Repository, org/repo."),
        WORKFLOW,
        text("outcome", "succeeded, failed, cancelled or other."),
        text("part", "What it was spent on: useful, flaky, failed, cancelled or retried, as in ci_cost_month."),
        instant("began_at", "When it began.").or_null(),
        instant("ended_at", "When it ended."),
        float("minutes", MINUTES, "Minutes that are charged, or that it ran where it has no price.").always(),
        exact(
            "at_price",
            "What they cost by their price; null where none is known, and of what was skipped. A bill is shared out among jobs in these proportions.",
        )
        .or_null(),
        text("currency", "Currency of the price; USD where it has none."),
        text("labels", "What it asked of its runner, separated by `;`."),
        text("url", "Web address of the run; empty where none is known."),
        HOST,
    ],
    range: Range::Within,
    computed: Computed::List,
    ..table(
        "calculated_job",
        "The jobs behind what CI costs, the newest first, as far as they are kept (ci.keep_days): those that began in the days asked for, in UTC, and have ended.",
    )
};

pub(super) const CI_COST_PARETO: TableSpec = TableSpec {
    key: &["currency", "rank"],
    columns: &[
        CURRENCY,
        int("rank", "", "Place among the repositories, from 1, the most expensive first."),
        text("repo", "Repository, org/repo; empty for what is billed for none."),
        exact("cost", "What its CI cost."),
        float("share", "share", "Its share of the cost of all; null where that is 0."),
        float("cumulative_share", "share", "The share of it and those before it; null where all cost 0."),
        HOST,
    ],
    path: "ci/cost/repositories",
    ..table("ci_cost_pareto", "Which repositories' CI cost most in the last three complete months.")
};

const LEAD: ColumnSpec = float("lead_p50_days", "days", "Median from the first commit to users; null over none.");
const FAILURE_RATE: ColumnSpec =
    float("change_failure_rate", "share", "Deployments that failed by all; null below 10 deployments.");
const PER_CHANGE: ColumnSpec =
    exact("cost_per_change", "ci_cost by the changes that users had first then; null over none.").or_null();

pub(super) const COST_DELIVERY_MONTH: TableSpec = TableSpec {
    key: &["month", "currency"],
    columns: &[
        MONTH,
        CURRENCY,
        exact("ci_cost", "What CI cost."),
        exact(
            "cloud_cost",
            "What the clouds bill in that currency, GitHub's bill of CI aside, of the whole organisation whatever is selected; null without a bill, and where cloud spending is not computed too.",
        )
        .or_null(),
        int("deployments", "deployments", "Deployments to production; null where none is known.").or_null(),
        LEAD,
        FAILURE_RATE,
        float("deployments_per_1k_cost", "deployments", "Deployments by thousand of the currency; null without any cost."),
        PER_CHANGE,
        COMPLETE,
    ],
    period: Period::Month,
    path: "delivery/cost",
    computed: Computed::Alone,
    ..table("cost_delivery_month", "What CI costs by month, beside what was delivered.")
};

pub(super) const COST_DELIVERY_LINK: TableSpec = TableSpec {
    key: &["currency", "over", "measure", "lag_months"],
    columns: &[
        CURRENCY,
        text("over", "months: complete ones; or repositories: those with a cost in the last three complete months."),
        text("measure", "What the cost of CI is set against: deployments, lead_p50_days or change_failure_rate."),
        int("lag_months", "months", "Months by which delivery lies behind the cost."),
        int("pairs", "", "Months or repositories of which both are known."),
        float(
            "pearson",
            "",
            "Coefficient of Pearson; null below 6 months or 10 repositories, and where one does not vary.",
        ),
        float("pearson_low", "", "Lower end of its 95 % interval by Fisher's z; null as the coefficient."),
        float("pearson_high", "", "Upper end of that interval."),
        float(
            "spearman",
            "",
            "Coefficient of Spearman, equal values with the mean of their ranks; null as that of Pearson.",
        ),
        float("spearman_low", "", "Lower end of its 95 % interval after Bonett and Wright."),
        float("spearman_high", "", "Upper end of that interval."),
    ],
    path: "delivery/cost/links",
    computed: Computed::Alone,
    ..table(
        "cost_delivery_link",
        "How strongly what CI costs goes together with what is delivered, then and up to two months later. A link is no cause, and of nine intervals of 95 % together about one chart in three shows a false one.",
    )
};

pub(super) const COST_DELIVERY_REPO: TableSpec = TableSpec {
    key: &["currency", "repo", "host"],
    columns: &[
        CURRENCY,
        text("repo", "Repository, org/repo; empty for what is billed for none."),
        exact("ci_cost", "What its CI cost."),
        int("deployments", "deployments", "Deployments to production; null where it has none.").or_null(),
        LEAD,
        FAILURE_RATE,
        PER_CHANGE,
        HOST,
    ],
    path: "delivery/cost/repositories",
    computed: Computed::Alone,
    ..table(
        "cost_delivery_repo",
        "What the CI of each repository cost in the last three complete months, beside what was delivered from it.",
    )
};

pub(super) const COST_DELIVERY_LINE: TableSpec = TableSpec {
    key: &["currency", "measure", "ci_cost"],
    columns: &[
        CURRENCY,
        text("measure", "What the cost of CI is set against: deployments, lead_p50_days or change_failure_rate."),
        exact("ci_cost", "What the CI of a repository cost; of equal costs one row."),
        float("line", "", "What the line of least squares over the repositories says there.").always(),
        float("low", "", "Lower end of the 95 % interval of the line there, by Student's t.").always(),
        float("high", "", "Upper end of that interval.").always(),
    ],
    path: "delivery/cost/repositories/line",
    computed: Computed::Alone,
    ..table(
        "cost_delivery_line",
        "The line of least squares through the repositories of cost_delivery_repo, with its interval, at the cost of each: of measures that are known of 10 repositories at least.",
    )
};
