//! Selection of the tables that are asked for: figures that nobody reads are not computed.

/// All tables, or some.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    All,
    Only(&'a [&'a str]),
}

impl Wanted<'_> {
    /// Whether a table is among them, or one of them rests on it.
    pub(crate) fn has(self, table: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(tables) => tables.iter().any(|wanted| *wanted == table || rests_on(wanted).contains(&table)),
        }
    }
}

/// The tables that the findings of one rest on, or that a summary takes its charts from.
fn rests_on(table: &str) -> &'static [&'static str] {
    match table {
        "stocks" | "stocks_week" | "stocks_totals_week" => &["stocks_week", "stocks_totals_week", "net_flow_week"],
        "cumulative_flow_totals_week" => &["cumulative_flow_day"],
        "pr_open" => &["pr_net_flow_week"],
        "throughput_week" | "throughput_month" | "throughput_quarter" => {
            &["throughput_week", "throughput_month", "throughput_quarter"]
        }
        "pr_change_requests_week" | "pr_change_requests_month" => {
            &["pr_change_requests_month", "pr_change_requests_quarter"]
        }
        "flow_summary" => &["cycle_time_week", "throughput_week"],
        "dora_summary" => &["dora_week"],
        "pr_summary" => &["pr_cycle_week", "pr_review_latency_week", "pr_change_requests_week"],
        _ => &[],
    }
}
