//! What GitLab says in place of an answer.

use serde_json::json;
use source::ErrorKind;
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::{Stage, TOKEN};

/// Replies in turn; the last one stays.
async fn answering(replies: Vec<ResponseTemplate>) -> Stage {
    let stage = Stage::new().await;
    let last = replies.len() - 1;
    for (place, reply) in replies.into_iter().enumerate() {
        let mock = Mock::given(path("/api/v4/groups")).respond_with(reply);
        let mock = if place < last { mock.up_to_n_times(1) } else { mock };
        mock.mount(&stage.server).await;
    }
    stage
}

fn text(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(body)
}

fn good() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!([1]))
}

#[tokio::test]
async fn a_limit_is_waited_for_as_long_as_it_says() {
    let limits = [
        (text(429, "Retry later\n").insert_header("retry-after", "30"), 31),
        (
            text(429, "Retry later\n")
                .insert_header("ratelimit-reset", "1793613650")
                .insert_header("date", "Mon, 02 Nov 2026 10:00:00 GMT"),
            51,
        ),
        (text(429, "Retry later\n"), 60),
    ];
    for (limit, seconds) in limits {
        let stage = answering(vec![limit.insert_header("ratelimit-name", "throttle_authenticated_api"), good()]).await;
        let page = stage.list(&["groups"], &[]).await.expect("a page");
        assert_eq!((page.calls, stage.clock.waits()), (2, vec![seconds]));
        assert!(
            stage.told.reasons().iter().any(|(_, text)| text.contains("throttle_authenticated_api")),
            "{:?}",
            stage.told.reasons()
        );
    }
}

#[tokio::test]
async fn what_fails_is_tried_again() {
    let stage = answering(vec![text(500, "x"), text(502, "<html>"), good()]).await;
    assert_eq!(stage.list(&["groups"], &[]).await.expect("a page").calls, 3);
    let stage = answering(vec![text(503, "x")]).await;
    let error = stage.list(&["groups"], &[]).await.expect_err("down");
    assert_eq!((error.kind, stage.client.usage().calls), (ErrorKind::Unavailable, 3));
}

#[tokio::test]
async fn refusals_name_what_is_refused_and_the_remedy() {
    let json = |status, body: &serde_json::Value| ResponseTemplate::new(status).set_body_json(body);
    for (reply, kind, words) in [
        (
            json(401, &json!({"message": "401 Unauthorized"})),
            ErrorKind::Unauthorized,
            "does not accept the token: give GITLAB_TOKEN",
        ),
        (
            json(403, &json!({"error": "insufficient_scope", "error_description": "higher privileges"})),
            ErrorKind::Unauthorized,
            "scope read_api",
        ),
        (
            json(403, &json!({"message": "403 Forbidden"})),
            ErrorKind::NoAccess,
            "needs the role Reporter there (403 Forbidden)",
        ),
        (json(404, &json!({"message": "404 Group Not Found"})), ErrorKind::NotFound, "(404 Group Not Found)"),
        (json(400, &json!({"message": {"per_page": ["is wrong"]}})), ErrorKind::UnexpectedResponse, "answered 400"),
        (text(200, "<!DOCTYPE html>"), ErrorKind::UnexpectedResponse, "answered a web page: is GITLAB_URL"),
        (text(200, "[1"), ErrorKind::UnexpectedResponse, "no JSON"),
        (text(200, "{\"a\": 1}"), ErrorKind::UnexpectedResponse, "not of the documented form"),
    ] {
        let stage = answering(vec![reply]).await;
        let error = stage.list(&["groups"], &[]).await.expect_err(words);
        assert_eq!(error.kind, kind, "{error}");
        assert!(
            error.message.starts_with("reading things of acme: ")
                && error.message.contains("127.0.0.1")
                && error.message.contains(words),
            "{error}"
        );
        assert_eq!(stage.client.usage().calls, 1, "{words}");
    }
}

#[tokio::test]
async fn no_other_host_gets_to_see_the_token() {
    let elsewhere = Stage::new().await;
    let there = format!("{}/api/v4/groups?secret=1", elsewhere.server.uri());
    let stage = answering(vec![ResponseTemplate::new(302).insert_header("location", there.as_str())]).await;
    let error = stage.list(&["groups"], &[]).await.expect_err("sent away");
    assert!(error.message.contains("does not get to see the token") && !error.message.contains("secret=1"), "{error}");
    assert!(elsewhere.server.received_requests().await.expect("recorded").is_empty());
}

#[tokio::test]
async fn a_server_that_echoes_the_token_does_not_bring_it_into_a_message() {
    let echo = ResponseTemplate::new(404)
        .set_body_json(json!({"message": format!("no {TOKEN}")}))
        .insert_header("x-request-id", TOKEN);
    let stage = answering(vec![echo]).await;
    let error = stage.list(&["groups"], &[]).await.expect_err("nothing there");
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
}
