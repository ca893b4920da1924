//! One GraphQL request: token, faults, query, price, execution, headers.

use std::sync::Arc;
use std::time::Duration;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use axum::http::HeaderMap;
use model::Instant;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::answer::State;
use super::conduct::{InForce, ShownIds};
use super::cost::{self, Demand};
use super::execute::{Holes, Outcome, execute};
use super::fault::{Fault, FaultKind};
use super::introspection::{introspect, is_of_schema, with_types};
use super::lack::complaints;
use super::limits::Standing;
use super::page::Disturbance;
use super::plan::{self, PlanField};
use super::prepared::Prepared;
use super::reply::{Break, Reply, insufficient_scopes, rate_limited, sso, whole_reply};
use super::resolve::{Context, Hides, RateState};
use super::schema::schema;

/// A reply with what the recorder wants to know.
pub(crate) struct Answered {
    pub(crate) name: String,
    pub(crate) request: Json,
    pub(crate) reply: Reply,
    pub(crate) delay: Option<Duration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    query: String,
    #[serde(default)]
    variables: Option<JsonMap>,
    #[serde(default)]
    operation_name: Option<String>,
}

/// Answers a request.
pub(crate) fn answer(state: &State, headers: &HeaderMap, body: &[u8]) -> Answered {
    let refuse = |reply| Answered { name: "unreadable".to_owned(), request: Json::Null, reply, delay: None };
    if !state.authorize(headers) {
        state.count(|counters| counters.unauthorized += 1);
        return refuse(Reply::message(401, "Bad credentials"));
    }
    if !headers.contains_key("user-agent") {
        return refuse(Reply::message(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        ));
    }
    let request: Request = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(_) => return refuse(Reply::message(400, "Problems parsing JSON")),
    };
    let name = request.operation_name.clone().or_else(|| operation_name(&request.query)).unwrap_or_default();
    let early = state.is_too_early();
    state.count(|counters| {
        counters.calls += 1;
        counters.too_early += u64::from(early);
        *counters.by_operation.entry(label(&name)).or_default() += 1;
    });
    let delay = state.faults(FaultKind::Slow).iter().map(|fault| Duration::from_millis(fault.amount)).max();
    let conduct = state.conduct();
    let mut reply = reply_to(state, &conduct, conduct.ids(headers), &request, &name);
    if !state.is_unlimited() {
        reply = with_limits(reply, state.standing(), state.prepared().view.now);
    }
    reply = reply.with("x-oauth-scopes", state.scopes());
    if let Some(fault) = state.next_fault(|fault| breaks(fault).is_some()) {
        reply.breaks = breaks(&fault);
    }
    let request = json!({
        "method": "POST",
        "path": "/graphql",
        "operation": label(&name),
        "query": request.query,
        "variables": request.variables,
    });
    Answered { name: label(&name), request, reply, delay }
}

fn label(name: &str) -> String {
    if name.is_empty() { "(anonymous)".to_owned() } else { name.to_owned() }
}

/// The name behind the first `query`.
fn operation_name(text: &str) -> Option<String> {
    let rest = text.trim_start().strip_prefix("query")?.trim_start();
    let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

pub(super) fn breaks(fault: &Fault) -> Option<Break> {
    match fault.kind {
        FaultKind::ConnectionReset => Some(Break::Reset),
        FaultKind::TruncatedBody => Some(Break::Truncate),
        _ => None,
    }
}

/// Headers of the primary limit, where the reply has not set them itself.
fn with_limits(mut reply: Reply, standing: Standing, now: Instant) -> Reply {
    let values = [
        ("x-ratelimit-limit", standing.limit.to_string()),
        ("x-ratelimit-remaining", standing.remaining().to_string()),
        ("x-ratelimit-used", standing.used.to_string()),
        ("x-ratelimit-resource", "graphql".to_owned()),
        ("x-ratelimit-reset", standing.reset_at(now).seconds().to_string()),
    ];
    for (name, value) in values {
        if !reply.headers.iter().any(|(present, _)| *present == name) {
            reply = reply.with(name, value);
        }
    }
    reply
}

fn reply_to(state: &State, conduct: &InForce, ids: ShownIds, request: &Request, name: &str) -> Reply {
    let prepared = state.prepared();
    let (org, now) = (&prepared.view.org, prepared.view.now);
    let of_any_query =
        |fault: &Fault| fault.kind != FaultKind::BadGatewayAbove && whole_reply(fault, org, now).is_some();
    if let Some(fault) = state.next_fault(of_any_query)
        && let Some(reply) = whole_reply(&fault, org, now)
    {
        if says_how_long(fault.kind) {
            state.ask_to_wait(fault.amount);
        }
        return reply;
    }
    let refuse = |errors: Vec<Json>| {
        state.count(|counters| counters.refused += 1);
        Reply::json(200, &json!({ "errors": errors }))
    };
    let checked = state.documents.check(&request.query);
    let document = match checked.as_ref() {
        Ok(document) => document,
        Err(errors) => return refuse(errors.clone()),
    };
    let lacking = complaints(document, conduct.lacks());
    if !lacking.is_empty() {
        return refuse(lacking);
    }
    let operation = match document.operations.get(request.operation_name.as_deref()) {
        Ok(operation) => operation,
        Err(error) => return refuse(vec![json!({ "message": error.message().to_string() })]),
    };
    let variables =
        match coerce_variable_values(schema(), operation, request.variables.as_ref().unwrap_or(&JsonMap::new())) {
            Ok(variables) => variables,
            Err(error) => return refuse(vec![json!({ "message": error.message().to_string() })]),
        };
    let types = match introspect(conduct.schema(), document, operation, &variables) {
        Ok(types) => types,
        Err(message) => return refuse(vec![json!({ "message": message })]),
    };
    let variables = match serde_json::to_value(&*variables) {
        Ok(Json::Object(variables)) => variables,
        _ => Map::new(),
    };
    state.count(|counters| counters.introspections += u64::from(!types.is_empty()));
    let mut fields = plan::compile(schema(), document, operation, &variables);
    fields.retain(|field| !is_of_schema(&field.name));
    match cost::measure(&fields) {
        Ok(demand) => with_types(reply_to_valid(state, &prepared, ids, &fields, demand, name), types),
        Err(errors) => refuse(errors),
    }
}

pub(super) fn says_how_long(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::PrimaryLimit
            | FaultKind::Secondary200
            | FaultKind::Secondary429Seconds
            | FaultKind::Secondary429Date
            | FaultKind::Abuse403
    )
}

fn reply_to_valid(
    state: &State,
    prepared: &Arc<Prepared>,
    ids: ShownIds,
    fields: &[PlanField],
    demand: Demand,
    name: &str,
) -> Reply {
    let (org, now) = (&prepared.view.org, prepared.view.now);
    let too_large = |fault: &Fault| fault.kind == FaultKind::BadGatewayAbove && demand.page() > fault.amount;
    if let Some(fault) = state.next_fault(too_large)
        && let Some(reply) = whole_reply(&fault, org, now)
    {
        return reply;
    }
    if demand.projects && state.occurs(FaultKind::NoScope) {
        return insufficient_scopes();
    }
    let points = demand.points();
    let unlimited = state.is_unlimited();
    let standing = if unlimited {
        state.standing()
    } else {
        match state.pay(points) {
            Ok(standing) => standing,
            Err(standing) => {
                state.ask_to_wait(standing.seconds_left);
                return rate_limited()
                    .with("x-ratelimit-remaining", "0")
                    .with("x-ratelimit-reset", standing.reset_at(now).seconds().to_string());
            }
        }
    };
    state.count(|counters| {
        counters.points += points;
        *counters.points_by_operation.entry(label(name)).or_default() += points;
    });
    let saml = state.occurs(FaultKind::Saml200);
    let context = Context {
        prepared,
        rate: (!unlimited).then(|| RateState {
            cost: points,
            limit: standing.limit,
            node_count: demand.nodes,
            used: standing.used,
            reset_at: standing.reset_at(now),
        }),
        forbidden: forbidden(state, prepared),
        saml,
        unknown_org: state.occurs(FaultKind::UnknownOrg),
        disturbance: if demand.list { disturbance(state) } else { None },
        hides: hides(state),
        ids,
    };
    let holes = if demand.list || demand.ids > 0 { holes(state) } else { None };
    let reply = write(execute(&context, fields, holes));
    if saml { reply.with("x-github-sso", sso(org)) } else { reply }
}

pub(super) fn forbidden(state: &State, prepared: &Prepared) -> Vec<usize> {
    state
        .faults(FaultKind::NoAccess)
        .iter()
        .filter_map(|fault| prepared.find_repository(fault.repository.as_deref()?))
        .collect()
}

fn hides(state: &State) -> Hides {
    let more = state.faults(FaultKind::LargerTotals);
    Hides {
        project_items: state.occurs(FaultKind::NoProjectItems),
        field_values: state.occurs(FaultKind::NoFieldValues),
        contents: state.occurs(FaultKind::RedactedCards),
        checks: state.occurs(FaultKind::NoChecks),
        earlier_checks: state.occurs(FaultKind::LastChecksOnly),
        counted_too_many: more.iter().map(|fault| fault.amount as usize).sum(),
    }
}

fn disturbance(state: &State) -> Option<Disturbance> {
    let fault = state.next_fault(|fault| matches!(fault.kind, FaultKind::DuplicateItems | FaultKind::MovingItems))?;
    Some(if fault.kind == FaultKind::MovingItems { Disturbance::Moving } else { Disturbance::Duplicate })
}

fn holes(state: &State) -> Option<Holes> {
    let hole = |kind| match kind {
        FaultKind::NullNodes => Some(Holes::EveryThird),
        FaultKind::SilentNulls => Some(Holes::Silent),
        FaultKind::PartialNotFound => Some(Holes::First),
        FaultKind::ResourceLimits => Some(Holes::SecondHalf),
        _ => None,
    };
    hole(state.next_fault(|fault| hole(fault.kind).is_some())?.kind)
}

fn write(outcome: Outcome) -> Reply {
    let mut body = b"{\"data\":".to_vec();
    body.extend_from_slice(&outcome.data);
    if !outcome.errors.is_empty() {
        body.extend_from_slice(b",\"errors\":");
        body.extend_from_slice(Json::from(outcome.errors).to_string().as_bytes());
    }
    body.push(b'}');
    Reply::json_text(200, body)
}
