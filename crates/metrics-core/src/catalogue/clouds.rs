//! Tables about the clouds' bills.

use super::spec::{
    ColumnKind, ColumnSpec, Computed, Period, Range, RuleSets, TableScope, TableSpec, Written, boolean, float, int,
    money, of_kind, text,
};

const fn table(name: &'static str, doc: &'static str) -> TableSpec {
    TableSpec {
        name,
        scope: TableScope::CloudSpending,
        doc,
        key: &[],
        columns: &[],
        period: Period::Month,
        range: Range::Periods,
        filters: &[],
        rules: RuleSets::Both,
        written: Written::Always,
        path: "",
        evidence: None,
        computed: Computed::Together,
        rests_on: &[],
    }
}

const MONTH: ColumnSpec = of_kind(ColumnKind::Month, "month", "Month of the bill, UTC.").original();
const PROVIDER: ColumnSpec = text("provider", "Provider.").original();
const COST: ColumnSpec = money("cost", "What is billed, net of credits.").original();
const CURRENCY: ColumnSpec =
    text("currency", "Currency of the row; amounts of two currencies are never added.").original();
const COMPLETE: ColumnSpec = boolean(
    "complete",
    "Whether the month had settled, every row of it was read since, and no source of the provider is behind.",
);
const CHANGE: ColumnSpec =
    money("change", "Cost less that of the month before; null where that is absent or either is incomplete.").or_null();
const CHANGE_PERCENT: ColumnSpec = float(
    "change_percent",
    "%",
    "Change in percent of the month before; null as the change, and where that month is 0 or less.",
);
const DAYS: ColumnSpec =
    int("days", "days", "Days that the cost covers; null where a row of an incomplete month does not say.").or_null();
const COST_PER_DAY: ColumnSpec = money("cost_per_day", "Cost per day covered; null without a whole day.").or_null();
const RUN_RATE: ColumnSpec =
    money("run_rate", "What an incomplete month comes to at this pace; null for complete months and below 3 days.")
        .or_null();
const CENTER: ColumnSpec = float("center", "", "Mean of the baseline, in money; null below 6 complete months.");
const UCL: ColumnSpec = float("ucl", "", "Upper control limit, in money; null as the centre, and without variation.");
const LCL: ColumnSpec = float("lcl", "", "Lower control limit, in money; null as the upper one.");
const SIGNALS: ColumnSpec =
    text("signals", "beyond_limits, run_of_8, 3_of_4_near_limit, joined by ;. Empty where there is none.");
const PROVISIONAL: ColumnSpec = boolean("provisional", "Whether the limits rest on fewer than 20 months.");

pub(super) const MONTHLY: TableSpec = TableSpec {
    key: &["month", "provider", "currency"],
    columns: &[
        MONTH,
        PROVIDER,
        COST,
        CURRENCY,
        COMPLETE,
        CHANGE,
        CHANGE_PERCENT,
        DAYS,
        COST_PER_DAY,
        RUN_RATE,
        CENTER,
        UCL,
        LCL,
        SIGNALS,
        PROVISIONAL,
        text(
            "without",
            "Accounts that the provider does not serve, and organisations of whose bill of CI nothing was ever read, joined by ;: the months are complete without them.",
        ),
    ],
    path: "cloud-spending/monthly",
    ..table(
        "cloud_spending_monthly",
        "What each provider bills per month. Filters and groups of services do not touch it.",
    )
};

const GROUP: ColumnSpec = ColumnSpec {
    other_name: Some("service"),
    ..text("group", "Group of services where groups are configured; else the column is called service and has that.")
}
.original();

pub(super) const SERVICES: TableSpec = TableSpec {
    key: &["month", "provider", "group", "currency"],
    columns: &[
        MONTH,
        PROVIDER,
        GROUP,
        COST,
        CURRENCY,
        COMPLETE,
        CHANGE,
        CHANGE_PERCENT,
        DAYS,
        COST_PER_DAY,
        RUN_RATE,
        CENTER,
        UCL,
        LCL,
        SIGNALS,
        PROVISIONAL,
    ],
    path: "cloud-spending/services",
    ..table(
        "cloud_spending_services",
        "What each provider bills per month by group of services, or by service where no groups are configured.",
    )
};

pub(super) const COMPARED: TableSpec = TableSpec {
    key: &["comparison", "month", "group", "currency"],
    columns: &[
        text("comparison", "Name of the comparison.").original(),
        MONTH,
        text("group", "Group of services.").original(),
        COST,
        CURRENCY,
        COMPLETE,
        CHANGE,
        CHANGE_PERCENT,
    ],
    written: Written::WithComparisons,
    path: "cloud-spending/compared",
    ..table("cloud_spending_compared", "Groups of services set against each other, all providers together.")
};

pub(super) const TOTALS: TableSpec = TableSpec {
    key: &["month", "currency", "part", "provider", "name"],
    columns: &[
        of_kind(ColumnKind::Month, "month", "Month of the bill, UTC."),
        text("currency", "Currency of the row; amounts of two currencies are never added."),
        text("part", "ALL: what all providers bill; group: one of the 7 largest groups; other: what is left of ALL."),
        int("place", "", "Place of the group by its cost over the 12 months that end with the newest, 1 = the largest; null for ALL and other.").or_null(),
        text("provider", "Provider of the group; empty for ALL and other."),
        text("name", "Group, or service where no groups are configured; empty for ALL and other."),
        money("cost", "Exact sum of what is billed, net of credits, rounded once. Other is below zero where a service is in two groups."),
        boolean("complete", "Whether the month is complete for every provider of the row that bills in the currency in any month."),
    ],
    rules: RuleSets::FlowOnly,
    path: "cloud-spending/totals",
    ..table("cloud_spending_totals", "What a month costs in all, by its largest groups, and what is left. A month in which nothing is left has no row for that.")
};

pub(super) const SUMMARY: TableSpec = TableSpec {
    key: &["currency"],
    columns: &[
        text("currency", "Currency of the row; amounts of two currencies are never added."),
        text("providers", "Providers that bill in it, joined by commas."),
        text("month", "Last month of the range that is complete for all of them, 2026-10; empty without one."),
        money("cost", "What they bill for it together, net of credits; null without such a month.").or_null(),
        text("previous_month", "Month before; empty without a complete month."),
        money("previous_cost", "Cost of the month before, also where it lies before the range; null where that is absent or incomplete.")
            .or_null(),
        money("change", "Cost less that of the month before; null without either.").or_null(),
        float("change_percent", "%", "Change in percent of the month before; null as the change, and where that month is 0 or less."),
        money(
            "cost_12_months",
            "Exact sum of the 12 months that end with month, also of those before the range; null unless all of them are there and complete.",
        )
        .or_null(),
        text("running_month", "Newest month of the range, where it is not complete; else empty."),
        money("running_cost", "Cost of the running month so far; null without one.").or_null(),
        money(
            "run_rate",
            "What the running month comes to at this pace, the sum over its providers; null without one, below 3 days, and while a provider of the last complete month has no row in it.",
        )
        .or_null(),
    ],
    period: Period::None,
    range: Range::Summary,
    rules: RuleSets::FlowOnly,
    path: "cloud-spending/summary",
    ..table("cloud_spending_summary", "What each currency's last complete month cost, against the month before and over a year, and the running month.")
};
