//! The headline figures of a calculation, as text.

use std::fmt::Write as _;

use metrics_core::Calculation;
use metrics_core::headline::{Delivery, Duration, FirstReview, Forecast, Headline, Merged, Newest, Stocks, Throughput};

/// What a person reads first. Only figures that have a table are shown; a figure without data says so.
pub(crate) fn text(calculation: &Calculation) -> String {
    let mut lines = Lines(format!("\nData as of {}", calculation.as_of.to_rfc3339_seconds()));
    if let Some(bills) = calculation.cloud_as_of.filter(|bills| *bills != calculation.as_of) {
        write!(lines.0, ", bills as of {}", bills.to_rfc3339_seconds()).expect("writing to memory does not fail");
    }
    lines.0.push_str("\n\n");
    for finding in &calculation.findings {
        lines.0.push_str("  ");
        lines.0.push_str(&command_line::one_line(finding));
        lines.0.push('\n');
    }
    if !calculation.findings.is_empty() {
        lines.0.push('\n');
    }
    let headline = Headline::of(&calculation.tables);
    throughput(&mut lines, &headline.throughput);
    lead_and_cycle(&mut lines, &headline);
    if let Newest::Known(stocks) = headline.stocks {
        stock(&mut lines, stocks);
    }
    match headline.forecast {
        Newest::Known(Forecast { least, hits, tried }) => lines.line(
            "Forecast, 4 weeks",
            &format!("85 %: at least {least} issues ({hits} of {tried} past ones came true)"),
        ),
        Newest::NoneYet => lines.line("Forecast", "fewer than 12 weeks: none yet"),
        Newest::NotAsked => {}
    }
    pull_requests(&mut lines, &headline);
    if let Newest::Known(open) = headline.open_pull_requests {
        lines.line("Pull requests open", &open.to_string());
    }
    delivery(&mut lines, &headline.delivery);
    lines.0
}

struct Lines(String);

impl Lines {
    fn line(&mut self, title: &str, value: &str) {
        writeln!(self.0, "  {title:<34} {value}").expect("writing to memory does not fail");
    }
}

/// A number with one decimal, or words where there is none.
fn one_decimal(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "too few to say".to_owned(), |value| format!("{value:.1} {unit}"))
}

fn throughput(lines: &mut Lines, throughput: &Newest<Throughput>) {
    let throughput = match throughput {
        Newest::Known(throughput) => throughput,
        Newest::NoneYet => return lines.line("Throughput", "no complete week yet"),
        Newest::NotAsked => return,
    };
    let limits = throughput.center.map_or_else(|| "no limits yet".to_owned(), |center| format!("average {center:.1}"));
    let verdict = match (&*throughput.signals, &*throughput.no_limits) {
        ("", "too_rare") => "too few a week for limits".to_owned(),
        ("", _) => "no signal".to_owned(),
        (signals, _) => format!("signals: {signals}"),
    };
    lines.line(
        &format!("Throughput, week {}", throughput.week),
        &format!("{} issues ({limits}, {verdict})", throughput.issues),
    );
}

fn lead_and_cycle(lines: &mut Lines, headline: &Headline) {
    if headline.lead_time == Newest::NoneYet {
        return lines.line("Lead and cycle time", "no complete month yet");
    }
    for (title, time) in [("Lead time", &headline.lead_time), ("Cycle time", &headline.cycle_time)] {
        if let Newest::Known(Duration { month, p50, p85, issues }) = time {
            let (p50, p85) = (one_decimal(*p50, "days"), one_decimal(*p85, "days"));
            lines.line(&format!("{title}, {month}"), &format!("median {p50}, 85 % within {p85} ({issues} issues)"));
        }
    }
}

fn delivery(lines: &mut Lines, delivery: &Newest<Delivery>) {
    let Delivery { month, deployments, failed, lead_p50_days, .. } = match delivery {
        Newest::Known(delivery) => delivery,
        Newest::NoneYet => return lines.line("Deployments", "no complete month yet"),
        Newest::NotAsked => return,
    };
    let lead = one_decimal(*lead_p50_days, "days");
    lines.line(
        &format!("Deployments, {month}"),
        &format!("{deployments} ({failed} failed), changes: median {lead} from first commit to users"),
    );
}

fn stock(lines: &mut Lines, stocks: Stocks) {
    let Stocks { work_in_progress, backlog, ready, dev, review, qa, waiting_to_prod, .. } = stocks;
    let steps = format!("dev {dev}, review {review}, QA {qa}, waiting {waiting_to_prod}");
    lines.line("Work in progress", &format!("{work_in_progress} ({steps}); ready {ready}, backlog {backlog}"));
    let Stocks { bugs, bugs_customer_facing: customers, bugs_internal: colleagues, bugs_dev_process: dev, .. } = stocks;
    let found = format!("found by customers {customers}, colleagues {colleagues}, development {dev}");
    lines.line("Open bugs", &format!("{bugs} ({found})"));
}

fn pull_requests(lines: &mut Lines, headline: &Headline) {
    let Merged { week, merged, unreviewed, open_to_merge_p50_days } = match &headline.merged {
        Newest::Known(merged) => merged,
        Newest::NoneYet => return lines.line("Pull requests", "no complete week yet"),
        Newest::NotAsked => return,
    };
    let median = one_decimal(*open_to_merge_p50_days, "days");
    lines.line(
        &format!("Pull requests, week {week}"),
        &format!("{merged} merged ({unreviewed} unreviewed), median {median} from opening to merge"),
    );
    if let Newest::Known(FirstReview { week, p50_hours }) = &headline.first_review {
        lines.line(&format!("First review, week {week}"), &format!("median {}", one_decimal(*p50_hours, "hours")));
    }
}
