//! Tables about delivery.

use super::spec::{
    COMPLETE, ColumnKind, ColumnSpec, Computed, Evidence, Filter, HOST, MONTH, NO_LIMITS, PROVISIONAL, Period, Range,
    RuleSets, SEGMENT, SIGNALS, TableScope, TableSpec, WEEK, Written, YEAR, boolean, float, instant, int, joined,
    of_kind, text,
};
use super::summaries;

const FILTERS: &[Filter] = &[Filter::Repository, Filter::Team, Filter::Service, Filter::Bots];

const fn table(name: &'static str, doc: &'static str) -> TableSpec {
    TableSpec {
        name,
        scope: TableScope::Delivery,
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

const SERVICE: ColumnSpec = text("service", "Name of the service, org/repo where it is one repository.");
const SERVICE_OR_ALL: ColumnSpec = text("service", "Name of the service, org/repo where it is one repository; or ALL.");
const DEPLOYMENTS: &str = "deployments";
const CHANGES: &str = "changes";

const COUNTED: ColumnSpec = int(
    "deployments",
    DEPLOYMENTS,
    "Deployments to production that served something other than before, by their first success: changes and rollbacks. Null, as all that rests on them, where none is recorded any more; ALL is what is known then.",
)
.or_null();
const PER_DAY: ColumnSpec =
    float("per_day", DEPLOYMENTS, "Deployments by the days of the period; null as deployments.");
const CENTER: ColumnSpec = float(
    "center",
    DEPLOYMENTS,
    "Mean of the baseline of `deployments`; null in an incomplete period and below 6 complete ones.",
);
const UCL: ColumnSpec = float("ucl", DEPLOYMENTS, "Upper control limit of `deployments`; null as no_limits says.");
const LCL: ColumnSpec =
    float("lcl", DEPLOYMENTS, "Lower control limit of `deployments`, not below 0; null as the upper one.");
const REDEPLOYS: ColumnSpec = int(
    "redeploys",
    DEPLOYMENTS,
    "Deployments of the commit that was live already; in no other figure; null as deployments.",
)
.or_null();
const ROLLBACKS: ColumnSpec =
    int("rollbacks", DEPLOYMENTS, "Those among `deployments` that went back; null as deployments.").or_null();
const ATTEMPTS: ColumnSpec = int(
    "attempts_failed",
    DEPLOYMENTS,
    "Deployments that failed without ever serving users, by their end; no deployments unless the configuration says so; null as deployments.",
)
.or_null();
const CHANGED: ColumnSpec =
    int("changes", CHANGES, "Merged pull requests that users had first in the period; null as deployments.").or_null();
const LEAD_P50: ColumnSpec = float(
    "lead_p50_days",
    "days",
    "Median from the first commit to users, of changes and, where none is linked to a deployment, as it was pushed; null over none.",
);
const LEAD_P85: ColumnSpec = float("lead_p85_days", "days", "Its 85th percentile; null below 10 of them.");
const LEAD_MEAN: ColumnSpec = float("lead_mean_days", "days", "Its mean; null over none.");
const NEGATIVE: ColumnSpec = int(
    "negative_lead",
    CHANGES,
    "Changes, and deployments with a pushed first commit, left out of the lead time since they were deployed before it; null as deployments.",
)
.or_null();
const CODING: ColumnSpec = float("coding_p50_days", "days", "Median from the first commit to ready for review.");
const PICKUP: ColumnSpec = float("pickup_p50_days", "days", "Median from ready to the first review.");
const REVIEW: ColumnSpec = float("review_p50_days", "days", "Median from the first review to the last approval.");
const MERGE: ColumnSpec = float("merge_p50_days", "days", "Median from the last approval to the merge.");
const WAITING: ColumnSpec = float("deploy_wait_p50_days", "days", "Median from the merge to the deployment.");
const LINKED: ColumnSpec = float(
    "linked_share",
    "share",
    "Of what was merged into the default branch in the period, the share that is deployed by now; null over nothing.",
);
const CERTAIN: ColumnSpec =
    float("certain_share", "share", "Of these, the share of which that is certain; null over nothing.");
const FAILED: ColumnSpec =
    int("failed", DEPLOYMENTS, "Those among `deployments` that failed, each once; null as deployments.").or_null();
const BY_INCIDENT: ColumnSpec =
    int("failed_by_incident", DEPLOYMENTS, "Those that caused an incident; null without a source of incidents.")
        .or_null();
const BY_LABEL: ColumnSpec = int(
    "failed_by_label",
    DEPLOYMENTS,
    "Those with a change whose label says that it caused a failure; null as deployments.",
)
.or_null();
const BY_ROLLBACK: ColumnSpec =
    int("failed_by_rollback", DEPLOYMENTS, "Those that the next deployment took back; null as deployments.").or_null();
const BY_HOTFIX: ColumnSpec =
    int("failed_by_hotfix", DEPLOYMENTS, "Those after which the next one shipped a hotfix; null as deployments.")
        .or_null();
const RATE: ColumnSpec = float("change_failure_rate", "share", "failed / deployments; null below 10 deployments.");
const RATE_LOW: ColumnSpec =
    float("change_failure_rate_low", "share", "Lower end of its 95 % interval by Wilson; null as the rate.");
const RATE_HIGH: ColumnSpec = float("change_failure_rate_high", "share", "Upper end of that interval.");
const RECOVERED: ColumnSpec =
    int("recovered", DEPLOYMENTS, "Failed deployments after which users are served again; null as deployments.")
        .or_null();
const RECOVERY_OPEN: ColumnSpec = int(
    "recovery_open",
    DEPLOYMENTS,
    "Failed deployments of which no end is known; in no median; null as deployments.",
)
.or_null();
const RECOVERY_P50: ColumnSpec =
    float("recovery_p50_hours", "hours", "Median from a failed deployment to the recovery; null over none.");
const RECOVERY_MEAN: ColumnSpec = float("recovery_mean_hours", "hours", "Its mean; null over none.");
const INCIDENTS: ColumnSpec =
    int("incidents", "incidents", "Incidents of production that began in the period; null without a source.").or_null();
const RESTORED: ColumnSpec = int("restored", "incidents", "Those that are over; null without a source.").or_null();
const RESTORE_P50: ColumnSpec =
    float("restore_p50_hours", "hours", "Median of the time in which users were not served; null over none.");
const RESTORE_MEAN: ColumnSpec = float("restore_mean_hours", "hours", "Its mean; null over none.");
const DETECT_P50: ColumnSpec =
    float("detect_p50_hours", "hours", "Median from the deployment that is to blame to the incident; null over none.");
const UNPLANNED: ColumnSpec = int(
    "unplanned",
    DEPLOYMENTS,
    "Those among `deployments` that are rollbacks or ship a hotfix; null as deployments.",
)
.or_null();
const REWORK: ColumnSpec = float("rework_rate", "share", "unplanned / deployments; null below 10 deployments.");
const REWORK_LOW: ColumnSpec =
    float("rework_rate_low", "share", "Lower end of its 95 % interval by Wilson; null as the rate.");
const REWORK_HIGH: ColumnSpec = float("rework_rate_high", "share", "Upper end of that interval.");
const IS_COMPLETE: ColumnSpec = ColumnSpec {
    doc: "Whether the period is over at as_of, every source that it needs was imported past its end, the window in which its last deployment may still turn out to have failed is over too, and all of its deployments are recorded.",
    ..COMPLETE
};

/// Columns of a control chart.
const CHART: [ColumnSpec; 7] = [CENTER, UCL, LCL, SIGNALS, SEGMENT, PROVISIONAL, NO_LIMITS];
/// The keys of a period, behind its deployments.
const KEYS: [ColumnSpec; 37] = [
    REDEPLOYS,
    ROLLBACKS,
    ATTEMPTS,
    CHANGED,
    LEAD_P50,
    LEAD_P85,
    LEAD_MEAN,
    NEGATIVE,
    CODING,
    PICKUP,
    REVIEW,
    MERGE,
    WAITING,
    LINKED,
    CERTAIN,
    FAILED,
    BY_INCIDENT,
    BY_LABEL,
    BY_ROLLBACK,
    BY_HOTFIX,
    RATE,
    RATE_LOW,
    RATE_HIGH,
    RECOVERED,
    RECOVERY_OPEN,
    RECOVERY_P50,
    RECOVERY_MEAN,
    INCIDENTS,
    RESTORED,
    RESTORE_P50,
    RESTORE_MEAN,
    DETECT_P50,
    UNPLANNED,
    REWORK,
    REWORK_LOW,
    REWORK_HIGH,
    IS_COMPLETE,
];

const CHARTED_KEYS: [ColumnSpec; 44] = joined(CHART, KEYS);
const WEEK_COLUMNS: [ColumnSpec; 49] = joined([YEAR, WEEK, SERVICE_OR_ALL, COUNTED, PER_DAY], CHARTED_KEYS);
const MONTH_COLUMNS: [ColumnSpec; 48] = joined([MONTH, SERVICE_OR_ALL, COUNTED, PER_DAY], CHARTED_KEYS);
const TEAM_COLUMNS: [ColumnSpec; 48] = joined([MONTH, TEAM, COUNTED, PER_DAY], CHARTED_KEYS);
const DAY_COLUMNS: [ColumnSpec; 41] = joined([DAY, SELECTED, COUNTED, PER_DAY], KEYS);
const DAY: ColumnSpec = of_kind(ColumnKind::Date, "date", "Day.");
const TEAM: ColumnSpec = text("team", "Name of the team.");
const SELECTED: ColumnSpec = text("service", "ALL: what is selected, all together.");

pub(super) const DORA_WEEK: TableSpec = TableSpec {
    key: &["year", "week", "service"],
    columns: &WEEK_COLUMNS,
    period: Period::Week,
    path: "delivery/dora",
    evidence: Some(Evidence::Deployments),
    ..table(
        "dora_week",
        "The five DORA keys by week: a row per service from its first deployment on, failed or not, and one for all.",
    )
};

pub(super) const DORA_MONTH: TableSpec = TableSpec {
    key: &["month", "service"],
    columns: &MONTH_COLUMNS,
    period: Period::Month,
    path: "delivery/dora",
    evidence: Some(Evidence::Deployments),
    ..table(
        "dora_month",
        "The five DORA keys by month: a row per service from its first deployment on, failed or not, and one for all.",
    )
};

pub(super) const DORA_DAY: TableSpec = TableSpec {
    key: &["date", "service"],
    columns: &DAY_COLUMNS,
    period: Period::Day,
    path: "delivery/dora",
    evidence: Some(Evidence::Deployments),
    ..table("dora_day", "The five DORA keys by day, of all services together.")
};

pub(super) const DORA_TEAM_MONTH: TableSpec = TableSpec {
    key: &["month", "team"],
    columns: &TEAM_COLUMNS,
    period: Period::Month,
    written: Written::WithTeams,
    path: "delivery/dora/teams",
    computed: Computed::Alone,
    ..table(
        "dora_team_month",
        "The five DORA keys by month of what is deployed from the repositories of a team: a row per team from its first deployment on, failed or not.",
    )
};

pub(super) const CALCULATED_DEPLOYMENT: TableSpec = TableSpec {
    key: &["deployment_id", "service", "host"],
    columns: &[
        text("deployment_id", "Id of its first success by the provider."),
        text("org", "Organisation of the repository."),
        text("repo", "Repository."),
        SERVICE,
        text("environment", "Environment of its first success; the tag of a release, the branch or tag of a run."),
        text("sha", "Object id of the commit."),
        instant("started_at", "Begun.").always(),
        instant("succeeded_at", "First success; null for an attempt that failed."),
        instant("finished_at", "First end.").always(),
        text("kind", "change, redeploy (the commit that was live already), rollback, or failed_attempt."),
        boolean("counted", "Whether it is among `deployments`."),
        boolean("failed", "Whether it failed; null for an attempt that does not count.").or_null(),
        text("causes", "Why: hotfix, incident, label, rollback, attempt, joined by ;. Empty where it did not fail."),
        instant("recovered_at", "When users were served again; null where it did not fail, and while they are not."),
        boolean("unplanned", "Whether it is a rollback or ships a hotfix; null for an attempt.").or_null(),
        int("changes", CHANGES, "Changes that users had first by it; null for an attempt.").or_null(),
        float(
            "pushed_lead_days",
            "days",
            "From the first commit to users as it was pushed with the deployment, where no change is linked to it; null else.",
        ),
        text("url", "Web address."),
        HOST,
    ],
    range: Range::List(&["succeeded_at", "finished_at"]),
    path: "delivery/deployments",
    computed: Computed::List,
    ..table(
        "calculated_deployment",
        "Every deployment to production that ended. What a rollout to several environments took up is in its row.",
    )
};

pub(super) const CALCULATED_CHANGE: TableSpec = TableSpec {
    key: &["org", "repo", "number", "service", "host"],
    columns: &[
        text("org", "Organisation of the repository."),
        text("repo", "Repository."),
        text("number", "Number of the pull request."),
        text("service", "Name of the service; empty where it touches no folder of any."),
        text("title", "Title."),
        instant("merged_at", "Merged.").always(),
        instant(
            "first_commit_at",
            "First commit, or its opening where that was earlier; null where commits are unknown.",
        ),
        text("deployment_id", "The deployment by which users had it first; empty where there is none."),
        instant("deployed_at", "When that was."),
        float("lead_days", "days", "From there to users."),
        float("coding_days", "days", "From the first commit to ready for review."),
        float("pickup_days", "days", "From ready to the first review."),
        float("review_days", "days", "From the first review to the last approval."),
        float("merge_days", "days", "From the last approval to the merge."),
        float("deploy_wait_days", "days", "From the merge to users."),
        text(
            "method",
            "How the deployment is known: pushed (whoever pushed it names the change), ancestry (its commit holds the change's), cherry_pick (it holds a commit picked from it), merge_order (by the dates of commits), time (the first one after the merge), or none.",
        ),
        text("confidence", "certain, likely or guess; empty without a deployment."),
        text(
            "reason",
            "Why there is none: before_first (the first known deployment holds it), not_deployed, not_recorded (the service's deployments are recorded no more), other_branch, no_service, unknown. Empty where there is one.",
        ),
        boolean("hotfix", "Whether it is a hotfix by its labels, branch or title."),
        text("url", "Web address."),
        HOST,
    ],
    range: Range::List(&["deployed_at", "merged_at"]),
    path: "delivery/changes",
    computed: Computed::List,
    ..table(
        "calculated_change",
        "Every merged pull request of every service that deploys, and the deployment that shipped it.",
    )
};

pub(super) const CALCULATED_INCIDENT: TableSpec = TableSpec {
    key: &["incident_id", "host"],
    columns: &[
        text("incident_id", "Id by its source; org/repo#number for an issue."),
        text("service", "Name of the service; empty where none is known."),
        text("title", "Title."),
        text("severity", "Severity as its source names it."),
        instant("started_at", "Begun.").always(),
        instant("restored_at", "When users were served again for good; null while they are not."),
        float("downtime_hours", "hours", "Time in which users were not served; null while they are not."),
        text("deployment_id", "The deployment that it is laid to; empty where there is none."),
        text(
            "method",
            "How: named (by its source), sha (its source names a change that was shipped), window (the newest one within some hours before).",
        ),
        float("detect_hours", "hours", "From that deployment to the incident."),
        text("url", "Web address."),
        HOST,
        text(
            "not_counted",
            "Why no figure counts it: severity (milder than delivery.incidents.minimum_severity), minutes (shorter than minimum_minutes), merged (an alert that is part of another one). Empty where figures do.",
        ),
        text("part_of", "The incident that it is part of; empty where it is none."),
        boolean(
            "stale",
            "Whether it is an alert that has been open for more than 7 days: its end was probably never told. It counts as an incident, is in no median, and later alerts are none of its.",
        ),
    ],
    range: Range::List(&["started_at"]),
    path: "delivery/incidents",
    computed: Computed::Alone,
    ..table("calculated_incident", "Every incident of production, and every alert that is told of.")
};

pub(super) const SUMMARY: TableSpec = TableSpec {
    key: &["metric"],
    columns: summaries::DELIVERY_COLUMNS,
    range: Range::Summary,
    path: "delivery/summary",
    rests_on: &["dora_week"],
    ..table("dora_summary", "The five DORA keys of some days, each against as many days before.")
};
