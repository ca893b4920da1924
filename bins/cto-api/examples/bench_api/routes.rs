//! The mix of requests.

use anyhow::Context as _;
use serde_json::Value;

use crate::client::Client;

/// Answers that every page wants.
pub(crate) const CACHED: [&str; 4] =
    ["/api/v1/flow/throughput", "/api/v1/flow/cycle-time", "/api/v1/flow/stocks", "/api/v1/cloud-spending/monthly"];

/// As three pages would ask, with and without filters.
pub(crate) async fn mixed(address: &str) -> anyhow::Result<Vec<String>> {
    let known = Known::ask(address).await?;
    let plain = [
        "/api/v1/meta",
        "/api/v1/metrics",
        "/api/v1/flow/throughput",
        "/api/v1/flow/cycle-time",
        "/api/v1/flow/cycle-time?by=week",
        "/api/v1/flow/stocks",
        "/api/v1/flow/stocks?by=week",
        "/api/v1/flow/aging",
        "/api/v1/flow/forecast",
        "/api/v1/pull-requests/review-latency",
        "/api/v1/pull-requests/open",
        "/api/v1/cloud-spending/monthly",
        "/api/cycle_times",
        "/api/stocks/week",
        "/api/throughput/week",
        "/api/v1/flow/throughput.csv",
    ];
    let mut paths: Vec<String> = plain.into_iter().map(str::to_owned).collect();
    // The longest table; a page asks for the last months of it, over all boards.
    paths.push(format!("/api/v1/flow/cumulative-flow/totals?from={}-01-01", known.last_year));
    for board in known.boards.iter().take(2) {
        paths.push(format!("/api/v1/flow/throughput?project={board}"));
        paths.push(format!("/api/v1/flow/stocks?by=week&project={board}"));
    }
    for repository in known.repositories.iter().take(2) {
        paths.push(format!("/api/v1/pull-requests/cycle?repo={repository}"));
    }
    Ok(paths)
}

/// Filtered queries that nobody has asked before.
pub(crate) async fn cold(address: &str) -> anyhow::Result<Vec<String>> {
    let known = Known::ask(address).await?;
    let boards = known.boards.iter().skip(2).take(6).map(|board| format!("/api/v1/flow/cycle-time?project={board}"));
    let repositories = known.repositories.iter().skip(2).take(6);
    let issues = repositories.clone().map(|name| format!("/api/v1/flow/throughput?repo={name}"));
    let pulls = repositories.map(|name| format!("/api/v1/pull-requests/review-latency?repo={name}&bots=exclude"));
    let paths: Vec<String> = boards.chain(issues).chain(pulls).collect();
    if paths.is_empty() {
        // A tiny organisation has one board and one repository.
        return Ok(vec!["/api/v1/flow/throughput?bots=exclude".to_owned()]);
    }
    Ok(paths)
}

/// As many questions as `length`, every so many of them one that nobody asked before: pairs of repositories and pairs
/// of boards.
pub(crate) async fn with_new(
    address: &str,
    usual: &[String],
    length: usize,
    one_in: usize,
) -> anyhow::Result<Vec<String>> {
    let known = Known::ask(address).await?;
    let boards = pairs("project", &known.boards).map(|pair| format!("/api/v1/flow/cycle-time?{pair}"));
    let repositories = pairs("repo", &known.repositories);
    let mut new = boards.zip(repositories).flat_map(|(board, pair)| {
        [board, format!("/api/v1/flow/throughput?{pair}"), format!("/api/v1/pull-requests/review-latency?{pair}")]
    });
    let usual = usual.iter().cycle().cloned();
    Ok(usual
        .take(length)
        .enumerate()
        .map(|(place, usual)| if place % one_in == 0 { new.next().unwrap_or(usual) } else { usual })
        .collect())
}

/// All pairs of values of a parameter.
fn pairs<'a>(name: &'a str, values: &'a [String]) -> impl Iterator<Item = String> + 'a {
    values.iter().enumerate().flat_map(move |(place, one)| {
        values[place + 1..].iter().map(move |other| format!("{name}={one}&{name}={other}"))
    })
}

/// Values that filters take.
struct Known {
    boards: Vec<String>,
    repositories: Vec<String>,
    /// Year in which the data ends.
    last_year: String,
}

impl Known {
    async fn ask(address: &str) -> anyhow::Result<Self> {
        let answer = Client::connect(address).await?.get("/api/v1/meta", "").await?;
        let meta: Value = serde_json::from_slice(&answer.body).context("/api/v1/meta")?;
        let texts = |value: &Value, key: Option<&str>| -> Vec<String> {
            let entries = value.as_array().into_iter().flatten();
            let text = |entry: &Value| key.map_or(entry, |key| &entry[key]).as_str().map(str::to_owned);
            entries.filter_map(text).collect()
        };
        let covered_to = meta["covered"]["to"].as_str().and_then(|to| to.get(..4));
        let last_year = covered_to.context("/api/v1/meta does not say how far the data reaches")?.to_owned();
        Ok(Self {
            last_year,
            boards: texts(&meta["projects"], Some("id")),
            repositories: texts(&meta["repositories"], None),
        })
    }
}
