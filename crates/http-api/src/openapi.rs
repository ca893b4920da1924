//! The OpenAPI document: every address, parameter, answer and column, built from the catalogue.

mod answers;
mod columns;
mod events;
mod objects;
mod parameters;
mod reports;

use std::sync::LazyLock;

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, PathItem, PathItemBuilder, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Required, ResponsesBuilder};

use crate::routes::{COMPATIBLE_ROUTES, TABLE_ROUTES, TableRoute, spec};
use crate::{dora_report, evidence, webhooks};

/// The OpenAPI 3.1 document of every route, as pretty JSON. It does not depend on settings or data.
pub fn openapi() -> String {
    document().to_owned()
}

/// The same, made once.
pub(crate) fn document() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let mut text = serde_json::to_string_pretty(&build()).expect("the document is plain data");
        text.push('\n');
        text
    });
    &DOCUMENT
}

fn build() -> OpenApi {
    let mut paths = Paths::new();
    let mut components = ComponentsBuilder::new()
        .schema("Problem", objects::problem())
        .schema("Meta", objects::meta())
        .schema("EvidenceMeta", objects::evidence_meta())
        .schema("About", objects::about())
        .schema("Metric", objects::metric());
    for (name, response) in answers::shared().chain(answers::shared_of_pushed()) {
        components = components.response(name, response);
    }
    for (path, table) in COMPATIBLE_ROUTES {
        paths.paths.insert(format!("/api/{path}"), compatible(path, table));
    }
    for route in TABLE_ROUTES.iter() {
        for (_, table) in &route.tables {
            components = components.schema(columns::row_name(table), columns::row(spec(table)));
        }
        let path = format!("/api/v1/{}", route.path);
        paths.paths.insert(path.clone(), typed(route));
        paths.paths.insert(format!("{path}.csv"), typed_csv(route));
        if let Some(evidence) = route.evidence {
            components = components.schema(columns::evidence_name(evidence), columns::evidence(evidence));
            paths.paths.insert(format!("{path}/evidence"), evidence_of(route, evidence));
        }
    }
    for (path, item) in plain_paths() {
        paths.paths.insert(path.to_owned(), item);
    }
    for door in &webhooks::DOORS {
        paths.paths.insert(door.path.to_owned(), webhook(door));
    }
    events::add(&mut paths);
    components = reports::add(&mut paths, components);
    let secrets = [
        ("bearer", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build())),
        ("basic", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Basic).build())),
    ];
    for (name, scheme) in secrets {
        components = components.security_scheme(name, scheme);
    }
    let none = SecurityRequirement::default();
    let by = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("cto-metrics")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Figures of how work flows, as typed JSON and CSV. Every number has a definition in \
                     docs/metrics.md. What authentication is needed is a setting of the server.",
                ))
                .build(),
        )
        .paths(paths)
        .components(Some(components.build()))
        .security(Some(vec![none, by("bearer"), by("basic")]))
        .build()
}

fn get(operation: OperationBuilder) -> PathItem {
    PathItemBuilder::new().operation(HttpMethod::Get, operation.build()).build()
}

/// Deliveries show who sent them, so no other authentication is asked for.
fn webhook(door: &webhooks::Door) -> PathItem {
    let object = || ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Object))).build();
    let payload = RequestBodyBuilder::new().description(Some(door.body)).content("application/json", object());
    let payload =
        if door.takes_forms { payload.content("application/x-www-form-urlencoded", object()) } else { payload };
    let summary = format!("Takes a delivery of a {} webhook, to be stored in a moment.", door.title);
    let operation = operation(&format!("{}_webhook", door.sender.name()), "webhooks", &summary);
    let operation = door.parts.iter().fold(operation, |operation, part| {
        operation.parameter(parameters::of_header(&written(part.name), part.help, required(door, part)))
    });
    let operation = if door.path.ends_with(webhooks::SECRET_STEP) {
        operation.parameter(parameters::of_step("secret", "The configured secret."))
    } else {
        operation
    };
    let none = SecurityRequirement::default();
    let operation =
        operation.request_body(Some(payload.build())).responses(answers::delivery().build()).securities(Some([none]));
    PathItemBuilder::new().operation(HttpMethod::Post, operation.build()).build()
}

/// Of several headers for one thing none is.
fn required(door: &webhooks::Door, part: &webhooks::Part) -> Required {
    let alike = door.parts.iter().filter(|other| other.role == part.role).count();
    if alike == 1 && part.role != webhooks::Role::OfProof { Required::True } else { Required::False }
}

/// The name of a header as people write it: `X-Gitlab-Event`.
fn written(name: &str) -> String {
    let capital = |word: &str| match word {
        "github" => "GitHub".to_owned(),
        "pagerduty" => "PagerDuty".to_owned(),
        "uuid" => "UUID".to_owned(),
        word => word[..1].to_uppercase() + &word[1..],
    };
    name.split('-').map(capital).collect::<Vec<_>>().join("-")
}

fn operation(id: &str, tag: &str, summary: &str) -> OperationBuilder {
    let id: String = id.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    OperationBuilder::new().operation_id(Some(id)).tag(tag).summary(Some(summary.to_owned()))
}

fn with(operation: OperationBuilder, parameters: Vec<ParameterBuilder>, responses: ResponsesBuilder) -> PathItem {
    let operation = parameters.into_iter().fold(operation, OperationBuilder::parameter);
    get(operation.responses(responses.build()))
}

fn compatible(path: &str, table: &str) -> PathItem {
    let summary = format!("{} The original tool's form: every value is text.", spec(table).doc);
    let responses = answers::compatible(columns::texts(spec(table)));
    with(operation(&format!("compatible/{path}"), "compatible", &summary), Vec::new(), responses)
}

fn typed(route: &TableRoute) -> PathItem {
    let docs: Vec<&str> = route.tables.iter().map(|(_, table)| spec(table).doc).collect();
    let rows: Vec<String> = route.tables.iter().map(|(_, table)| columns::row_name(table)).collect();
    with(
        operation(route.path, tag(route), &docs.join(" ")),
        parameters::of_table(route),
        answers::of_table(&rows, "Meta", true),
    )
}

fn typed_csv(route: &TableRoute) -> PathItem {
    let docs: Vec<&str> = route.tables.iter().map(|(_, table)| spec(table).doc).collect();
    let summary = format!("{} As CSV.", docs.join(" "));
    with(operation(&format!("{}.csv", route.path), tag(route), &summary), parameters::of_table(route), answers::csv())
}

fn evidence_of(route: &TableRoute, evidence: crate::routes::Evidence) -> PathItem {
    let mut parameters = parameters::of_table(route);
    parameters.extend(evidence::parameters(route, evidence).iter().map(|name| parameters::of_evidence(name, evidence)));
    let rows = [columns::evidence_name(evidence)];
    let id = format!("{}/evidence", route.path);
    with(
        operation(&id, tag(route), "The rows behind a figure, a page at a time."),
        parameters,
        answers::of_table(&rows, "EvidenceMeta", false),
    )
}

fn plain_paths() -> Vec<(&'static str, PathItem)> {
    let none = Vec::new;
    let server = |id: &str, summary: &str| operation(id, "server", summary);
    vec![
        ("/healthz", with(server("healthz", "Whether the process lives."), none(), answers::text("It does.", false))),
        (
            "/readyz",
            with(server("readyz", "Whether there is data to serve."), none(), answers::text("There is.", true)),
        ),
        (
            "/metrics",
            with(server("prometheus", "Counts and headline figures for Prometheus."), none(), answers::prometheus()),
        ),
        ("/api/openapi.json", with(server("openapi", "This document."), none(), answers::document())),
        (
            "/api/v1/meta",
            with(
                operation("meta", "about", "What there is: boards, repositories, teams, sources and their state."),
                vec![parameters::rules()],
                answers::one("About"),
            ),
        ),
        (
            dora_report::PATH,
            with(
                operation(
                    "delivery/dora-report.json",
                    "delivery",
                    "The report of dimagi/dora, byte for byte as `cto-dora report` writes it; needs a store.",
                ),
                parameters::of_dora_report(),
                answers::dora_report(),
            ),
        ),
        (
            "/api/v1/metrics",
            with(operation("metrics", "about", "The metrics with their definitions."), none(), answers::list("Metric")),
        ),
    ]
}

/// The first part of the path.
fn tag(route: &TableRoute) -> &'static str {
    route.path.split('/').next().unwrap_or(route.path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::sync::Arc;

    use model::rules::{RuleSet, Rules};
    use serde_json::Value;

    use super::*;
    use crate::shared::Shared;
    use crate::{RulesBySet, Settings};

    #[test]
    fn the_committed_document_is_the_one_that_is_served() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&file, openapi()).expect("written");
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == openapi(), "crates/http-api/openapi.json differs: UPDATE_DOCS=1 rewrites it");
    }

    #[test]
    fn every_route_is_in_the_document_and_every_path_of_the_document_is_a_route() {
        let rules = Ok(Rules::default());
        let rules = RulesBySet { usual: RuleSet::Flow, flow: rules.clone(), cto_stats: rules };
        let shared = Arc::new(Shared::new(Settings::default(), rules));
        let routed: BTreeSet<String> = crate::api::routes(&shared).paths.into_iter().collect();
        let documented: BTreeSet<String> = build().paths.paths.keys().cloned().collect();
        assert_eq!(routed, documented);
    }

    #[test]
    fn every_reference_in_the_document_leads_somewhere() {
        let document: Value = serde_json::from_str(document()).expect("JSON");
        let mut pointers = Vec::new();
        references(&document, &mut pointers);
        assert!(pointers.len() > 100);
        for pointer in pointers {
            assert!(document.pointer(pointer.trim_start_matches('#')).is_some(), "{pointer}");
        }
    }

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(pointer)) = members.get("$ref") {
                    found.push(pointer.clone());
                }
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    fn operation_id(path: &Value) -> Option<&str> {
        ["get", "post"].iter().find_map(|method| path[method]["operationId"].as_str())
    }

    #[test]
    fn operation_ids_are_unique_and_it_is_version_3_1() {
        let document: Value = serde_json::from_str(document()).expect("JSON");
        assert_eq!(document["openapi"], "3.1.0");
        let paths = document["paths"].as_object().expect("paths");
        let ids: BTreeSet<&str> = paths.values().filter_map(operation_id).collect();
        assert_eq!(ids.len(), paths.len());
    }
}
