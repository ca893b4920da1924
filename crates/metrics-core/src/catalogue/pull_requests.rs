//! Tables about pull requests.

use super::spec::{
    COMPLETE, ColumnSpec, Computed, Counted, Evidence, Filter, HOST, MONTH, NO_LIMITS, PROVISIONAL, Period, QUARTER,
    Range, RuleSets, SEGMENT, SIGNALS, TableScope, TableSpec, WEEK, Written, YEAR, boolean, float, instant, int, text,
};
use super::{net_flow, summaries};

const FILTERS: &[Filter] = &[Filter::Repository, Filter::Team, Filter::Bots];

const fn table(name: &'static str, doc: &'static str) -> TableSpec {
    TableSpec {
        name,
        scope: TableScope::PullRequests,
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

const REPO: ColumnSpec = text("repo", "Name of the repository.").original();
const REPO_OR_ALL: ColumnSpec =
    text("repo", "Name of the repository, or ALL; one that is called ALL is written with its organisation, acme/ALL.")
        .original();
const REQUESTS: &str = "change requests";
const PULL_REQUESTS: &str = "pull requests";

pub(super) const CHANGE_REQUESTS_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "repo"],
    columns: &[
        YEAR,
        WEEK,
        REPO_OR_ALL,
        float("avg", REQUESTS, "Mean per pull request; null over none.").original(),
        float("median", REQUESTS, "Median per pull request; null over none.").original(),
        float("p90", REQUESTS, "90th percentile per pull request, nearest rank; null over none.").original(),
        int("pr_count", PULL_REQUESTS, "Pull requests opened in the week.").original(),
        int("cr_total", REQUESTS, "Change requests that these got so far.").original(),
        REQUESTED,
        REQUESTED_CENTER,
        REQUESTED_UCL,
        REQUESTED_LCL,
        SIGNALS,
        SEGMENT,
        PROVISIONAL,
        NO_LIMITS,
        COMPLETE,
    ],
    period: Period::Week,
    path: "pull-requests/change-requests",
    evidence: Some(Evidence::PullRequests(Counted::Opened)),
    rests_on: &["pr_change_requests_month", "pr_change_requests_quarter"],
    ..table("pr_change_requests_week", "Change requests per pull request, by the week it was opened in. Bots count.")
};

const REQUESTED: ColumnSpec =
    int("requested", REQUESTS, "Change requests submitted in the period, whenever their pull request was opened.");
const REQUESTED_CENTER: ColumnSpec = float(
    "center",
    REQUESTS,
    "Mean of the baseline of `requested`; null in an incomplete period and below 6 complete ones.",
);
const REQUESTED_UCL: ColumnSpec = float("ucl", REQUESTS, "Upper control limit of `requested`; null as no_limits says.");
const REQUESTED_LCL: ColumnSpec =
    float("lcl", REQUESTS, "Lower control limit of `requested`, not below 0; null as the upper one.");

pub(super) const CHANGE_REQUESTS_MONTH: TableSpec = TableSpec {
    key: &["month", "repo"],
    columns: &[
        MONTH,
        REPO_OR_ALL,
        REQUESTED,
        REQUESTED_CENTER,
        REQUESTED_UCL,
        REQUESTED_LCL,
        SIGNALS,
        SEGMENT,
        PROVISIONAL,
        NO_LIMITS,
        COMPLETE,
    ],
    period: Period::Month,
    rules: RuleSets::FlowOnly,
    path: "pull-requests/change-requests",
    evidence: Some(Evidence::PullRequests(Counted::Opened)),
    rests_on: &["pr_change_requests_month", "pr_change_requests_quarter"],
    ..table(
        "pr_change_requests_month",
        "Change requests submitted in each month, for repositories that get too few a week for limits. Bots count.",
    )
};

pub(super) const CHANGE_REQUESTS_QUARTER: TableSpec = TableSpec {
    key: &["quarter", "repo"],
    columns: &[
        QUARTER,
        REPO_OR_ALL,
        REQUESTED,
        REQUESTED_CENTER,
        REQUESTED_UCL,
        REQUESTED_LCL,
        SIGNALS,
        SEGMENT,
        PROVISIONAL,
        NO_LIMITS,
        COMPLETE,
    ],
    period: Period::Quarter,
    rules: RuleSets::FlowOnly,
    path: "pull-requests/change-requests",
    evidence: Some(Evidence::PullRequests(Counted::Opened)),
    ..table(
        "pr_change_requests_quarter",
        "Change requests submitted in each quarter, for repositories that get too few a month for limits. Bots count.",
    )
};

pub(super) const CHANGE_REQUESTS_REPO: TableSpec = TableSpec {
    key: &["repo"],
    columns: &[
        REPO,
        float("median", REQUESTS, "Median per pull request.").original().always(),
        int("pr_count", PULL_REQUESTS, "Pull requests.").original(),
        int("cr_total", REQUESTS, "Change requests.").original(),
        float("avg", REQUESTS, "Mean per pull request.").always(),
    ],
    range: Range::Within,
    path: "pull-requests/change-requests/repositories",
    evidence: Some(Evidence::PullRequests(Counted::OpenedWithin)),
    computed: Computed::Alone,
    ..table(
        "pr_change_requests_repo",
        "Change requests per pull request, by repository: of all pull requests, or of those opened in the asked days. Bots count.",
    )
};

pub(super) const CHANGE_REQUESTS_REPO_DIST: TableSpec = TableSpec {
    key: &["repo", "cr"],
    columns: &[
        REPO,
        int("cr", REQUESTS, "Change requests of a pull request.").original(),
        int("pr_count", PULL_REQUESTS, "Pull requests that have so many.").original(),
    ],
    range: Range::Within,
    path: "pull-requests/change-requests/distribution",
    evidence: Some(Evidence::PullRequests(Counted::OpenedByChangeRequests)),
    computed: Computed::Alone,
    ..table(
        "pr_change_requests_repo_dist",
        "How many pull requests of a repository have how many change requests: of all, or of those opened in the asked days. Bots count.",
    )
};

const fn days(name: &'static str, doc: &'static str) -> ColumnSpec {
    float(name, "days", doc)
}

pub(super) const CYCLE_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "repo"],
    columns: &[
        YEAR,
        WEEK,
        REPO_OR_ALL,
        int("merged", PULL_REQUESTS, "Merged in the week."),
        int(
            "merged_unreviewed",
            PULL_REQUESTS,
            "Of these, without a review by another human, not even while it was a draft.",
        ),
        days("open_to_merge_p50_days", "Median from opened to merged; null over none."),
        days("open_to_merge_p85_days", "85th percentile of the same; null below 10."),
        days("first_commit_to_merge_p50_days", "Median from first commit to merged; null over none."),
        days("first_commit_to_merge_p85_days", "85th percentile of the same; null below 10."),
        days("coding_p50_days", "Median from first commit to ready for review; null over none."),
        days("coding_p85_days", "85th percentile of the same; null below 10."),
        days("pickup_p50_days", "Median from ready for review to first review; null over none."),
        days("pickup_p85_days", "85th percentile of the same; null below 10."),
        days("review_p50_days", "Median from first review to last approval, or to merged without one; null over none."),
        days("review_p85_days", "85th percentile of the same; null below 10."),
        days("merge_p50_days", "Median from last approval to merged; null over none."),
        days("merge_p85_days", "85th percentile of the same; null below 10."),
        float(
            "review_rounds",
            "rounds",
            "Mean of 1 + change requests by humans over pull requests that were reviewed once ready; null over none.",
        ),
        COMPLETE,
        days("coding_mean_days", "Mean from first commit to ready for review over `with_all_stages`; null over none."),
        days("pickup_mean_days", "Mean from ready for review to first review over the same; null over none."),
        days("review_mean_days", "Mean from first review to last approval over the same; null over none."),
        days("merge_mean_days", "Mean from last approval to merged over the same; null over none."),
        int(
            "with_all_stages",
            PULL_REQUESTS,
            "Of the merged ones, those that have all four stages; the four means add up to theirs from first commit to \
             merged.",
        ),
    ],
    period: Period::Week,
    rules: RuleSets::FlowOnly,
    path: "pull-requests/cycle",
    evidence: Some(Evidence::PullRequests(Counted::Merged)),
    ..table(
        "pr_cycle_week",
        "How long merged pull requests took, stage by stage, by the week of the merge. Bots are out.",
    )
};

const fn hours(name: &'static str, doc: &'static str) -> ColumnSpec {
    float(name, "hours", doc)
}

pub(super) const REVIEW_LATENCY_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "size"],
    columns: &[
        YEAR,
        WEEK,
        text("size", "Changed files: XS 1, S 2 to 3, M 4 to 9, L 10 or more, ALL. Unknown sizes are in ALL alone."),
        hours("waiting_for_review_p50_hours", "Median from ready for review to merged; null over none."),
        hours("waiting_for_review_p90_hours", "90th percentile of the same; null below 10."),
        hours("to_first_review_p50_hours", "Median from ready for review to first review; null over none."),
        hours("to_first_review_p90_hours", "90th percentile of the same; null below 10."),
        hours("request_to_review_p50_hours", "Median from first request for a review to first review; null over none."),
        hours("request_to_review_p90_hours", "90th percentile of the same; null below 10."),
        COMPLETE,
    ],
    period: Period::Week,
    rules: RuleSets::FlowOnly,
    path: "pull-requests/review-latency",
    evidence: Some(Evidence::PullRequests(Counted::MergedBySize)),
    ..table(
        "pr_review_latency_week",
        "How long merged pull requests of each size waited for review, by the week of the merge. Bots are out.",
    )
};

pub(super) const ACTIVITY_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "repo"],
    columns: &[
        YEAR,
        WEEK,
        REPO_OR_ALL,
        int("opened", PULL_REQUESTS, "Opened in the week, those of bots too."),
        int("merged", PULL_REQUESTS, "Merged in the week, those of bots too."),
        int("closed_unmerged", PULL_REQUESTS, "Closed in the week without being merged."),
        int("authors", "people", "People whose pull requests were merged in the week."),
        float("merged_per_author", PULL_REQUESTS, "Merged pull requests of people per author; null without any."),
        int("large", PULL_REQUESTS, "Merged with 10 changed files or more."),
        int("weekend_merges", PULL_REQUESTS, "Merged on Saturday or Sunday."),
        int("hotfix_labelled", PULL_REQUESTS, "Merged with the word hotfix in a label."),
        COMPLETE,
    ],
    period: Period::Week,
    rules: RuleSets::FlowOnly,
    path: "pull-requests/activity",
    evidence: Some(Evidence::PullRequests(Counted::Activity)),
    ..table("pr_activity_week", "What happened to pull requests each week. Bots are out, but in opened and merged.")
};

pub(super) const NET_FLOW_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "level"],
    columns: net_flow::COLUMNS,
    period: Period::Week,
    rules: RuleSets::FlowOnly,
    path: "pull-requests/net-flow",
    ..table(
        "pr_net_flow_week",
        "Pull requests opened, and merged or closed, each week over all repositories, with the control chart of the \
         difference. The number of open ones itself has no limits. Bots are out.",
    )
};

pub(super) const OPEN: TableSpec = TableSpec {
    key: &["id"],
    columns: &[
        text("id", "Repository and number, org/repo#number."),
        text("title", "Title."),
        text("repo", "Name of the repository."),
        float("age_days", "days", "Since it was opened.").always(),
        text("stage", "coding (a draft), pickup, review or merge."),
        instant("waiting_since", "Since when it is in that stage.").always(),
        text("size", "Changed files: XS 1, S 2 to 3, M 4 to 9, L 10 or more; empty where unknown."),
        boolean("draft", "Whether it is a draft."),
        text("url", "Web address."),
        HOST,
    ],
    rules: RuleSets::FlowOnly,
    path: "pull-requests/open",
    evidence: Some(Evidence::OpenPullRequests),
    rests_on: &["pr_net_flow_week"],
    ..table("pr_open", "Pull requests that are open at as_of, oldest first. Bots are out.")
};

pub(super) const CALCULATED_PR: TableSpec = TableSpec {
    key: &["id"],
    columns: &[
        text("id", "Repository and number, org/repo#number."),
        text("title", "Title."),
        text("repo", "Name of the repository."),
        instant("created", "When it was opened.").always(),
        instant(
            "ready",
            "When it was ready for review first: opened, or no draft any more; null if it never was, also when it ended so.",
        ),
        instant("first_review", "First review by a human other than the author, from ready to merged or closed."),
        instant("last_approval", "Last approval that stands, from the first review to merged or closed."),
        instant("merged", "When it was merged."),
        instant("closed", "When it was merged, or closed without that; null while it is open."),
        text("size", "Changed files: XS 1, S 2 to 3, M 4 to 9, L 10 or more; empty where unknown."),
        int("changed_files", "files", "Changed files; null where unknown.").or_null(),
        boolean("draft", "Whether it is a draft, or was one when it was merged or closed."),
        boolean("bot", "Whether a bot opened it. Such rows are in no figure of which it is said that bots are out."),
        days("coding_days", "First commit to ready for review; null where either is unknown."),
        days("pickup_days", "Ready for review to first review; null without a review."),
        days("review_days", "First review to last approval, or to merged without one; null without a review."),
        days("merge_days", "Last approval to merged; null without either."),
        days("open_to_merge_days", "Opened to merged; null unless merged."),
        days("first_commit_to_merge_days", "First commit to merged; null unless merged, and where it is unknown."),
        hours("waiting_for_review_hours", "Ready for review to merged; null unless merged."),
        hours("to_first_review_hours", "Ready for review to first review; null without a review."),
        hours(
            "request_to_review_hours",
            "First request for a review, or ready if later, to first review; null without.",
        ),
        int("change_requests", REQUESTS, "Reviews by anyone that requested changes, dismissed ones included."),
        boolean(
            "reviewed",
            "Whether a human other than the author reviewed it before it was merged or closed, be it while it was a draft.",
        ),
        text("url", "Web address."),
        text("author", "Login of who opened it; empty unless tables about people are allowed."),
        HOST,
        days("draft_days", "In draft after it was ready first, until its end or as_of; null if it never was ready."),
    ],
    range: Range::List(&["closed", "created"]),
    rules: RuleSets::FlowOnly,
    path: "pull-requests",
    computed: Computed::List,
    ..table("calculated_pr", "Each pull request with the instants of its life, its stages and waits. Bots are marked.")
};

pub(super) const CYCLE_DIST: TableSpec = TableSpec {
    key: &["from_days"],
    columns: &[
        days("from_days", "Lower bound of the bin; it belongs to the bin.").always(),
        days("to_days", "Upper bound of the bin; it belongs to the next one. Null for the last bin, which has none."),
        int("pr_count", PULL_REQUESTS, "Merged pull requests that took so long from opened to merged."),
        float("share", "", "Their share, 0 to 1; null below 10 pull requests in all bins."),
        days("p50_days", "Median of all, the same in each row.").always(),
        days("p85_days", "85th percentile of all, the same in each row; null below 10."),
        days("p95_days", "95th percentile of all, the same in each row; null below 20."),
    ],
    range: Range::Within,
    rules: RuleSets::FlowOnly,
    path: "pull-requests/distribution",
    evidence: Some(Evidence::PullRequests(Counted::MergedByTime)),
    computed: Computed::Alone,
    ..table(
        "pr_cycle_dist",
        "How many pull requests merged in the range took how long from opened to merged, in bins of one round width; \
         the last, open bin begins at the first bound above 98 % of them. Bots are out.",
    )
};

pub(super) const AUTHOR_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "author"],
    columns: &[
        YEAR,
        WEEK,
        text("author", "Login."),
        int("merged", PULL_REQUESTS, "Merged in the week."),
        float("cycle_p50_days", "days", "Median from first commit to merged; null over none."),
        float("latency_p50_hours", "hours", "Median from ready for review to first review; null over none."),
        COMPLETE,
    ],
    period: Period::Week,
    rules: RuleSets::FlowOnly,
    written: Written::WithPeople,
    path: "pull-requests/authors",
    ..table(
        "pr_author_week",
        "Merged pull requests per person, in order of login; only where tables about people are allowed. Bots are out.",
    )
};

pub(super) const SUMMARY: TableSpec = TableSpec {
    key: &["metric"],
    columns: summaries::COLUMNS,
    range: Range::Summary,
    rules: RuleSets::FlowOnly,
    path: "pull-requests/summary",
    rests_on: &["pr_cycle_week", "pr_review_latency_week", "pr_change_requests_week"],
    ..table(
        "pr_summary",
        "Cycle time, time to first review, change requests and open pull requests over a range of days, the 52 weeks that end at as_of unless asked otherwise, and how each compares with before. Bots are out, but in change_requests_per_pr.",
    )
};
