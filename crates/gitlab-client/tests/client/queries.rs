//! GraphQL.

use gitlab_client::{GraphqlQuery, GraphqlReply, PageSize};
use serde::Deserialize;
use serde_json::{Value, json};
use source::{ErrorKind, Scope, SourceError};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{body_partial_json, path};
use wiremock::{Mock, ResponseTemplate};

use crate::Stage;

#[derive(Debug, Deserialize)]
struct Data {
    group: Option<Value>,
}

async fn ask(stage: &Stage, pages: &PageSize) -> Result<GraphqlReply<Data>, SourceError> {
    let query = GraphqlQuery { document: "query Q($first: Int) { group }", what: "merge requests of acme" };
    let make = |first| json!({"first": first});
    stage.client.query(query, pages, make, &stage.told, &CancellationToken::new()).await
}

async fn answering(stage: &Stage, first: u32, reply: ResponseTemplate) {
    let asked = body_partial_json(json!({"variables": {"first": first}}));
    Mock::given(path("/api/graphql")).and(asked).respond_with(reply).mount(&stage.server).await;
}

fn refusing(message: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"errors": [{"message": message}]}))
}

fn good() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"data": {"group": {"id": 7}}}))
}

#[tokio::test]
async fn what_is_too_complex_or_too_slow_is_asked_for_in_smaller_pages() {
    let stage = Stage::new().await;
    answering(&stage, 100, refusing("Query has complexity of 151, which exceeds max complexity of 60")).await;
    answering(&stage, 50, refusing("Timeout on MergeRequest.notes")).await;
    answering(&stage, 25, ResponseTemplate::new(504)).await;
    answering(&stage, 12, good()).await;
    let pages = PageSize::new(Scope::PullRequests, 100);
    let reply = ask(&stage, &pages).await.expect("an answer");
    assert_eq!((reply.data.group, reply.calls, pages.current()), (Some(json!({"id": 7})), 4, 12));
    assert_eq!(ask(&stage, &pages).await.expect("an answer").calls, 1);
}

#[tokio::test]
async fn a_page_of_one_that_is_still_too_much_is_an_error() {
    let stage = Stage::new().await;
    answering(&stage, 1, refusing("Query has complexity of 300, which exceeds max complexity of 200")).await;
    let error = ask(&stage, &PageSize::new(Scope::PullRequests, 1)).await.expect_err("too complex");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.message.contains("merge requests of acme") && error.message.contains("complexity of 300"), "{error}");
}

#[tokio::test]
async fn a_query_that_is_refused_or_brings_nothing_is_an_error() {
    for (reply, words) in [
        (refusing("Field 'x' doesn't exist on type 'MergeRequest'"), "refuses the query (Field 'x'"),
        (ResponseTemplate::new(200).set_body_json(json!({"message": "hello"})), "JSON without data"),
        (ResponseTemplate::new(200).set_body_string("<html>"), "a web page"),
    ] {
        let stage = Stage::new().await;
        answering(&stage, 5, reply).await;
        let error = ask(&stage, &PageSize::new(Scope::PullRequests, 5)).await.expect_err(words);
        assert!(error.message.contains(words), "{error}");
    }
}
