//! How requests are answered, whatever they ask for.

use std::io::Read as _;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get as route;
use http_api::{Api, Limits, Settings};
use model::rules::RuleSet;
use serde_json::{Value, json};

use crate::fixture::{ask, both_rules, data, get, request, served, settings};

fn with_method(method: &str, path: &str) -> Request<Body> {
    let mut request = request(path, &[]);
    *request.method_mut() = method.parse().expect("a method");
    request
}

#[tokio::test]
async fn a_known_answer_is_not_sent_again() {
    let router = served(RuleSet::Flow);
    let path = "/api/v1/flow/throughput?from=2026-03-09&to=2026-03-29";
    let first = get(&router, path).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() > 30, "{tag}");
    assert_eq!(first.header("cache-control"), "no-cache");
    assert_eq!(first.header("vary"), "Accept, Accept-Encoding, Authorization");
    let known = ask(&router, request(path, &[("if-none-match", &tag)])).await;
    assert_eq!((known.status, known.body.len(), known.header("etag")), (StatusCode::NOT_MODIFIED, 0, tag.as_str()));
    let same = get(&router, "/api/v1/flow/throughput?to=2026-03-29&from=2026-03-09").await;
    assert_eq!(same.header("etag"), tag);
    for other in ["/api/v1/flow/throughput", "/api/v1/flow/throughput.csv?from=2026-03-09&to=2026-03-29"] {
        assert_ne!(get(&router, other).await.header("etag"), tag);
    }
}

#[tokio::test]
async fn answers_are_compressed_as_the_client_likes() {
    let router = served(RuleSet::Flow);
    let plain = get(&router, "/api/v1/issues").await;
    let gzip = ask(&router, request("/api/v1/issues", &[("accept-encoding", "gzip")])).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(gzip.body.as_ref()).read_to_end(&mut text).expect("gzip");
    assert_eq!(text, plain.body);
    let brotli = ask(&router, request("/api/v1/issues", &[("accept-encoding", "gzip, br")])).await;
    assert_eq!(brotli.header("content-encoding"), "br");
    assert!(brotli.body.len() < plain.body.len() / 3);
    assert_ne!(brotli.header("etag"), gzip.header("etag"));
}

#[tokio::test]
async fn csv_comes_by_accept_too() {
    let router = served(RuleSet::Flow);
    let by_accept = ask(&router, request("/api/v1/flow/stocks", &[("accept", "text/csv")])).await;
    assert_eq!(by_accept.body, get(&router, "/api/v1/flow/stocks.csv").await.body);
}

#[tokio::test]
async fn head_has_the_headers_and_no_body() {
    let router = served(RuleSet::Flow);
    let head = ask(&router, with_method("HEAD", "/api/v1/flow/stocks")).await;
    let get = get(&router, "/api/v1/flow/stocks").await;
    assert_eq!((head.status, head.body.len(), head.header("etag")), (StatusCode::OK, 0, get.header("etag")));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    assert_eq!(ask(&router, with_method("HEAD", "/api/v1/nothing")).await.body.len(), 0);
}

#[tokio::test]
async fn other_methods_are_told_what_is_allowed() {
    let router = served(RuleSet::Flow);
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let answer = ask(&router, with_method(method, "/api/v1/flow/stocks")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), "GET,HEAD,OPTIONS");
        assert_eq!(answer.json()["status"], 405);
    }
    let options = ask(&router, with_method("OPTIONS", "/api/v1/flow/stocks")).await;
    assert_eq!((options.status, options.header("allow")), (StatusCode::NO_CONTENT, "GET,HEAD,OPTIONS"));
}

#[tokio::test]
async fn unknown_paths_and_ways_out_of_the_root_find_nothing() {
    let router = served(RuleSet::Flow);
    for path in
        ["/api/v1/nothing", "/api", "/api/", "/", "/../etc/passwd", "/api/../../etc/passwd", "/%2e%2e/%2e%2e/etc"]
    {
        let answer = get(&router, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(!answer.text().contains("etc"));
    }
}

#[tokio::test]
async fn too_much_of_anything_is_refused() {
    let router = served(RuleSet::Flow);
    let long = format!("/api/v1/meta?rules={}", "x".repeat(10_000));
    assert_eq!(get(&router, &long).await.status, StatusCode::URI_TOO_LONG);
    let wide = ask(&router, request("/api/v1/meta", &[("x-wide", &"x".repeat(20_000))])).await;
    assert_eq!(wide.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let big = ask(&router, request("/api/v1/meta", &[("content-length", "10000000")])).await;
    assert_eq!(big.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn every_answer_is_hardened_and_has_an_id_of_its_own() {
    let router = served(RuleSet::Flow);
    let (one, other) = (get(&router, "/api/stocks").await, get(&router, "/nothing").await);
    for answer in [&one, &other] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("content-security-policy").ends_with("frame-ancestors 'none'"));
        assert_eq!(answer.header("server"), "");
        assert_eq!(answer.header("x-request-id").len(), 16);
    }
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

fn api(settings: Settings) -> Api {
    let api = Api::new(settings, both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(data("one"));
    api
}

async fn broken() -> &'static str {
    panic!("broken on purpose: secret")
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_server_goes_on() {
    let router = api(settings()).router_with(Router::new().route("/broken", route(broken)));
    let answer = get(&router, "/broken").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    assert!(!answer.text().contains("secret"));
    assert_eq!(get(&router, "/api/v1/meta").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let limits = Limits { request_time: Duration::from_millis(1), ..Limits::default() };
    let endless = Router::new().route("/endless", route(std::future::pending::<String>));
    let answer = get(&api(Settings { limits, ..settings() }).router_with(endless), "/endless").await;
    assert_eq!((answer.status, &answer.json()["status"]), (StatusCode::GATEWAY_TIMEOUT, &json!(504)));
}

#[tokio::test]
async fn further_routes_are_served_beside_the_api_and_unknown_api_paths_stay_unknown() {
    let pages = Router::new().fallback(async || "a page");
    let router = api(settings()).router_with(pages);
    assert_eq!(get(&router, "/flow").await.text(), "a page");
    assert_eq!(get(&router, "/api/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&router, "/flow").await.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn below_a_base_path_everything_is_there_and_nothing_outside() {
    let router = api(Settings { base_path: "/cto".to_owned(), ..settings() }).router();
    for path in ["/cto/healthz", "/cto/readyz", "/cto/api/stocks", "/cto/api/v1/flow/throughput", "/cto/metrics"] {
        assert_eq!(get(&router, path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["/healthz", "/api/stocks", "/ctoapi/stocks", "/cto/api/nothing"] {
        let answer = get(&router, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn prometheus_is_told_counts_and_headline_figures() {
    let router = served(RuleSet::Flow);
    get(&router, "/api/v1/flow/stocks?step=x").await;
    get(&router, "/made/up").await;
    let answer = get(&router, "/metrics").await;
    let text = answer.text();
    for line in [
        "cto_api_requests_total{route=\"/api/v1/flow/stocks\",status=\"400\",method=\"GET\"} 1",
        "cto_api_requests_total{route=\"none\",status=\"404\",method=\"GET\"} 1",
        "cto_snapshot_loaded_timestamp_seconds 1774828800.0",
        "cto_work_as_of_timestamp_seconds 1774828800.0",
        "cto_open_pull_requests 2.0",
        "cto_throughput_last_complete_week 0.0",
        "cto_snapshot_reload_failed 0.0",
        "# TYPE pull_request_time_to_merge_minutes histogram",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
    }
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
    assert!(!text.contains("made"));
}

/// Wrong, absurd, hostile and good ones.
const ODD_QUERIES: [&str; 30] = [
    "",
    "?from=x",
    "?by=never",
    "?rules=cto-stats",
    "?as_of=2026-03-09",
    "?as_of=1970-01-01",
    "?as_of=2026-12-31T23:59:59.999999Z",
    "?as_of=2199-12-31",
    "?from=1970-01-01&to=2199-12-31",
    "?from=1970-01-01",
    "?to=1970-01-01",
    "?from=2199-12-31",
    "?from=%00",
    "?team=x&team=y",
    "?team=%F0%9F%98%80%22%3Cscript%3E",
    "?team=Services&project=7&type=task&bots=include",
    "?project=",
    "?repo=",
    "?&&&=",
    "?=",
    "?%",
    "?week=0000-W01",
    "?week=9999-W52",
    "?week=2026-W11&step=red_bin&rules=cto-stats",
    "?month=0000-01",
    "?month=9999-12",
    "?limit=-1",
    "?limit=99999999999999999999",
    "?cursor=cm93OjE4NDQ2NzQ0MDczNzA5NTUxNjE1",
    "?cursor=%2e%2e%2f",
];

#[tokio::test]
async fn every_answer_to_an_odd_query_is_in_the_document() {
    let router = served(RuleSet::Flow);
    let document: Value = get(&router, "/api/openapi.json").await.json();
    let paths = document["paths"].as_object().expect("paths");
    for (path, item) in paths.iter().filter(|(_, item)| item["get"].is_object()) {
        for query in ODD_QUERIES {
            let answer = get(&router, &format!("{path}{query}")).await;
            let status = answer.status.as_u16().to_string();
            let known = &item["get"]["responses"][&status];
            let known = known["$ref"].as_str().map_or(Some(known), |to| document.pointer(to.trim_start_matches('#')));
            let known = known.expect("a reference that leads somewhere");
            assert!(answer.status.as_u16() < 500 && known.is_object(), "{path}{query}: {status}");
            let media = answer.header("content-type").split(';').next().unwrap_or_default();
            assert!(known["content"][media].is_object(), "{path}{query}: {status} {media}");
        }
    }
}
