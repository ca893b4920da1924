//! Queries that take their time, and answers of several pages.

use serde_json::{Value, json};
use source::ErrorKind;

use crate::stage::{JOB, QUERIES, Stage, good, row, rows};

/// What comes while a query is not done: no rows, no schema, no number of rows.
fn running() -> Value {
    json!({
        "kind": "bigquery#queryResponse", "jobComplete": false,
        "jobReference": {"projectId": "acme-run", "jobId": "job_1", "location": "europe-west1"},
    })
}

/// One row as a page of three.
fn page(month: &str, next: Option<&str>) -> Value {
    let mut page = rows(&[row(month, "X", "1")]);
    page["totalRows"] = "3".into();
    page["pageToken"] = next.into();
    page
}

fn queried(request: &wiremock::Request, name: &str) -> Option<String> {
    request.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn query_that_is_not_done_is_asked_for_until_it_is() {
    let stage = Stage::with_query(vec![good(&running())]).await;
    let mut answers = vec![good(&running()); 5];
    answers.push(good(&rows(&[row("202610", "X", "1")])));
    stage.script("GET", JOB, answers).await;
    let usage = stage.import().await.unwrap();
    assert_eq!(stage.clock.waits(), [1, 2, 4, 8, 10, 10]);
    assert_eq!((usage.calls, usage.records, stage.asked(QUERIES).await.len()), (8, 1, 1));
    let asked = &stage.asked(JOB).await[0];
    assert_eq!(queried(asked, "location").as_deref(), Some("europe-west1"), "where the job runs");
    assert_eq!(queried(asked, "timeoutMs").as_deref(), Some("10000"));
    assert_eq!(queried(asked, "pageToken"), None);
}

#[tokio::test]
async fn query_that_is_never_done_is_given_up_on() {
    let stage = Stage::with_query(vec![good(&running())]).await;
    stage.script("GET", JOB, vec![good(&running())]).await;
    let error = stage.refused().await;
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.ends_with("was not done within 15 minutes: import again later"), "{error}");
    assert!((900..920).contains(&stage.clock.waits().iter().sum::<u64>()), "{:?}", stage.clock.waits());
}

#[tokio::test]
async fn query_without_a_job_cannot_be_followed() {
    let stage = Stage::with_query(vec![good(&json!({"jobComplete": false}))]).await;
    let error = stage.refused().await;
    assert!(error.kind == ErrorKind::UnexpectedResponse && error.message.contains("names no job"), "{error}");
}

#[tokio::test]
async fn all_pages_are_read() {
    let stage = Stage::with_query(vec![good(&page("202609", Some("p/2 +")))]).await;
    let mut last = page("202611", None);
    last.as_object_mut().unwrap().remove("jobReference");
    stage.script("GET", JOB, vec![good(&page("202610", Some("p3"))), good(&last)]).await;
    let usage = stage.import().await.unwrap();
    assert_eq!((usage.records, usage.calls), (3, 4));
    let tokens: Vec<_> = stage.asked(JOB).await.iter().map(|asked| queried(asked, "pageToken").unwrap()).collect();
    assert_eq!(tokens, ["p/2 +", "p3"]);
    assert_eq!(queried(&stage.asked(JOB).await[0], "location").as_deref(), Some("EU"));
    assert_eq!(stage.memory.batches().len(), 1, "one transaction for all pages");
}

#[tokio::test]
async fn pages_follow_a_query_that_was_not_done_at_once() {
    let stage = Stage::with_query(vec![good(&running())]).await;
    let answers =
        vec![good(&page("202609", Some("p2"))), good(&page("202610", Some("p3"))), good(&page("202611", None))];
    stage.script("GET", JOB, answers).await;
    assert_eq!(stage.import().await.unwrap().records, 3);
}

#[tokio::test]
async fn rows_that_do_not_come_are_missed() {
    let stage = Stage::with_query(vec![good(&page("202610", None))]).await;
    let error = stage.refused().await;
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.message.starts_with("BigQuery announced 3 rows of costs and sent 1"), "{error}");
    assert!(stage.memory.batches().is_empty());
}

#[tokio::test]
async fn pages_that_go_in_circles_are_noticed() {
    let stage = Stage::with_query(vec![good(&page("202610", Some("p2")))]).await;
    stage.script("GET", JOB, vec![good(&page("202610", Some("p2")))]).await;
    let error = stage.refused().await;
    assert!(error.message.contains("page 2 of the costs leads back to an earlier page"), "{error}");
}

#[tokio::test]
async fn pages_without_an_end_are_left_when_more_came_than_was_announced() {
    let stage = Stage::with_query(vec![good(&page("202610", Some("p0")))]).await;
    let further = |at: usize| good(&page("202610", Some(&format!("p{at}"))));
    stage.script("GET", JOB, (1..30).map(further).collect()).await;
    let error = stage.refused().await;
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.message.contains("announced 3 rows of costs, sent 4 on 4 pages and offers more"), "{error}");
    let empty = |at: usize| {
        let mut page = page("202610", Some(&format!("p{at}")));
        page["rows"] = json!([]);
        good(&page)
    };
    let stage = Stage::with_query(vec![empty(0)]).await;
    stage.script("GET", JOB, (1..30).map(empty).collect()).await;
    let error = stage.refused().await;
    assert!(error.message.contains("sent 0 on 11 pages and offers more"), "{error}");
}
