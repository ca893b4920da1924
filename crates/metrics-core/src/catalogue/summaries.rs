//! Columns of the summaries: one list for issues and pull requests, one for delivery.

use super::spec::{ColumnKind, ColumnSpec, float, int, of_kind, text};

const METRIC: ColumnSpec = text("metric", "Name of the metric in the catalogue.");
const UNIT: ColumnSpec = text("unit", "Its unit in the catalogue.");
const FROM: ColumnSpec = of_kind(ColumnKind::Date, "from", "First day, in the reporting zone.");
const TO: ColumnSpec = of_kind(ColumnKind::Date, "to", "Last day, in the reporting zone.");
const P85: ColumnSpec =
    float("p85", "", "85th percentile over the days; null below 10 observations, and for what is no median.");
const LIMIT_HIGH: ColumnSpec = float("limit_high", "", "Upper control limit, as the lower one.");
const PREVIOUS_TO: ColumnSpec = of_kind(ColumnKind::Date, "previous_to", "Last day of the comparison.");
const PREVIOUS: ColumnSpec =
    float("previous", "", "The same figure then; null where the data does not cover all of those days, or as value.");
const PREVIOUS_N: ColumnSpec =
    int("previous_n", "", "Its observations; null where the data does not cover all of those days.").or_null();
const CHANGE_PERCENT: ColumnSpec = float(
    "change_percent",
    "%",
    "Value less previous in percent of previous; null without either, and where previous is 0.",
);

/// One row per metric.
pub(super) const COLUMNS: &[ColumnSpec] = &[
    METRIC,
    UNIT,
    FROM,
    TO,
    float(
        "value",
        "",
        "Median over the days; mean of change_requests_per_pr; centre of throughput in force at the last complete week; count of wip, red_bin and open_prs when the days end. Null over no observations, before the data begins, and for throughput below 6 complete weeks.",
    ),
    int("n", "", "Observations: issues, pull requests, or complete weeks of throughput; a count is its own."),
    P85,
    float("p95", "", "95th percentile over the days; null below 20 observations, and for what is no median."),
    float(
        "limit_low",
        "",
        "Lower control limit of the weekly series in force at the last complete week of the days that has a value; null without limits, and for wip, red_bin and open_prs: levels have none.",
    ),
    LIMIT_HIGH,
    int("signals", "weeks", "Weeks of the days that signal; null where none of them can be judged, and for levels.")
        .or_null(),
    of_kind(
        ColumnKind::Date,
        "previous_from",
        "First day of the comparison: as many days just before, or 13 weeks before a count.",
    ),
    PREVIOUS_TO,
    PREVIOUS,
    PREVIOUS_N,
    CHANGE_PERCENT,
    text(
        "verdict",
        "better or worse, where the last complete week of the days signals and the metric has a good direction; else empty, and always for levels.",
    ),
    float(
        "weeks_of_work",
        "weeks",
        "Of wip: work in progress / value of throughput; null without that. Null for all else.",
    ),
    float(
        "known_share",
        "",
        "Of lead_time and cycle_time: share, 0 to 1, of the issues that ended and have or may have one of which it is known; lost history hides the others. Below 0.7 there is no value. Null for all else.",
    ),
];

/// One row per key of delivery.
pub(super) const DELIVERY_COLUMNS: &[ColumnSpec] = &[
    METRIC,
    UNIT,
    FROM,
    TO,
    float(
        "value",
        "",
        "Deployments by week of deployment_frequency, of each service over the days in which they are recorded; median of lead_time_for_changes and recovery_time; share of change_failure_rate and rework_rate. Null over no observations, and for shares below 10 deployments.",
    ),
    int("n", "", "Observations: deployments, changes, or failed deployments that are over."),
    P85,
    float(
        "limit_low",
        "",
        "Lower control limit of the weekly series in force at the last complete week of the days that has a value; null without limits, and for what has no chart.",
    ),
    LIMIT_HIGH,
    int("signals", "weeks", "Weeks of the days that signal; null where none can be judged, and for what has no chart.")
        .or_null(),
    of_kind(ColumnKind::Date, "previous_from", "First day of the comparison: as many days just before."),
    PREVIOUS_TO,
    PREVIOUS,
    PREVIOUS_N,
    CHANGE_PERCENT,
    text(
        "verdict",
        "better or worse, where the last complete week of the days signals and the metric has a good direction; else empty, and always for what has no chart.",
    ),
    float("low", "", "Of a share: lower end of its 95 % interval by Wilson; else null."),
    float("high", "", "Of a share: upper end of that interval; else null."),
];
