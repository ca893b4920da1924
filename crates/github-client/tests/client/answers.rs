//! What is sent, and every form of an answer that is no limit.

use std::time::Duration;

use github_client::{GithubClient, Policy, Settings};
use serde_json::json;
use source::{ErrorKind, Event};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::simulated::{
    NOW_SECONDS, Stage, TOKEN, answer, good, good_body, graphql_error, numbers, pages, refusal, settings,
};

#[tokio::test]
async fn sends_token_user_agent_query_and_variables() {
    let stage = Stage::with(vec![good()]).await;
    let reply = stage.ask().await.expect("answered");
    let requests = stage.server.received_requests().await.expect("recorded");
    let header = |name: &str| requests[0].headers.get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(header("user-agent"), Some("cto-metrics/0.1"));
    assert_eq!(header("x-github-next-global-id"), Some("1"), "node ids of the new form");
    assert!(header("accept-encoding").is_some_and(|value| value.contains("gzip")));
    let body = &stage.asked().await[0];
    assert_eq!(body["operationName"], "Issues");
    assert_eq!(body["variables"], json!({"owner": "acme", "name": "api", "first": 3, "after": null}));
    assert_eq!(reply.at.seconds(), NOW_SECONDS);
    assert_eq!(reply.request_id.as_deref(), Some("AB12:34"));
    assert_eq!((reply.cost, reply.calls), (1, 1));
}

#[tokio::test]
async fn wrong_token_ends_the_run_at_once_in_one_sentence() {
    let stage = Stage::with(vec![refusal(401, "Bad credentials")]).await;
    let error = stage.ask().await.expect_err("refused");
    assert!(error.is_fatal());
    assert_eq!(stage.asked().await.len(), 1);
    let text = error.to_string();
    assert!(text.contains("does not accept the token (401: Bad credentials)") && !text.contains('\n'), "{text}");
}

#[tokio::test]
async fn missing_scopes_are_named() {
    let message = "Your token has not been granted the required scopes to execute this query. The 'projectItems' field \
                   requires one of the following scopes: ['read:project'], but your token has only been granted the: \
                   ['repo'] scopes.";
    let by_error = graphql_error("INSUFFICIENT_SCOPES", message);
    let by_header = refusal(403, "Must have admin rights").insert_header("x-oauth-scopes", "repo, read:org");
    for refused in [by_error, by_header] {
        let error = Stage::with(vec![refused]).await.ask().await.expect_err("refused");
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        let text = error.to_string();
        assert!(
            text.starts_with("the token lacks the scope read:project, needed to read issues of acme/api"),
            "{text}"
        );
        assert!(error.source.as_ref().is_some_and(|cause| cause.is::<github_client::MissingScopes>()));
    }
}

#[tokio::test]
async fn token_without_single_sign_on_names_the_step() {
    let header = ("x-github-sso", "required; url=https://github.com/orgs/acme/sso?authorization_request=S3CRET");
    let by_status =
        refusal(403, "Resource protected by organization SAML enforcement.").insert_header(header.0, header.1);
    let in_band = graphql_error("FORBIDDEN", "Resource protected").insert_header(header.0, header.1);
    for refused in [by_status, in_band] {
        let error = Stage::with(vec![refused]).await.ask().await.expect_err("refused");
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        let text = error.to_string();
        assert!(text.contains("authorise the token for the organisation"), "{text}");
        assert!(text.contains("https://github.com/orgs/acme/sso") && !text.contains("S3CRET"), "{text}");
    }
    let elsewhere = json!({"data": {"repository": {"issues": {"nodes": [null]}}}, "errors": [{"type": "FORBIDDEN",
        "path": ["repository", "issues", "nodes", 0], "extensions": {"saml_failure": true}, "message": "Resource protected"}]});
    let reply = Stage::with(vec![answer(200).set_body_json(elsewhere)]).await.ask().await.expect("the rest came");
    assert_eq!(reply.errors[0].kind, "SAML");
    let marked = json!({"data": {"repository": null}, "errors": [{"type": "FORBIDDEN", "path": ["repository"],
        "extensions": {"saml_failure": true}, "message": "Resource protected by organization SAML enforcement."}]});
    let error = Stage::with(vec![answer(200).set_body_json(marked)]).await.ask().await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn results_left_out_for_single_sign_on_are_said_once() {
    let partial = good().insert_header("x-github-sso", "partial-results; organizations=21955855");
    let stage = Stage::with(vec![partial]).await;
    let client = stage.client();
    for _ in 0..2 {
        stage.ask_with(&client).await.expect("answered");
    }
    let notes: Vec<_> = stage.heard.events().into_iter().filter(|event| matches!(event, Event::Note(_))).collect();
    assert_eq!(notes.len(), 1);
}

/// Tasks are spawned on runtimes with several threads.
#[tokio::test]
async fn requests_can_be_spawned() {
    let stage = Stage::with(vec![good()]).await;
    let client = stage.client();
    let task = tokio::spawn(async move {
        let (pages, cancel) = (pages(10), tokio_util::sync::CancellationToken::new());
        let owner = "acme".to_owned();
        let make =
            |first| crate::simulated::issues::Variables { owner: owner.clone(), ..crate::simulated::variables(first) };
        client
            .page::<crate::simulated::Issues>("issues", &pages, make, &source::Silent, &cancel)
            .await
            .map(|reply| reply.cost)
    });
    assert_eq!(task.await.expect("no panic").expect("answered"), 1);
}

#[tokio::test]
async fn no_access_and_not_found_concern_this_subject_only() {
    let forbidden = graphql_error("FORBIDDEN", "Resource not accessible by personal access token");
    let not_found = graphql_error("NOT_FOUND", "Could not resolve to a Repository with the name 'acme/api'.");
    let by_status = refusal(403, "Resource not accessible by integration");
    for (refused, kind) in
        [(forbidden, ErrorKind::NoAccess), (not_found, ErrorKind::NotFound), (by_status, ErrorKind::NoAccess)]
    {
        let error = Stage::with(vec![refused]).await.ask().await.expect_err("refused");
        assert_eq!(error.kind, kind);
        assert!(!error.is_fatal() && error.to_string().contains("issues of acme/api"), "{error}");
    }
}

#[tokio::test]
async fn failures_are_tried_again_after_growing_waits() {
    let internal = graphql_error("SERVICE_UNAVAILABLE", "Timeout on validation of query");
    for failure in
        [internal, answer(500), answer(503), answer(408), answer(502).set_body_string("<html>Unicorn!</html>")]
    {
        let stage = Stage::with(vec![failure.clone(), failure, good()]).await;
        let reply = stage.ask().await.expect("comes in the end");
        assert_eq!(reply.calls, 3);
        let waits = stage.clock.sleeps();
        assert!(
            (0.5..=1.0).contains(&waits[0].as_secs_f64()) && (1.0..=2.0).contains(&waits[1].as_secs_f64()),
            "{waits:?}"
        );
        let attempts: Vec<_> = stage.heard.events().into_iter().collect();
        assert!(
            matches!(attempts[..], [Event::Retrying { attempt: 2, .. }, Event::Retrying { attempt: 3, .. }]),
            "{attempts:?}"
        );
    }
}

#[tokio::test]
async fn lasting_failure_is_given_up_with_the_request_named() {
    let stage = Stage::with(vec![refusal(500, "Server Error")]).await;
    let error = stage.ask().await.expect_err("never comes");
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(stage.asked().await.len(), 6);
    insta::assert_snapshot!(
        error,
        @"reading issues of acme/api: gave up after 6 tries, GitHub answered 500: Server Error; import again later (request AB12:34)"
    );
}

#[tokio::test]
async fn bad_json_is_an_unexpected_response_that_names_the_page() {
    let stage = Stage::with(vec![answer(200).set_body_string("<html>Please sign in</html>")]).await;
    let error = stage.ask().await.expect_err("no JSON");
    assert_eq!((error.kind, stage.asked().await.len()), (ErrorKind::UnexpectedResponse, 1));
    let text = error.to_string();
    assert!(
        text.contains("reading issues of acme/api") && text.contains("/graphql") && text.contains("AB12:34"),
        "{text}"
    );
}

#[tokio::test]
async fn answers_against_the_schema_name_the_place() {
    let body = json!({"data": {"repository": {"issues": {"nodes": [{"id": "I_1", "number": "one"}]}}}});
    let error = Stage::with(vec![answer(200).set_body_json(body)]).await.ask().await.expect_err("wrong type");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains("repository.issues.nodes[0].number"), "{error}");
    let error =
        Stage::with(vec![answer(200).set_body_json(json!({"hello": 1}))]).await.ask().await.expect_err("no data");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    let refused = graphql_error("", "Field 'issueType' doesn't exist on type 'Issue'");
    let error = Stage::with(vec![refused]).await.ask().await.expect_err("query refused");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains("Field 'issueType' doesn't exist"), "{error}");
}

#[tokio::test]
async fn body_that_breaks_off_is_asked_for_again() {
    let whole = good_body().to_string();
    let stage = Stage::with(vec![answer(200).set_body_string(&whole[..whole.len() / 2]), good()]).await;
    assert_eq!(stage.ask().await.expect("comes in the end").calls, 2);
}

#[tokio::test]
async fn partial_data_is_reported_and_used() {
    let body = json!({
        "data": {"repository": {"issues": {"nodes": [null, {"id": "I_2", "number": 2}]}}},
        "errors": [{"type": "NOT_FOUND", "path": ["repository", "issues", "nodes", 0], "message": "Could not resolve"}],
    });
    let reply = Stage::with(vec![answer(200).set_body_json(body)]).await.ask().await.expect("partial");
    assert_eq!(numbers(&reply), [None, Some(2)]);
    assert_eq!(reply.errors.len(), 1);
    assert_eq!(
        (reply.errors[0].path.as_str(), reply.errors[0].kind.as_str()),
        ("repository.issues.nodes.0", "NOT_FOUND")
    );
}

#[tokio::test]
async fn node_with_a_null_against_the_schema_costs_only_itself() {
    let body = json!({"data": {"repository": {"issues": {"nodes": [
        {"id": "I_1", "number": null}, {"id": "I_2", "number": 2}, {"id": null, "number": 3}]}}}});
    let reply = Stage::with(vec![answer(200).set_body_json(body)]).await.ask().await.expect("partial");
    assert_eq!(numbers(&reply), [None, Some(2), None]);
    let places: Vec<_> = reply.errors.iter().map(|error| (error.path.as_str(), error.kind.as_str())).collect();
    assert_eq!(
        places,
        [("repository.issues.nodes[0].number", "UNREADABLE"), ("repository.issues.nodes[2].id", "UNREADABLE")]
    );
}

#[tokio::test]
async fn redirects_are_refused_since_they_would_hand_on_the_token() {
    let elsewhere = Stage::with(vec![good()]).await;
    let there = format!("{}/graphql?code=S3CRET", elsewhere.server.uri());
    let stage = Stage::with(vec![answer(307).insert_header("location", there.as_str())]).await;
    let error = stage.ask().await.expect_err("redirected");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains(&elsewhere.server.uri()) && !error.to_string().contains("S3CRET"), "{error}");
    assert!(elsewhere.asked().await.is_empty());
}

#[tokio::test]
async fn wrong_address_is_named() {
    let error = Stage::with(vec![refusal(404, "Not Found")]).await.ask().await.expect_err("no such address");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.to_string().contains("/graphql (404: Not Found)"), "{error}");
}

#[test]
fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let leaking =
        Settings { graphql_url: "http://ghe.example.com/api/graphql".into(), ..settings("http://127.0.0.1:1") };
    let error = GithubClient::new(leaking).expect_err("refused");
    assert!(error.is_fatal() && error.to_string().contains("would leak the token"), "{error}");
}

#[test]
fn empty_token_is_no_token() {
    for token in ["", " \n"] {
        let empty =
            Settings { credentials: github_client::Credentials::Token(token.into()), ..settings("http://127.0.0.1:1") };
        let error = GithubClient::new(empty).expect_err("refused");
        assert!(error.is_fatal() && error.to_string().contains("GITHUB_TOKEN"), "{error}");
    }
}

#[tokio::test]
async fn slow_page_is_asked_for_again_in_halves() {
    let stage = Stage::with(vec![good().set_delay(Duration::from_hours(1)), good()]).await;
    let policy = Policy { request_timeout: Duration::from_millis(50), ..Policy::default() };
    let client = stage.client_with(Settings { policy, ..stage.settings() });
    stage.page(&client, &pages(40)).await.expect("comes in the end");
    assert_eq!(stage.sizes().await, [40, 20]);
}

/// Accepts connections and answers them from raw bytes, one after the other, closing each.
async fn raw_server(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("accepted");
            let mut request = vec![0; 64 * 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn connections_that_break_are_made_again() {
    let body = good_body().to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let whole = format!("{head}{body}").into_bytes();
    let truncated = whole[..whole.len() - 20].to_vec();
    let uri = raw_server(vec![vec![], truncated, whole]).await;
    let stage = Stage::empty().await;
    let reply = stage.ask_with(&stage.client_with(settings(&uri))).await.expect("comes in the end");
    assert_eq!((numbers(&reply), reply.calls), (vec![Some(1)], 3));
}

#[tokio::test]
async fn nobody_there_is_unavailable_and_says_so() {
    let stage = Stage::empty().await;
    let error = stage.ask_with(&stage.client_with(settings("http://127.0.0.1:1"))).await.expect_err("nobody there");
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.to_string().contains("gave up after 6 tries"), "{error}");
}
