//! Pushed events in the OpenAPI document.

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;

use super::{answers, operation, parameters};
use crate::events::{QUESTIONS, doors};
use crate::{server_words, ticketing};

/// Every door and every question.
pub(super) fn add(paths: &mut Paths) {
    for (path, what, _) in doors() {
        put(paths, &path, HttpMethod::Post, pushed(&path, what));
    }
    for (path, what, _) in QUESTIONS {
        let operation = with_names(operation(&format!("pushed{path}"), "events", what), path);
        let choices: &[(&str, &str)] = match path.rsplit('/').next() {
            Some("deployments") => &[
                ("project_id", "Of this project alone."),
                ("limit", "At most so many; 50."),
                ("offset", "After so many."),
            ],
            Some("incidents") => &[("filter", "`in-progress`: neither restored nor over; `unfinished`: not over.")],
            _ => &[],
        };
        let operation = choices
            .iter()
            .fold(operation, |operation, (name, help)| operation.parameter(parameters::of_pushed(name, help)));
        put(paths, path, HttpMethod::Get, operation.responses(answers::told(path.ends_with('s')).build()));
    }
    for (path, what) in server_words::ADDRESSES {
        let operation = operation(&format!("told{path}"), "events", what).responses(answers::told(false).build());
        put(paths, path, HttpMethod::Get, operation);
    }
    put(paths, ticketing::PATH, HttpMethod::Post, shares());
}

/// Shares of projects in tickets: posted to, and yet a question.
fn shares() -> OperationBuilder {
    let object = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Object))).build();
    let body = RequestBodyBuilder::new()
        .description(Some("`from`, `to` and `unhash_actors`; docs/events.md says what they are."))
        .content("application/json", object)
        .build();
    let what = "Shares of projects in the tickets that were done, by month, in em-metrics' form.";
    operation("ticketing_stats", "events", what)
        .parameter(parameters::of_pushed("format", "`json` or `csv`; `json`."))
        .request_body(Some(body))
        .responses(answers::ticket_shares().build())
}

/// Whoever pushes needs a token for that, whatever authentication else is asked for.
fn pushed(path: &str, what: &str) -> OperationBuilder {
    let object = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Object))).build();
    let body = RequestBodyBuilder::new()
        .description(Some("docs/events.md has its fields."))
        .content("application/json", object)
        .build();
    let by_token = SecurityRequirement::new("bearer", Vec::<String>::new());
    let by_user = SecurityRequirement::new("basic", Vec::<String>::new());
    with_names(operation(&format!("push{path}"), "events", what), path)
        .request_body(Some(body))
        .responses(answers::pushed(path.contains("/plugins/webhook/")).build())
        .securities(Some([by_token, by_user]))
}

/// The names in the address.
fn with_names(operation: OperationBuilder, path: &str) -> OperationBuilder {
    let names = path.split('/').filter_map(|step| step.strip_prefix('{')?.strip_suffix('}'));
    names.fold(operation, |operation, name| {
        operation.parameter(parameters::of_step(name, &format!("The {name}, as it was pushed.")))
    })
}

/// Adds an operation beside another one of the same address.
fn put(paths: &mut Paths, path: &str, method: HttpMethod, operation: OperationBuilder) {
    let operation = operation.build();
    match paths.paths.get_mut(path) {
        Some(item) if matches!(method, HttpMethod::Get) => item.get = Some(operation),
        Some(item) => item.post = Some(operation),
        None => drop(paths.paths.insert(path.to_owned(), PathItem::new(method, operation))),
    }
}
