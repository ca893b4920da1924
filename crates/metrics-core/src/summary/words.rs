//! Summaries in a sentence each.

use chrono_tz::Tz;
use model::Instant;

use super::clouds::Row as CloudRow;
use super::delivery::Silent;
use super::rows::Row;
use crate::calendar::local_date;
use crate::cloud::words::{NO_CURRENCY, NO_PROVIDER, against_the_month_before, money, or};
use crate::findings::{counted, joined};

/// Lead time, cycle time, throughput, work in progress and open bugs, as far as they are known.
pub(super) fn flow(rows: &[Row; 5]) -> Vec<String> {
    let [lead, cycle, throughput, wip, bugs] = rows;
    let mut said = Vec::new();
    said.extend(lead.figure.value.map(|days| {
        format!("{} took {days:.1} days from the decision to the end in the median", counted(lead.figure.n, "issue"))
    }));
    said.extend(unknown(lead, "lead time"));
    said.extend(
        cycle.figure.value.map(|days| format!("{} took {days:.1} days from the start of work", cycle.figure.n)),
    );
    said.extend(unknown(cycle, "cycle time"));
    said.extend(throughput.figure.value.map(|center| format!("the centre of weekly throughput was {center:.1}")));
    said.extend(wip.figure.value.map(|_| format!("{} in progress at the end", are(wip.figure.n, "issue"))));
    said.extend(bugs.figure.value.map(|_| format!("{} open", are(bugs.figure.n, "bug"))));
    over(lead, &said)
}

/// That too little is known of a duration, if that is so.
fn unknown(row: &Row, what: &str) -> Option<String> {
    let share = row.figure.known_share.filter(|_| row.figure.value.is_none() && row.figure.n > 0)?;
    Some(format!(
        "the {what} is not known, since history is lost (only {:.0} % of the issues that ended have one)",
        share * 100.0
    ))
}

/// Cycle time, time to first review, change requests and open pull requests, as far as they are known.
pub(super) fn pull_requests(rows: &[Row; 4]) -> Vec<String> {
    let [cycle, review, requests, open] = rows;
    let mut said = Vec::new();
    said.extend(cycle.figure.value.map(|days| {
        let merged = counted(cycle.figure.n, "pull request");
        format!("{merged} took {days:.1} days from opened to merged in the median")
    }));
    said.extend(review.figure.value.map(|hours| format!("the first review came after {hours:.1} hours")));
    said.extend(requests.figure.value.map(|mean| format!("each one opened met {mean:.2} change requests in the mean")));
    said.extend(open.figure.value.map(|_| format!("{} open at the end", are(open.figure.n, "pull request"))));
    over(cycle, &said)
}

/// Services that are named; of more their number is said.
const MOST_NAMED: usize = 3;

/// The five keys, as far as they are known; and of which services nothing is known since when.
pub(super) fn delivery(rows: &[Row; 5], silent: &[&Silent], zone: Tz) -> Vec<String> {
    let [deployments, lead, failures, recovery, rework] = rows;
    let mut said = Vec::new();
    said.extend(
        deployments
            .figure
            .value
            .map(|by_week| format!("there were {}, {by_week:.1} a week", counted(deployments.figure.n, "deployment"))),
    );
    said.extend(lead.figure.value.map(|days| {
        format!("{} took {days:.1} days from the first commit to users in the median", counted(lead.figure.n, "change"))
    }));
    said.extend(failures.figure.value.map(|share| {
        let (low, high) = failures.figure.interval.unwrap_or_default();
        format!(
            "{:.0} % of the deployments failed (between {:.0} and {:.0} %)",
            share * 100.0,
            low * 100.0,
            high * 100.0
        )
    }));
    said.extend(
        recovery.figure.value.map(|hours| format!("users were served again after {hours:.1} hours in the median")),
    );
    said.extend(rework.figure.value.map(|share| format!("{:.0} % were not planned", share * 100.0)));
    over(deployments, &said).into_iter().chain(silence(silent, zone)).collect()
}

/// That nothing is known of the deployments of some services any more.
fn silence(silent: &[&Silent], zone: Tz) -> Option<String> {
    let since = |it: &&Silent| format!("of {} since {}", it.service, local_date(zone, Instant::from_micros(it.since)));
    let mut named: Vec<String> = silent.iter().take(MOST_NAMED).map(since).collect();
    let others = silent.len().saturating_sub(MOST_NAMED);
    if others > 0 {
        named.push(format!("of {}", counted(others as i64, "more service")));
    }
    let services = (!named.is_empty()).then(|| joined(&named))?;
    Some(format!("Deployments are recorded no more {services}: what was deployed since then is not known."))
}

/// `1 issue was`, `7 issues were`.
fn are(count: i64, what: &str) -> String {
    format!("{} {}", counted(count, what), if count == 1 { "was" } else { "were" })
}

fn over(row: &Row, said: &[String]) -> Vec<String> {
    let days = format!("From {} to {}", row.days.from, row.days.to);
    let all = if said.is_empty() { "there is nothing to sum up".to_owned() } else { joined(said) };
    vec![format!("{days}, {all}.")]
}

/// The last complete month of each currency.
pub(super) fn clouds(rows: &[CloudRow<'_>]) -> Vec<String> {
    rows.iter().map(currency).collect()
}

fn currency(row: &CloudRow<'_>) -> String {
    let currency = or(&row.facts.currency, NO_CURRENCY);
    let providers: Vec<&str> = row.facts.providers.iter().map(|provider| or(provider, NO_PROVIDER)).collect();
    let billed = joined(&providers);
    let Some((month, cost)) = &row.last else {
        let has = if providers.len() == 1 { "has" } else { "have" };
        return format!("{billed} {has} no complete month in {currency} within these days.");
    };
    let against = against_the_month_before(*month, cost, &row.change);
    format!("{billed} billed {} {currency} in {month}, the last complete month{against}.", money(cost))
}
