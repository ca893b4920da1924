//! Page sizes that follow what the provider can answer.

use serde_json::json;
use source::{ErrorKind, Event, Scope};
use wiremock::{Mock, Request, ResponseTemplate, matchers};

use crate::simulated::{Stage, answer, good, good_body, graphql_error, pages, refusal};

/// Answers 502 to every page above a size.
async fn overloaded_above(size: i64) -> Stage {
    let stage = Stage::empty().await;
    let respond = move |request: &Request| -> ResponseTemplate {
        let body: serde_json::Value = request.body_json().expect("JSON");
        let asked = body["variables"]["first"].as_i64().expect("a size");
        if asked > size { refusal(502, "We couldn't respond to your request in time.") } else { good() }
    };
    Mock::given(matchers::method("POST")).respond_with(respond).mount(&stage.server).await;
    stage
}

#[tokio::test]
async fn page_halves_until_it_comes_and_stays_there() {
    let stage = overloaded_above(30).await;
    let (client, pages) = (stage.client(), pages(100));
    for _ in 0..2 {
        stage.page(&client, &pages).await.expect("comes in the end");
    }
    assert_eq!(stage.sizes().await, [100, 50, 25, 25]);
    let sizes: Vec<_> =
        stage.heard.events().into_iter().filter(|event| matches!(event, Event::PageSize { .. })).collect();
    assert_eq!(
        sizes,
        [Event::PageSize { scope: Scope::Issues, size: 50 }, Event::PageSize { scope: Scope::Issues, size: 25 }]
    );
}

#[tokio::test]
async fn page_grows_back_while_all_is_well() {
    let stage = overloaded_above(50).await;
    let (client, pages) = (stage.client(), pages(100));
    for _ in 0..30 {
        stage.page(&client, &pages).await.expect("comes in the end");
    }
    let sizes = stage.sizes().await;
    assert_eq!(sizes[..10], [100, 50, 50, 50, 50, 50, 50, 50, 50, 62]);
    assert_eq!(sizes[10..12], [31, 31]);
    assert_eq!(*sizes.last().expect("asked"), 38);
}

#[tokio::test]
async fn every_sign_of_too_much_halves_the_page() {
    let timeout = "We couldn't respond to your request in time. Sorry about that.";
    let mut partial = good_body();
    partial["errors"] =
        json!([{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}]);
    for sign in [
        answer(502),
        answer(504),
        refusal(502, timeout),
        graphql_error("", timeout),
        graphql_error(
            "",
            "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug.",
        ),
        graphql_error("MAX_NODE_LIMIT_EXCEEDED", "This query requests up to 1,010,000 possible nodes"),
        answer(200).set_body_json(partial),
    ] {
        let stage = Stage::with(vec![sign, good()]).await;
        let reply = stage.page(&stage.client(), &pages(40)).await.expect("comes in the end");
        assert_eq!(stage.sizes().await, [40, 20]);
        assert_eq!((reply.errors.len(), reply.calls), (0, 2));
    }
}

#[tokio::test]
async fn other_failures_keep_the_size() {
    let stage = Stage::with(vec![answer(500), refusal(429, "secondary rate limit"), good()]).await;
    stage.page(&stage.client(), &pages(40)).await.expect("comes in the end");
    assert_eq!(stage.sizes().await, [40, 40, 40]);
}

#[tokio::test]
async fn page_at_its_minimum_is_tried_again_and_then_given_up() {
    let stage = overloaded_above(1).await;
    let error = stage.page(&stage.client(), &pages(10)).await.expect_err("never comes");
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(stage.sizes().await, [10, 5, 5, 5, 5, 5, 5]);
}

#[tokio::test]
async fn part_of_a_page_that_cannot_be_smaller_is_used_and_reported() {
    let mut partial = good_body();
    partial["errors"] =
        json!([{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}]);
    let stage = Stage::with(vec![answer(200).set_body_json(partial)]).await;
    let client = stage.client();
    let reply = stage.page(&client, &pages(10)).await.expect("partial");
    assert_eq!(stage.sizes().await, [10, 5]);
    assert_eq!(reply.errors[0].kind, "RESOURCE_LIMITS_EXCEEDED");
    assert_eq!((reply.cost, client.usage().points), (2, 2), "both answers cost a point");
}
