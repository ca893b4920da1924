//! The typed routes of the tables: JSON with what it rests on, or CSV.

mod unwritten;
mod write;

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use chrono::Datelike as _;
use chrono_tz::Tz;
use metrics_core::catalogue::{Filter, Period, Range, TableScope, TableSpec};
use metrics_core::period::rows_of;
use metrics_core::totals::ALL;
use metrics_core::{Calculation, Selection, cloud, findings, period};
use model::Month;
use model::rules::RuleSet;
use model::table::Table;
use tokio_util::io::ReaderStream;

use crate::answer::{Answer, Encoding, not_modified, stream};
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::{TABLE_ROUTES, TableRoute, spec};
use crate::routing::Routes;
use crate::shared::Shared;
use crate::snapshot::{Portion, Question, Snapshot, has_portions};

use unwritten::{Held, Unwritten};
use write::json_of;
pub(crate) use write::meta;

/// Lists and CSV of tables of more rows are written as the client takes them, and not kept.
const STREAMED_ROWS: usize = 10_000;

/// The column of repositories.
const REPOSITORY: &str = "repo";

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
}

/// All of them, below `/api/v1/`.
pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    for route in TABLE_ROUTES.iter() {
        let path = format!("/api/v1/{}", route.path);
        let csv = format!("{path}.csv");
        routes.get(path, handler(shared, route, None));
        routes.get(csv, handler(shared, route, Some(Format::Csv)));
    }
}

type Answering = std::pin::Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;

fn handler(
    shared: &Arc<Shared>,
    route: &'static TableRoute,
    format: Option<Format>,
) -> impl Fn(Uri, HeaderMap) -> Answering + Clone + Send + Sync + 'static {
    let shared = Arc::clone(shared);
    move |uri, headers| {
        let shared = Arc::clone(&shared);
        Box::pin(async move {
            let format = format.unwrap_or_else(|| accepted(&headers));
            answer(&shared, route, &headers, uri.query().unwrap_or_default(), format).await
        })
    }
}

/// CSV where it is asked for by name and JSON is not more welcome.
fn accepted(headers: &HeaderMap) -> Format {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut weights = [0.0_f32; 2];
    for entry in lines.flat_map(|line| line.split(',')) {
        let mut parts = entry.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        match media.as_str() {
            "application/json" => weights[0] = weight,
            "text/csv" => weights[1] = weight,
            _ => {}
        }
    }
    if weights[1] > weights[0] { Format::Csv } else { Format::Json }
}

async fn answer(
    shared: &Arc<Shared>,
    route: &'static TableRoute,
    headers: &HeaderMap,
    query: &str,
    format: Format,
) -> Result<Response, Problem> {
    let snapshot = shared.snapshot()?;
    let mut query = Query::read(query, &[], snapshot.rules.usual)?;
    let table = table_of(route, &query)?;
    if has_totals(spec(table)) {
        query.take_totals()?;
    }
    snapshot.sources(query.set)?;
    query.check_names(snapshot.known(query.set))?;
    snapshot.check_instant(query.set, query.as_of)?;
    let key = format!("{format:?}|{table}|{}", query.key());
    if let Some(response) = not_modified(headers, &snapshot.tag(&key)) {
        return Ok(response);
    }
    let may_be_long = format == Format::Csv || spec(table).period == Period::None;
    if may_be_long && !Shared::holds_answer(&snapshot, &key) {
        let calculation = shared.calculation(&snapshot, question(table, &query)).await?;
        if calculation.tables.iter().any(|found| found.name == table && found.height() > STREAMED_ROWS) {
            let tag = snapshot.tag(&key);
            let writing = shared.work(move || unwritten(&snapshot, &calculation, table, &query, format)).await?;
            return stream(
                media_type(format),
                Body::from_stream(ReaderStream::with_capacity(writing, 1 << 16)),
                &tag,
                Encoding::accepted(headers),
            )
            .await;
        }
    }
    let make = || {
        let (shared, snapshot) = (Arc::clone(shared), Arc::clone(&snapshot));
        async move { written(&shared, &snapshot, table, query, format).await }
    };
    shared.answer(&snapshot, headers, key, make).await
}

/// Whether a table has rows over all repositories beside those of each, which `repo=ALL` asks for alone.
pub(crate) fn has_totals(spec: &TableSpec) -> bool {
    spec.period != Period::None && spec.key.contains(&REPOSITORY)
}

/// The rows over all repositories alone.
fn totals_of(table: &Table) -> Table {
    let rows: Vec<usize> = (0..table.height()).filter(|row| table.cell(*row, REPOSITORY) == ALL).collect();
    rows_of(table, &rows)
}

/// The table that `by` names; the first one where it is not given.
pub(crate) fn table_of(route: &'static TableRoute, query: &Query) -> Result<&'static str, Problem> {
    let Some(by) = query.by.as_deref() else { return Ok(route.tables[0].1) };
    if let Some((_, table)) = route.tables.iter().find(|(known, _)| known.name() == by) {
        return Ok(table);
    }
    let valid: Vec<&str> = route.tables.iter().map(|(by, _)| by.name()).collect();
    let detail = format!("by cannot be {by:?} here. Valid are {}", valid.join(", "));
    Err(Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "by").with("valid", valid))
}

/// What to compute for a query: filters that do not change the table are left out, so that one
/// computation serves all who ask for the same.
pub(crate) fn question(table: &str, query: &Query) -> Question {
    let spec = spec(table);
    let mut selection = query.selection.clone();
    if !spec.knows(Filter::Project) {
        selection.projects.clear();
    }
    if !spec.knows(Filter::Repository) {
        selection.repositories.clear();
    }
    if !spec.knows(Filter::Team) {
        selection.teams.clear();
    }
    if !spec.knows(Filter::Service) {
        selection.services.clear();
    }
    if !spec.knows(Filter::Type) {
        selection.types.clear();
    }
    selection.bots = selection.bots.filter(|_| spec.knows(Filter::Bots));
    selection.default_branch &= spec.knows(Filter::Branches);
    if spec.range == Range::Within {
        (selection.from, selection.to) = (query.from, query.to);
    }
    // The whole of the usual rules is kept. Of a part, less is computed, where the rule set can.
    let is_part = query.as_of.is_some() || selection != Selection::default();
    let portion = match (has_portions(query.set, spec.scope), is_part) {
        (false, _) => Portion::Whole,
        (true, true) => Portion::with(spec),
        (true, false) => Portion::of_all_with(spec),
    };
    Question { set: query.set, scope: spec.scope, portion, as_of: query.as_of, selection }
}

async fn written(
    shared: &Arc<Shared>,
    snapshot: &Arc<Snapshot>,
    table: &'static str,
    query: Query,
    format: Format,
) -> Result<Arc<Answer>, Problem> {
    let calculation = shared.calculation(snapshot, question(table, &query)).await?;
    let snapshot = Arc::clone(snapshot);
    let write = move || {
        let body = unwritten(&snapshot, &calculation, table, &query, format)?.whole();
        Ok(Arc::new(Answer::new(media_type(format), body)))
    };
    shared.work(write).await
}

fn unwritten(
    snapshot: &Snapshot,
    calculation: &Arc<Calculation>,
    table: &str,
    query: &Query,
    format: Format,
) -> Result<Unwritten, Problem> {
    let spec = spec(table);
    let place = calculation.tables.iter().position(|found| found.name == table);
    let is_whole = query.from.is_none() && query.to.is_none();
    let summary = if is_whole { None } else { calculation.summaries.of(table, query.from, query.to) };
    let zone = snapshot.zone(query.set)?;
    let mut of_days = None;
    let held = place.map(|place| match summary {
        Some(summary) => {
            of_days = Some(summary.sentences);
            Held::Own(summary.table)
        }
        None if is_whole || !spec.is_cut_afterwards() => Held::Of(Arc::clone(calculation), place),
        None => Held::Own(period::within(&calculation.tables[place], spec, zone, query.from, query.to)),
    });
    let held = if query.totals { held.map(|held| Held::Own(totals_of(held.table()))) } else { held };
    match format {
        Format::Csv => Ok(Unwritten::csv(held, spec)),
        Format::Json => {
            let of_days = match of_days {
                None if !is_whole => findings_within(snapshot, calculation, spec, query)?,
                known => known,
            };
            json_of(snapshot, calculation, spec, held, query, of_days.as_deref())
        }
    }
}

/// What the table says of the asked days; `None` where they do not change it.
fn findings_within(
    snapshot: &Snapshot,
    calculation: &Calculation,
    spec: &'static TableSpec,
    query: &Query,
) -> Result<Option<Vec<String>>, Problem> {
    let (raw, rules) = snapshot.sources(query.set)?;
    if query.set == RuleSet::CtoStats {
        return Ok(None);
    }
    if spec.scope != TableScope::CloudSpending {
        let days = (query.from, query.to);
        return Ok(findings::within(&calculation.tables, spec, rules.timezone, days, &rules.process_changes));
    }
    let days = (query.from, query.to);
    let table = calculation.tables.iter().find(|table| table.name == spec.name);
    if let Some(nothing) = table.and_then(|table| findings::nothing_complete(table, spec, Tz::UTC, days)) {
        return Ok(Some(vec![nothing]));
    }
    let until = query.to.and_then(|to| Month::new(to.year(), to.month())).zip(calculation.cloud_as_of);
    let said = until.map(|(last, as_of)| cloud::findings_until(raw, rules, as_of, last));
    Ok(said.and_then(|mut said| said.remove(spec.name)))
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Json => "application/json",
        Format::Csv => "text/csv; charset=utf-8; header=present",
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn csv_is_given_where_it_is_more_welcome_than_json() {
        let format = |accept| accepted(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]));
        assert_eq!(format("text/csv"), Format::Csv);
        assert_eq!(format("application/json;q=0.5, text/csv"), Format::Csv);
        assert_eq!(format("application/json, text/csv;q=0.5"), Format::Json);
        assert_eq!(format("*/*"), Format::Json);
        assert_eq!(accepted(&HeaderMap::new()), Format::Json);
    }
}
