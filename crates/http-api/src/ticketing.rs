//! `POST /api/v1/ticketing/stats`: shares of projects in what was done, in em-metrics' form.
//!
//! It reads, although it is posted to: who may ask is as for the other figures.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use chrono::{Datelike as _, Months, NaiveDate, Utc};
use metrics_core::ticketing::{Share, shares};
use model::Instant;
use model::formulas::push_guarded_field;
use model::rules::RuleSet;
use model::tickets::actor_hash;
use serde_json::{Map, Value, json};

use crate::asker;
use crate::events::{EventReceipt, wants_problem};
use crate::problem::Problem;
use crate::query::pairs;
use crate::routing::Routes;
use crate::shared::Shared;

/// The address, without the base path.
pub(crate) const PATH: &str = "/api/v1/ticketing/stats";

/// Months that are looked at where nobody says which.
const USUAL_MONTHS: u32 = 6;

/// Header of the CSV form.
const HEADER: [&str; 12] = [
    "actor_monthly_ticket_count",
    "actor_monthly_project_ticket_count",
    "actor_monthly_project_ticket_percent",
    "actor_hash",
    "actor_monthly_estimation",
    "actor_monthly_time",
    "project_id",
    "month",
    "sum_month_project_estimation",
    "percent_month_project_estimation",
    "sum_month_project_time_spent_seconds",
    "percent_month_project_time_spent_seconds",
];

pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    routes.post(PATH, move |request: Request| async move { answer(&shared, request).await });
}

async fn answer(shared: &Shared, request: Request) -> Result<Response, Problem> {
    let snapshot = shared.snapshot()?;
    let (parts, body) = request.into_parts();
    let query = pairs(parts.uri.query().unwrap_or_default())?;
    let sender = asker::network_of(&parts, &shared.settings);
    let (body, _room) = shared.bodies.read(body, shared.settings.limits.body_bytes, sender).await?;
    let wants_problem = wants_problem(&parts.headers);
    let asked = match Asked::read(&body, &query, Utc::now().date_naive()) {
        Ok(asked) => asked,
        Err(errors) => return Ok(EventReceipt::Invalid(errors).respond(wants_problem)),
    };
    let computed = move || {
        let (raw, rules) = snapshot.sources(RuleSet::Flow)?;
        let told = shares(raw, rules, asked.from.0, asked.to.0);
        Ok((told, rules.people, asked))
    };
    let (told, people, asked) = shared.work(computed).await?;
    if asked.is_csv {
        let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
        return Ok((headers, csv(&told)).into_response());
    }
    Ok(EventReceipt::Told(asked.summary(&told, people)).respond(wants_problem))
}

/// What is asked for.
#[derive(Debug, PartialEq)]
struct Asked {
    /// With the text that it was told as.
    from: (Instant, String),
    to: (Instant, String),
    /// Mail addresses that are told in place of their hashes.
    known: Vec<String>,
    is_csv: bool,
}

impl Asked {
    /// Of a body; nothing at all asks for the usual months. `Err` has an object for each wrong field.
    fn read(body: &[u8], query: &[(String, String)], today: NaiveDate) -> Result<Self, Vec<Value>> {
        let mut errors = Vec::new();
        let body = if body.trim_ascii().is_empty() { Some(Map::new()) } else { serde_json::from_slice(body).ok() };
        let Some(body) = body else {
            return Err(vec![wrong("", "type", &json!({ "type": "object" }), "must be object")]);
        };
        let (from, to) = usual_months(today);
        let from = time(&body, "from", from, &mut errors);
        let to = time(&body, "to", to, &mut errors);
        let known = addresses(&body, &mut errors);
        let format = query.iter().find(|(name, _)| name == "format").map(|(_, value)| value.as_str());
        if !matches!(format, None | Some("json" | "csv")) {
            let params = json!({ "allowedValues": ["json", "csv"] });
            errors.push(wrong("format", "enum", &params, "must be equal to one of the allowed values"));
        }
        if errors.is_empty() { Ok(Self { from, to, known, is_csv: format == Some("csv") }) } else { Err(errors) }
    }

    /// By month, assignee and project.
    fn summary(&self, shares: &[Share], people: bool) -> Value {
        let known = self.known.iter().filter(|_| people).map(|address| (actor_hash(address), address.as_str()));
        let known: HashMap<String, &str> = known.collect();
        let mut summary = Map::new();
        for share in shares {
            let actor = known.get(&share.actor).copied().unwrap_or(&share.actor);
            let month = summary.entry(&share.month).or_insert_with(|| json!({ "by_actor": {} }));
            let of_actor = &mut month["by_actor"][actor];
            if of_actor.is_null() {
                *of_actor = json!({
                    "actor_monthly_time": share.all.seconds,
                    "actor_monthly_estimation": share.all.points,
                    "actor_monthly_ticket_count": share.all.tickets,
                    "projects": {},
                });
            }
            of_actor["projects"][&share.project] = json!({
                "sum_month_project_estimation": share.part.points,
                "percent_month_project_estimation": share.of_points(),
                "sum_month_project_time_spent_seconds": share.part.seconds,
                "percent_month_project_time_spent_seconds": share.of_seconds(),
                "actor_monthly_project_ticket_count": share.part.tickets,
                "actor_monthly_project_ticket_percent": share.of_tickets(),
            });
        }
        json!({ "from": self.from.1, "to": self.to.1, "summary": summary })
    }
}

/// From the first day of the month that many months ago to the first of this one.
fn usual_months(today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let this = today.with_day(1).unwrap_or(today);
    (this.checked_sub_months(Months::new(USUAL_MONTHS)).unwrap_or(this), this)
}

/// What is wrong with a field, as validators of JSON Schema write it.
fn wrong(name: &str, keyword: &str, params: &Value, message: &str) -> Value {
    let (instance, schema) = if name.is_empty() {
        (String::new(), "#/type".to_owned())
    } else {
        (format!("/{name}"), format!("#/properties/{name}/{keyword}"))
    };
    json!({
        "instancePath": instance, "schemaPath": schema, "keyword": keyword, "params": params, "message": message,
    })
}

fn time(body: &Map<String, Value>, name: &str, usual: NaiveDate, errors: &mut Vec<Value>) -> (Instant, String) {
    let midnight = Instant::parse_date_or_rfc3339(&usual.to_string()).unwrap_or_default();
    let told = match body.get(name) {
        None | Some(Value::Null) => return (midnight, midnight.to_rfc3339_millis()),
        Some(Value::String(text)) => Instant::parse_rfc3339(text.trim()).map(|at| (at, text.clone())),
        Some(_) => None,
    };
    told.unwrap_or_else(|| {
        let message = "must match format \"isodate\"";
        errors.push(wrong(name, "format", &json!({ "format": "isodate" }), message));
        (midnight, String::new())
    })
}

fn addresses(body: &Map<String, Value>, errors: &mut Vec<Value>) -> Vec<String> {
    const NAME: &str = "unhash_actors";
    let Some(told) = body.get(NAME).filter(|told| !told.is_null()) else { return Vec::new() };
    let Value::Array(list) = told else {
        errors.push(wrong(NAME, "type", &json!({ "type": "array" }), "must be array"));
        return Vec::new();
    };
    if list.is_empty() {
        errors.push(wrong(NAME, "minItems", &json!({ "limit": 1 }), "must NOT have fewer than 1 items"));
    }
    let mut addresses: Vec<String> = Vec::new();
    for (place, item) in list.iter().enumerate() {
        let of_item = format!("{NAME}/{place}");
        match item.as_str() {
            Some(text) if !text.contains('@') => {
                let message = "must match format \"email\"";
                errors.push(wrong(&of_item, "format", &json!({ "format": "email" }), message));
            }
            Some(text) if addresses.iter().any(|known| known == text) => {
                errors.push(wrong(NAME, "uniqueItems", &json!({}), "must NOT have duplicate items"));
            }
            Some(text) => addresses.push(text.to_owned()),
            None => errors.push(wrong(&of_item, "type", &json!({ "type": "string" }), "must be string")),
        }
    }
    addresses
}

/// With a header, rows or not.
fn csv(shares: &[Share]) -> Vec<u8> {
    fn text(number: Option<impl ToString>) -> String {
        number.map(|number| number.to_string()).unwrap_or_default()
    }
    let mut out = Vec::new();
    let mut line = |cells: &[String]| {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            push_guarded_field(&mut out, cell.as_bytes());
        }
        out.push(b'\n');
    };
    line(&HEADER.map(str::to_owned));
    for share in shares {
        let Share { month, project, actor, all, part } = share;
        line(&[
            all.tickets.to_string(),
            part.tickets.to_string(),
            text(share.of_tickets()),
            actor.clone(),
            text(all.points),
            all.seconds.to_string(),
            project.clone(),
            month.clone(),
            text(part.points),
            text(share.of_points()),
            part.seconds.to_string(),
            text(share.of_seconds()),
        ]);
    }
    out
}

#[cfg(test)]
mod tests {
    use metrics_core::ticketing::Amounts;

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 8, 31).expect("a day")
    }

    fn asked(body: &str, query: &[(&str, &str)]) -> Result<Asked, Vec<String>> {
        let query: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let text = |error: &Value| format!("{} {}", error["instancePath"], error["message"]).replace('"', "");
        Asked::read(body.as_bytes(), &query, today()).map_err(|errors| errors.iter().map(text).collect())
    }

    fn amounts(tickets: i64, points: Option<i64>, seconds: i64) -> Amounts {
        Amounts { tickets, points, seconds }
    }

    fn share(project: &str, actor: &str, part: Amounts) -> Share {
        let all = amounts(2, Some(4), 8_100);
        Share { month: "2024-01-01".into(), project: project.into(), actor: actor.into(), all, part }
    }

    #[test]
    fn the_usual_months_are_the_six_before_this_one() {
        for body in ["", " ", "{}", r#"{"from": null}"#] {
            let asked = asked(body, &[]).expect("right");
            assert_eq!(asked.from.1, "2026-02-01T00:00:00.000Z");
            assert_eq!((asked.to.1.as_str(), asked.is_csv), ("2026-08-01T00:00:00.000Z", false));
        }
    }

    #[test]
    fn wrong_fields_are_told_one_by_one_and_never_repeated() {
        let body = r#"{"from": "soon", "to": 7, "unhash_actors": ["eve@acme.example", "eve@acme.example", "x", 1]}"#;
        let wrong = asked(body, &[("format", "xml")]).expect_err("wrong");
        assert_eq!(
            wrong,
            [
                "/from must match format \\isodate\\",
                "/to must match format \\isodate\\",
                "/unhash_actors must NOT have duplicate items",
                "/unhash_actors/2 must match format \\email\\",
                "/unhash_actors/3 must be string",
                "/format must be equal to one of the allowed values",
            ]
        );
        assert_eq!(asked("[]", &[]).expect_err("no object"), [" must be object"]);
        assert!(asked(r#"{"unhash_actors": []}"#, &[]).is_err() && asked("{", &[]).is_err());
        assert!(asked("{}", &[("format", "csv")]).expect("right").is_csv);
    }

    #[test]
    fn a_summary_has_fractions_by_month_assignee_and_project_and_addresses_where_people_are_told_of() {
        let hash = actor_hash("ada@acme.example");
        let shares = [share("first", &hash, amounts(1, Some(1), 900)), share("second", &hash, amounts(1, None, 7_200))];
        let asked = asked(r#"{"unhash_actors": ["ada@acme.example"]}"#, &[]).expect("right");
        let summary = asked.summary(&shares, true);
        let of_ada = &summary["summary"]["2024-01-01"]["by_actor"]["ada@acme.example"];
        assert_eq!(of_ada["actor_monthly_time"], 8_100);
        assert_eq!(of_ada["projects"]["first"]["percent_month_project_estimation"], 0.25);
        assert_eq!(of_ada["projects"]["second"]["percent_month_project_estimation"], Value::Null);
        assert_eq!(of_ada["projects"]["second"]["percent_month_project_time_spent_seconds"], 7_200.0 / 8_100.0);
        assert!(!asked.summary(&shares, false).to_string().contains('@'));
    }

    #[test]
    fn rows_of_csv_are_quoted_where_they_must_be_and_nothing_has_a_header_still() {
        let lines = |shares: &[Share]| String::from_utf8(csv(shares)).expect("text");
        assert_eq!(lines(&[]), HEADER.join(",") + "\n");
        let shares =
            [share("a, \"b\"", "actor-2", amounts(1, Some(1), 900)), share("c", "actor-2", amounts(0, None, 0))];
        let text = lines(&shares);
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            rows,
            [
                "2,1,0.5,actor-2,4,8100,\"a, \"\"b\"\"\",2024-01-01,1,0.25,900,0.1111111111111111",
                "2,0,0,actor-2,4,8100,c,2024-01-01,,,0,0",
            ]
        );
        let formula = lines(&[share("=1+1", "actor-2", amounts(1, None, 0))]);
        assert!(formula.contains(",'=1+1,"), "no spreadsheet runs it: {formula}");
    }
}
