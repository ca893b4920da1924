//! Requests to the API over the small organisation: each is answered with a status and a media type that its route
//! documents, JSON can be parsed, and all rows of a CSV table have as many cells as its header.
//!
//! An input is a line `METHOD path?query` and lines `header: value` below it, or several such requests with an empty line
//! between them.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri};
use fuzzing::{Form, Input, Outcome, masked};
use http_api::{Api, Data, RulesBySet, Settings};
use model::columns::Scopes;
use model::rules::RuleSet;
use serde_json::Value;
use store::csv_folder::{Reading, load_at};
use tower::ServiceExt as _;

use crate::scene::{at, runtime, tables};

pub(crate) const INPUT: Input = Input::new("queries", Form::Lines, &WORDS, check);

const WORDS: [&str; 64] = [
    "GET ",
    "HEAD ",
    "OPTIONS ",
    "POST ",
    "/api/v1/",
    "meta",
    "flow/throughput",
    "flow/stocks",
    "flow/cycle-time",
    "flow/summary",
    "flow/cumulative-flow",
    "flow/net-flow",
    "flow/aging-wip",
    "flow/forecast",
    "pull-requests/",
    "cloud-spending/monthly",
    "issues",
    "/evidence",
    ".csv",
    "/api/stocks",
    "/api/openapi.json",
    "/metrics",
    "/healthz",
    "?",
    "&",
    "=",
    "from=",
    "to=",
    "as_of=",
    "by=",
    "by=week",
    "by=month",
    "by=quarter",
    "bots=include",
    "project=7",
    "project=8",
    "repo=web",
    "repo=ALL",
    "team=Services",
    "type=bug",
    "rules=cto-stats",
    "week=2026-W11",
    "month=2026-02",
    "step=dev",
    "limit=1",
    "cursor=",
    "2026-03-09",
    "2026-03-29T02:30:00Z",
    "1970-01-01",
    "2199-12-31",
    "%00",
    "%ff",
    "%2F..%2F",
    "+",
    "accept: text/csv\n",
    "accept: application/json;q=0\n",
    "accept-encoding: br;q=0.5, gzip\n",
    "if-none-match: *\n",
    "if-none-match: W/\"x\"\n",
    "host: localhost:8080\n",
    "host: evil.example\n",
    "origin: https://evil.example\n",
    "content-length: 10000000\n",
    "x-forwarded-for: 10.0.0.1\n",
];

struct Served {
    router: Router,
    document: Value,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let folder = tables();
    let raw = |reading| load_at(&folder.join("raw"), Scopes::ALL, reading, at("2026-04-01T00:00:00Z"));
    let raw = |reading| Ok(Arc::new(raw(reading).expect("the fixture can be read").raw));
    let text = std::fs::read_to_string(folder.join("config.yml")).expect("the fixture is there");
    let config = config_model::Config::from_yaml(&text, "config.yml").expect("the fixture is right");
    let rules = |set| Ok(config.rules(Some(set)).expect("the fixture is right"));
    let rules = RulesBySet { usual: RuleSet::Flow, flow: rules(RuleSet::Flow), cto_stats: rules(RuleSet::CtoStats) };
    let api = Api::new(Settings::default(), rules).expect("good settings");
    let data = Data {
        flow: raw(Reading::Strict),
        cto_stats: raw(Reading::Original),
        version: "1".to_owned(),
        loaded_at: at("2026-04-01T00:00:00Z"),
    };
    api.publish(data);
    let router = api.router();
    let request = Request::builder().uri("/api/openapi.json").header("host", "localhost");
    let (_, _, body) = asked(&router, request.body(Body::empty()).expect("a request"));
    Served { router, document: serde_json::from_slice(&body).expect("the document is JSON") }
});

/// Status, media type and body.
fn asked(router: &Router, request: Request<Body>) -> (u16, String, Bytes) {
    runtime().block_on(async {
        let response = router.clone().oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let media = parts.headers.get("content-type").map_or("", |value| value.to_str().expect("text"));
        let encoded = parts.headers.contains_key("content-encoding");
        let media = if encoded { "encoded" } else { media.split(';').next().unwrap_or_default() }.to_owned();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a whole body");
        (parts.status.as_u16(), media, body)
    })
}

/// The request, as far as a server would be given it; `None` where its parser already refuses.
fn request(text: &str) -> Option<Request<Body>> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (method, path) = first.split_once(' ')?;
    let uri: Uri = path.parse().ok()?;
    let mut request = Request::builder().method(method.parse::<Method>().ok()?).uri(uri);
    let mut has_host = false;
    for line in rest.lines() {
        let (name, value) = line.split_once(':')?;
        let (name, value): (HeaderName, HeaderValue) = (name.parse().ok()?, value.trim().parse().ok()?);
        has_host |= name == "host";
        request = request.header(name, value);
    }
    if !has_host {
        request = request.header("host", "localhost");
    }
    request.body(Body::empty()).ok()
}

/// What the document says of a path, with the template that fits it.
fn documented<'a>(document: &'a Value, path: &str) -> Option<(&'a str, &'a Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let fits = |template: &str| {
        let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
        let is_same = |(one, other): (&&str, &&str)| one == other || one.starts_with('{') && !other.is_empty();
        template.len() == path.len() && template.iter().zip(&path).all(is_same)
    };
    let exact = paths.get_key_value(path);
    exact.or_else(|| paths.iter().find(|(template, _)| fits(template))).map(|(name, item)| (name.as_str(), item))
}

fn check(text: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(text) else { return Outcome::Refused("not UTF-8".to_owned()) };
    let answers: Vec<(bool, String)> = text.split("\n\n").map(answered).collect();
    let is_taken = answers.iter().any(|(is_taken, _)| *is_taken);
    let words = answers.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(" | ");
    if is_taken { Outcome::Taken(words) } else { Outcome::Refused(words) }
}

/// Whether it was answered with what was asked for, and how.
fn answered(text: &str) -> (bool, String) {
    let Some(request) = request(text) else { return (false, "no request".to_owned()) };
    let Served { router, document } = &*SERVED;
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let (status, media, body) = asked(router, request);
    assert!(status < 500, "{status}: {}", String::from_utf8_lossy(&body));
    if media == "application/json" || media == "application/problem+json" {
        if method != Method::HEAD && status != 304 {
            let value = serde_json::from_slice::<Value>(&body);
            value.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&body)));
        }
    } else if media == "text/csv" {
        assert_has_equal_rows(&body);
    }
    let Some((template, item)) = documented(document, &path) else {
        assert!((400..500).contains(&status) || method == Method::OPTIONS, "{path} is nowhere: {status}");
        return (false, format!("{method} nowhere {status}"));
    };
    if method == Method::GET && item["get"].is_object() {
        let known = &item["get"]["responses"][status.to_string()];
        let known = known["$ref"].as_str().map_or(Some(known), |to| document.pointer(to.trim_start_matches('#')));
        let known = known.expect("a reference that leads somewhere");
        assert!(known.is_object(), "{template} documents no {status}: {}", String::from_utf8_lossy(&body));
        if media != "encoded" && status != 304 {
            assert!(known["content"][&media].is_object(), "{template} documents no {media} for {status}");
        }
    }
    let problem = if status >= 400 { String::from_utf8_lossy(&body).into_owned() } else { String::new() };
    let detail =
        serde_json::from_str::<Value>(&problem).ok().and_then(|problem| problem["detail"].as_str().map(masked));
    (status < 400, format!("{method} {template} {status} {media} {}", detail.unwrap_or_default()))
}

fn assert_has_equal_rows(body: &[u8]) {
    let mut reader = csv::Reader::from_reader(body);
    for row in reader.byte_records() {
        if let Err(error) = row {
            panic!("{error}: {}", String::from_utf8_lossy(body));
        }
    }
}
