//! Columns of what comes into levels and what leaves them, of issues and of pull requests.

use super::spec::{COMPLETE, ColumnSpec, NO_LIMITS, PROVISIONAL, SEGMENT, SIGNALS, WEEK, YEAR, float, int, text};

/// One row per week and level.
pub(super) const COLUMNS: &[ColumnSpec] = &[
    YEAR,
    WEEK,
    text("level", "What is counted: open, a step short of done, wip or red_bin; of pull requests open_prs."),
    int("arrivals", "", "How many came during the week."),
    int("departures", "", "How many left during the week."),
    int("net_flow", "", "Arrivals less departures: by how much the level changed from the end of the week before."),
    float("center", "", "Mean of the baseline of `net_flow`; null in an incomplete week and below 6 complete weeks."),
    float("ucl", "", "Upper control limit of `net_flow`; null as `no_limits` says."),
    float(
        "lcl",
        "",
        "Lower control limit of `net_flow`, not below 0 while none of its weeks is; null as the upper one.",
    ),
    SIGNALS,
    SEGMENT,
    PROVISIONAL,
    NO_LIMITS,
    COMPLETE,
];
