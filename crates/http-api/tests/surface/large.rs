//! Long lists are written as the client takes them.

use std::io::Read as _;
use std::sync::Arc;

use http_api::{Api, Data};
use metrics_core::RawBuilder;
use model::Instant;
use model::records::{Issue, Place};
use model::rules::RuleSet;

use crate::fixture::{ask, both_rules, data, get, request, settings};

const ISSUES: usize = 10_050;

fn many(issues: usize) -> Data {
    let mut records = RawBuilder::new();
    let created_at = 1_774_000_000;
    for number in 1..=issues {
        let title = if number == 7 { "=1+1".to_owned() } else { format!("Issue {number}") };
        records.issue(&Issue {
            place: Place { org: "acme".into(), repo: "web".into(), number: number.to_string(), ..Place::default() },
            title,
            kind: "task".into(),
            created_at: Instant::from_seconds(created_at + 10 * number as i64),
            ..Issue::default()
        });
    }
    let raw = Arc::new(records.build(Instant::from_seconds(1_774_828_800)).expect("each once"));
    Data { flow: Ok(Arc::clone(&raw)), cto_stats: Ok(raw), ..data("many") }
}

async fn cache_bytes(router: &axum::Router) -> f64 {
    let metrics = get(router, "/metrics").await;
    let bytes = metrics.text().lines().find_map(|line| line.strip_prefix("cto_cache_bytes ")?.parse().ok());
    bytes.expect("the metrics say it")
}

#[tokio::test]
async fn a_long_list_is_whole_in_every_form_and_is_kept_as_a_table_alone() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(many(ISSUES));
    let router = api.router();
    let plain = get(&router, "/api/v1/issues").await;
    let kept = cache_bytes(&router).await;
    assert!(0.0 < kept && kept < plain.body.len() as f64 / 2.0, "{kept} of {}", plain.body.len());
    let rows = plain.json()["data"].as_array().map(Vec::len);
    assert_eq!((rows, plain.header("content-length")), (Some(ISSUES), ""));
    let gzip = ask(&router, request("/api/v1/issues", &[("accept-encoding", "gzip")])).await;
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(gzip.body.as_ref()).read_to_end(&mut text).expect("gzip");
    assert!(text == plain.body, "gzip holds another text");
    let csv = get(&router, "/api/v1/issues.csv").await;
    assert_eq!(csv.text().lines().count(), ISSUES + 1);
    assert!(csv.text().contains("acme/web#7,'=1+1,"));
    assert!((cache_bytes(&router).await - kept).abs() < f64::EPSILON, "no answer is kept");
    let known = ask(&router, request("/api/v1/issues", &[("if-none-match", plain.header("etag"))])).await;
    assert_eq!(known.status, axum::http::StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn more_than_twenty_thousand_rows_are_refused_as_json_with_what_to_ask_instead_and_streamed_as_csv() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(many(20_001));
    let router = api.router();
    let refused = get(&router, "/api/v1/issues").await;
    assert_eq!(refused.status, axum::http::StatusCode::BAD_REQUEST);
    let problem = refused.json();
    assert_eq!((&problem["rows"], &problem["most_rows"]), (&20_001.into(), &20_000.into()));
    assert_eq!(
        problem["detail"],
        "these are 20001 rows, and no answer as JSON has more than 20000. Ask for a shorter period with from and to; \
         or some repositories with repo; or some boards with project; or a team with team; \
         or the same as CSV, which has no limit"
    );
    let csv = get(&router, "/api/v1/issues.csv").await;
    assert_eq!((csv.text().lines().count(), csv.header("content-length")), (20_002, ""));
    let narrower = get(&router, "/api/v1/issues?to=2026-03-20").await;
    assert_eq!(narrower.status, axum::http::StatusCode::OK);
}
