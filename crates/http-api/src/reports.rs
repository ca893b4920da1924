//! Monthly reports: which months there are, and each in all its forms.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use metrics_core::catalogue::{self, Computed, TableScope};
use metrics_core::{Calculation, Selection, named_of};
use model::Month;
use model::rules::RuleSet;
use report::content::Report;
use report::{BUNDLE, Input, ReportError, TABLES};
use serde_json::json;

use crate::about::only;
use crate::answer::Answer;
use crate::problem::Problem;
use crate::query::Query;
use crate::routing::Routes;
use crate::shared::Shared;
use crate::snapshot::{Portion, Question, Snapshot};

/// Addresses without the base path.
pub(crate) const MONTHS: &str = "/api/v1/reports";
pub(crate) const REPORT: &str = "/api/v1/reports/{month}";
pub(crate) const FILE: &str = "/api/v1/reports/{month}/{file}";

/// Files of a report with their media types, besides those of the CSV bundle.
pub(crate) const FILES: [(&str, &str); 3] = [
    (HTML, "text/html; charset=utf-8"),
    ("report.md", "text/markdown; charset=utf-8"),
    ("executive_summary.txt", "text/plain; charset=utf-8"),
];
const HTML: &str = "report.html";
/// The page has its style and pictures within, and runs nothing.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// All files of a report.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FILES.into_iter().map(|(name, _)| name).chain(BUNDLE)
}

const CSV: &str = "text/csv; charset=utf-8";
const SCOPES: [TableScope; 5] =
    [TableScope::Issues, TableScope::PullRequests, TableScope::Delivery, TableScope::Ci, TableScope::CloudSpending];

pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    let (of_months, of_report, of_file) = (Arc::clone(shared), Arc::clone(shared), Arc::clone(shared));
    routes.get(MONTHS, move |uri: Uri, headers: HeaderMap| {
        let shared = Arc::clone(&of_months);
        async move { months(&shared, &headers, uri.query().unwrap_or_default()).await }
    });
    routes.get(REPORT, move |Path(month): Path<String>, uri: Uri, headers: HeaderMap| {
        let shared = Arc::clone(&of_report);
        async move { of_month(&shared, &headers, &month, None, uri.query().unwrap_or_default()).await }
    });
    routes.get(FILE, move |Path((month, file)): Path<(String, String)>, uri: Uri, headers: HeaderMap| {
        let shared = Arc::clone(&of_file);
        async move { of_month(&shared, &headers, &month, Some(file), uri.query().unwrap_or_default()).await }
    });
}

/// The months that can be reported, the newest first, and which of them is the one to begin with.
async fn months(shared: &Arc<Shared>, headers: &HeaderMap, query: &str) -> Result<Response, Problem> {
    let snapshot = shared.snapshot()?;
    only(query, &[])?;
    let (for_months, owner) = (Arc::clone(shared), Arc::clone(&snapshot));
    let make = || async move {
        let parts = parts(&for_months, &owner, &Selection::default(), Lists::Without).await?;
        let named = for_months.work(move || Ok(named_of(&parts, &TABLES))).await?;
        let months = named.as_ref().map(report::months).unwrap_or_default();
        let settled = named.as_ref().map(|calculation| report::last_complete_month(report::as_of(calculation)));
        let usual = months.iter().rev().find(|month| Some(**month) <= settled).or(months.last());
        let body = json!({
            "data": months.iter().rev().map(ToString::to_string).collect::<Vec<_>>(),
            "usual": usual.map(ToString::to_string),
        });
        Ok(Arc::new(Answer::new("application/json", body.to_string().into_bytes())))
    };
    shared.answer(&snapshot, headers, "reports".to_owned(), make).await
}

/// The report of a month as JSON, or one of its files.
async fn of_month(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    month: &str,
    file: Option<String>,
    query: &str,
) -> Result<Response, Problem> {
    let snapshot = shared.snapshot()?;
    if file.as_deref().is_some_and(|file| !names().any(|known| known == file)) {
        return Err(Problem::not_found());
    }
    let month = Month::parse(month).ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, format!("\"{month}\" is no month like 2026-10"))
            .with("parameter", "month")
    })?;
    only(query, &["team"])?;
    let query = Query::read(query, &[], RuleSet::Flow)?;
    query.check_names(snapshot.known(RuleSet::Flow))?;
    let key = format!("report|{month}|{file:?}|{}", query.key());
    let (making, owner) = (Arc::clone(shared), Arc::clone(&snapshot));
    let is_page = file.as_deref() == Some(HTML);
    let make = || async move {
        let parts = parts(&making, &owner, &query.selection, Lists::With).await?;
        let base = making.settings.base_path.clone();
        making.work(move || written(&owner, &parts, month, &query.selection.teams, file.as_deref(), &base)).await
    };
    let mut response = shared.answer(&snapshot, headers, key, make).await?;
    if is_page {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    }
    Ok(response)
}

/// Whether the lists of all changes and incidents are among what is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lists {
    With,
    Without,
}

/// What a report is made of: the tables that the pages have, scope by scope; none where there is no data.
async fn parts(
    shared: &Arc<Shared>,
    snapshot: &Arc<Snapshot>,
    selection: &Selection,
    lists: Lists,
) -> Result<Vec<Arc<Calculation>>, Problem> {
    snapshot.sources(RuleSet::Flow)?;
    let mut parts = Vec::new();
    for scope in SCOPES.into_iter().filter(|scope| snapshot.holds(RuleSet::Flow, *scope)) {
        let whole = Question { selection: selection.clone(), ..Question::whole(RuleSet::Flow, scope) };
        let of_lists = catalogue::tables().iter().filter(|table| {
            let is_list = table.scope == scope && table.computed == Computed::List;
            lists == Lists::With && is_list && TABLES.contains(&table.name)
        });
        let of_lists = of_lists.map(|list| Question { portion: Portion::Alone(list.name), ..whole.clone() });
        let questions: Vec<Question> = of_lists.collect();
        for question in std::iter::once(whole).chain(questions) {
            parts.push(shared.calculation(snapshot, question).await?);
        }
    }
    Ok(parts)
}

fn written(
    snapshot: &Snapshot,
    parts: &[Arc<Calculation>],
    month: Month,
    teams: &[String],
    file: Option<&str>,
    base: &str,
) -> Result<Arc<Answer>, Problem> {
    let calculation = &named_of(parts, &TABLES).ok_or_else(|| missing(&ReportError::Empty))?;
    let (raw, rules) = snapshot.sources(RuleSet::Flow)?;
    let input = Input { calculation, rules, imports: &raw.imports, month, teams, before: &[] };
    let report = report::report(&input).map_err(|error| missing(&error))?;
    let answer = match file {
        None => Answer::new("application/json", serde_json::to_vec(&report).map_err(|_| Problem::internal())?),
        Some(name) => file_of(&input, &report, name, base).ok_or_else(Problem::not_found)?,
    };
    Ok(Arc::new(answer))
}

fn file_of(input: &Input<'_>, report: &Report, name: &str, base: &str) -> Option<Answer> {
    if let Some((_, media_type)) = FILES.into_iter().find(|(known, _)| *known == name) {
        let text = match name {
            HTML => report::html(report, Some(base)),
            "report.md" => report::markdown(report, None),
            _ => report::executive_text(&report.executive, &report.findings),
        };
        return Some(Answer::new(media_type, text.into_bytes()));
    }
    let (_, bytes) = report::bundle(input, report).into_iter().find(|(known, _)| *known == name)?;
    Some(Answer::new(CSV, bytes))
}

fn missing(error: &ReportError) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, error.to_string())
}
