//! Answers of every status.

use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ArrayItems, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr, Response, ResponsesBuilder};

use super::objects;
use crate::problem;

pub(super) fn reference(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}

fn array(items: impl Into<RefOr<Schema>>) -> RefOr<Schema> {
    Schema::Array(ArrayBuilder::new().items(ArrayItems::RefOrSchema(Box::new(items.into()))).build()).into()
}

/// A table or its evidence.
pub(super) fn of_table(rows: &[String], meta: &str, has_csv: bool) -> ResponsesBuilder {
    let row = match rows {
        [row] => reference(row),
        rows => {
            let one_of = rows.iter().fold(OneOfBuilder::new(), |one_of, row| one_of.item(reference(row)));
            Schema::OneOf(one_of.build()).into()
        }
    };
    let answer = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("data", array(row))
        .property("meta", reference(meta))
        .required("data")
        .required("meta")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let mut response = tagged("The rows, and what they rest on.")
        .content("application/json", ContentBuilder::new().schema(Some(answer)).build());
    if has_csv {
        response = response.content("text/csv", ContentBuilder::new().schema(Some(csv_schema())).build());
    }
    common(ResponsesBuilder::new().response("200", response.build()), true)
}

/// The report of dimagi/dora.
pub(super) fn dora_report() -> ResponsesBuilder {
    let text = |help: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(help));
    let object = || ObjectBuilder::new().schema_type(Type::Object);
    let metric = object()
        .property("metric", text("Name."))
        .property("description", text("What it says."))
        .property("exclude_bots", ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Boolean, Type::Null])))
        .property("data", array(Schema::Object(object().build())))
        .required("metric")
        .required("data");
    let report = object()
        .property("since", text("Date on which the window begins."))
        .property("bot_policy", text("`default` or `all-excluded`."))
        .property("metrics", array(Schema::Object(metric.build())))
        .required("since")
        .required("bot_policy")
        .required("metrics");
    let content = ContentBuilder::new().schema(Some(report)).build();
    let response = tagged("The report.").content("application/json", content);
    let problem = ContentBuilder::new().schema(Some(reference("Problem"))).build();
    let missing = ResponseBuilder::new().description("There is no store.").content(problem::MEDIA_TYPE, problem);
    let responses = ResponsesBuilder::new().response("200", response.build()).response("404", missing.build());
    common(responses, true)
}

/// A table as CSV.
pub(super) fn csv() -> ResponsesBuilder {
    let content = ContentBuilder::new().schema(Some(csv_schema())).build();
    let response = tagged("A header and the rows.").content("text/csv", content);
    common(ResponsesBuilder::new().response("200", response.build()), true)
}

fn csv_schema() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Text that a spreadsheet would take for a formula has an apostrophe in front."))
}

/// What became of a delivery.
pub(super) fn delivery() -> ResponsesBuilder {
    let text = |help: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(help));
    let outcome = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("outcome", text(
            "`stored`, `known` (it tells nothing new), `repeated` (it came before), `unknown` (it is about something that no import has seen: nothing is stored), `accepted` (it waits to be stored) or `not_used`.",
        ))
        .property("detail", text("Why it is not used."))
        .required("outcome");
    let content = ContentBuilder::new().schema(Some(outcome)).build();
    let taken = ResponseBuilder::new().description("It was taken in.").content("application/json", content);
    let responses = ResponsesBuilder::new().response("202", taken.build());
    let responses = DELIVERY.iter().fold(responses, |responses, (status, what)| {
        let problem = ContentBuilder::new().schema(Some(reference("Problem"))).example(Some(example(status))).build();
        let response = ResponseBuilder::new().description(*what).content(problem::MEDIA_TYPE, problem);
        responses.response(*status, response.build())
    });
    problems(problems(responses, &ACCESS[1..]), &LIMITS)
}

/// What became of a pushed event; DevLake's doors say it in JSON.
pub(super) fn pushed(is_of_devlake: bool) -> ResponsesBuilder {
    let responses = PUSHED.iter().fold(ResponsesBuilder::new(), |responses, (status, ..)| {
        let name = if is_of_devlake && *status == "200" { TOLD.to_owned() } else { format!("Pushed{status}") };
        let response: RefOr<Response> = RefOr::Ref(Ref::from_response_name(name));
        responses.response(*status, response)
    });
    problems(problems(responses, &ACCESS[1..]), &LIMITS)
}

/// What every pushed event is answered with, by name.
pub(super) fn shared_of_pushed() -> impl Iterator<Item = (String, Response)> {
    let named = PUSHED.into_iter().map(|(status, what, media_types)| (format!("Pushed{status}"), what, media_types));
    let told: (String, &str, &[&str]) = (TOLD.to_owned(), "It is taken in; `message` says what is not used.", &[JSON]);
    named.chain([told]).map(|(name, what, media_types)| {
        let response = media_types.iter().fold(ResponseBuilder::new().description(what), |response, media_type| {
            let schema = match *media_type {
                problem::MEDIA_TYPE => reference("Problem"),
                TEXT => ObjectBuilder::new().schema_type(Type::String).into(),
                _ => ObjectBuilder::new().schema_type(Type::Object).into(),
            };
            response.content(*media_type, ContentBuilder::new().schema(Some(schema)).build())
        });
        (name, response.build())
    })
}

/// What was pushed: one, or a list.
pub(super) fn told(is_list: bool) -> ResponsesBuilder {
    let one = || Schema::Object(ObjectBuilder::new().schema_type(Type::Object).build());
    let object = ContentBuilder::new().schema(Some(one())).build();
    let told = if is_list { array(one()) } else { one().into() };
    let told = ContentBuilder::new().schema(Some(told)).build();
    let told = ResponseBuilder::new().description(if is_list { "They." } else { "It." }).content(JSON, told);
    let problem = ContentBuilder::new().schema(Some(reference("Problem"))).build();
    let missing = ResponseBuilder::new().description("It is not known, or nobody may push.");
    let missing = missing.content(problem::MEDIA_TYPE, problem);
    let responses =
        ResponsesBuilder::new().response("200", told.build()).response("404", missing.content(JSON, object).build());
    problems(problems(problems(problems(responses, &QUERY), &ACCESS), &LIMITS), &DATA)
}

/// Shares of projects in tickets.
pub(super) fn ticket_shares() -> ResponsesBuilder {
    let object = || ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Object))).build();
    let text = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String))).build();
    let told = ResponseBuilder::new().description("By month, assignee and project; or a row for each.");
    let told = told.content("application/json", object()).content("text/csv", text);
    let problem = ContentBuilder::new().schema(Some(reference("Problem"))).build();
    let wrong = ResponseBuilder::new().description("Fields are wrong, or the address is.");
    let wrong = wrong.content("application/json", object()).content(problem::MEDIA_TYPE, problem);
    let responses = ResponsesBuilder::new().response("200", told.build()).response("400", wrong.build());
    problems(problems(problems(responses, &ACCESS), &LIMITS), &DATA)
}

/// An array of objects of text.
pub(super) fn compatible(row: Object) -> ResponsesBuilder {
    let content = ContentBuilder::new().schema(Some(array(Schema::Object(row)))).build();
    let error = objects::missing();
    let missing = ResponseBuilder::new()
        .description("There is no such table: nothing was imported or configured for it.")
        .content("application/json", ContentBuilder::new().schema(Some(Schema::Object(error))).build());
    let responses = ResponsesBuilder::new()
        .response("200", tagged("The rows.").content("application/json", content).build())
        .response("404", missing.build());
    common(responses, false)
}

/// One object.
pub(super) fn one(name: &str) -> ResponsesBuilder {
    let content = ContentBuilder::new().schema(Some(reference(name))).build();
    common(ResponsesBuilder::new().response("200", tagged("It.").content("application/json", content).build()), true)
}

/// A report, or a file of one, in one of some media types.
pub(super) fn reported<'a>(what: &str, media: impl IntoIterator<Item = (&'a str, RefOr<Schema>)>) -> ResponsesBuilder {
    let response = media.into_iter().fold(tagged(what), |response, (media, schema)| {
        response.content(media, ContentBuilder::new().schema(Some(schema)).build())
    });
    problems(common(ResponsesBuilder::new().response("200", response.build()), true), &REPORTS)
}

/// A list below `data`.
pub(super) fn list(name: &str) -> ResponsesBuilder {
    let answer =
        ObjectBuilder::new().schema_type(Type::Object).property("data", array(reference(name))).required("data");
    let content = ContentBuilder::new().schema(Some(answer)).build();
    common(ResponsesBuilder::new().response("200", tagged("They.").content("application/json", content).build()), true)
}

/// A line of text; `may_wait` where there may be no data yet.
pub(super) fn text(what: &str, may_wait: bool) -> ResponsesBuilder {
    let content = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String))).build();
    let response = ResponseBuilder::new().description(what).content("text/plain", content);
    let responses = ResponsesBuilder::new().response("200", response.build());
    problems(problems(responses, if may_wait { &DATA[..1] } else { &[] }), &LIMITS)
}

/// Counts.
pub(super) fn prometheus() -> ResponsesBuilder {
    let content = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String))).build();
    let response =
        ResponseBuilder::new().description("OpenMetrics text.").content("application/openmetrics-text", content);
    problems(problems(ResponsesBuilder::new().response("200", response.build()), &ACCESS), &LIMITS)
}

/// This document.
pub(super) fn document() -> ResponsesBuilder {
    let content = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Object))).build();
    let response = tagged("OpenAPI 3.1.").content("application/json", content);
    let responses = ResponsesBuilder::new().response("200", response.build()).response("304", unchanged());
    problems(problems(responses, &ACCESS), &LIMITS)
}

fn unchanged() -> Response {
    ResponseBuilder::new().description("As If-None-Match names it.").build()
}

const QUERY: [(&str, &str); 1] =
    [("400", "A parameter or value is not known, dates are reversed, or there are too many rows.")];
const REPORTS: [(&str, &str); 1] =
    [("404", "The month is not over, nothing is known of it, or there is no such file.")];
const DELIVERY: [(&str, &str); 7] = [
    ("400", "It is signed but cannot be read, or a header is missing."),
    ("401", "The signature is missing or wrong."),
    ("404", "No secret for webhooks is configured."),
    ("408", "Nothing of the body came for a while."),
    ("415", "The content type is none that GitHub offers."),
    ("503", "Too many deliveries wait to be stored, or are being read."),
    ("504", "The body did not come in time."),
];
/// Of an error: `Accept: application/problem+json` asks for the second, which some errors have in any case.
const ERROR: &[&str] = &[JSON, problem::MEDIA_TYPE];
/// The name of the answer that says in JSON what was taken in.
const TOLD: &str = "PushedAndTold";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain";
/// Status, what it says, and the media types of its body; it may be empty.
const PUSHED: [(&str, &str, &[&str]); 11] = [
    ("200", "It was known, or is now.", &[]),
    ("201", "It is stored, and new; `Location` has its id.", &[]),
    ("400", "Fields are missing or wrong: `errors` has one object for each. Or a header is wrong.", ERROR),
    (
        "401",
        "There is no `Authorization`, or of another scheme than `Token`, `Bearer` and, where it is set up, `Basic`.",
        &[TEXT],
    ),
    ("403", "The token, or user and password, is not known.", &[TEXT]),
    ("404", "What it tells of is not known; or nobody may push.", ERROR),
    ("408", "Nothing of the body came for a while.", &[problem::MEDIA_TYPE]),
    ("409", "It claims another fact of what cannot change: `field`, `stored` and `told`.", ERROR),
    ("415", "The content type is not JSON.", &[TEXT]),
    ("503", "The store is busy; Retry-After says when to push it again.", &[problem::MEDIA_TYPE]),
    ("504", "The body did not come in time.", &[problem::MEDIA_TYPE]),
];
const ACCESS: [(&str, &str); 2] = [
    ("401", "Authentication is needed; WWW-Authenticate says which."),
    ("421", "Without authentication the server does not answer under this host name."),
];
const LIMITS: [(&str, &str); 4] = [
    ("413", "The body is too long."),
    ("414", "The address is too long."),
    ("431", "The headers are too long."),
    ("500", "Something failed inside the server."),
];
const DATA: [(&str, &str); 2] = [
    ("503", "No data yet, or too many questions wait; Retry-After says when to ask again."),
    ("504", "The answer took too long."),
];

fn common(responses: ResponsesBuilder, reads_query: bool) -> ResponsesBuilder {
    let own = if reads_query { &QUERY[..] } else { &[] };
    let responses = problems(responses.response("304", unchanged()), own);
    problems(problems(problems(responses, &ACCESS), &LIMITS), &DATA)
}

fn problems(responses: ResponsesBuilder, statuses: &[(&str, &str)]) -> ResponsesBuilder {
    statuses.iter().fold(responses, |responses, (status, _)| {
        let problem: RefOr<Response> = RefOr::Ref(Ref::from_response_name(problem_name(status)));
        responses.response(*status, problem)
    })
}

fn problem_name(status: &str) -> String {
    format!("Problem{status}")
}

/// What every problem is answered with, by name.
pub(super) fn shared() -> impl Iterator<Item = (String, Response)> {
    let statuses = QUERY.into_iter().chain(REPORTS).chain(ACCESS).chain(LIMITS).chain(DATA);
    statuses.map(|(status, what)| {
        let content = ContentBuilder::new().schema(Some(reference("Problem"))).example(Some(example(status))).build();
        let response = ResponseBuilder::new().description(what).content(problem::MEDIA_TYPE, content);
        (problem_name(status), response.build())
    })
}

fn example(status: &str) -> Value {
    let status: u16 = status.parse().unwrap_or(500);
    let title = axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    json!({
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": "what is wrong, and what to do",
        "request_id": "5f0c1d2e3a4b5c6d",
    })
}

fn tagged(what: &str) -> ResponseBuilder {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let header = |help: &str| HeaderBuilder::new().schema(Some(text())).description(Some(help)).build();
    let response: Response = ResponseBuilder::new().description(what).build();
    ResponseBuilder::from(response)
        .header("ETag", header("Strong; differs for each query, build, configuration and state of the data."))
        .header("x-request-id", header("As in the server's log."))
}
