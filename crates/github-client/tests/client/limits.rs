//! Every form in which GitHub says "later".

use std::time::Duration;

use github_client::{Policy, Settings};
use serde_json::json;
use source::{ErrorKind, Event};
use wiremock::ResponseTemplate;

use crate::simulated::{NOW_SECONDS, Stage, answer, good, good_body, graphql_error, numbers, pages, refusal};

/// Answers with a limit, then with data, and compares what was waited in between.
async fn check(limit: ResponseTemplate, waited_seconds: &[u64], reason: &str) {
    let stage = Stage::with(vec![limit, good()]).await;
    let reply = stage.ask().await.expect("a limit never aborts");
    assert_eq!(numbers(&reply), [Some(1)]);
    assert_eq!(stage.waited_seconds(), waited_seconds);
    let waits = stage.heard.reasons();
    assert_eq!(waits.len(), waited_seconds.len(), "{waits:?}");
    assert!(waits.iter().all(|(_, said)| said.contains(reason)), "{waits:?}");
}

fn reset_in(seconds: i64) -> String {
    (NOW_SECONDS + seconds).to_string()
}

#[tokio::test]
async fn primary_limit_of_graphql_is_waited_out_until_its_reset() {
    let limit = graphql_error("RATE_LIMITED", "API rate limit exceeded for user ID 1.")
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("x-ratelimit-limit", "5000")
        .insert_header("x-ratelimit-reset", reset_in(600).as_str());
    check(limit, &[601], "rate limit of GitHub reached (HTTP 200)").await;
}

#[tokio::test]
async fn newer_form_with_points_remaining_waits_a_minute() {
    let body = json!({"errors": [{"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": "API rate limit already exceeded"}]});
    let limit = answer(200)
        .insert_header("x-ratelimit-remaining", "12")
        .insert_header("x-ratelimit-reset", reset_in(600).as_str())
        .set_body_json(body);
    check(limit, &[60], "rate limit").await;
}

#[tokio::test]
async fn limit_named_only_by_its_code_or_only_by_its_message_is_known() {
    for error in [
        json!({"code": "graphql_rate_limit", "message": "slow down"}),
        json!({"message": "API rate limit exceeded for installation ID 7."}),
    ] {
        check(answer(200).set_body_json(json!({"errors": [error]})), &[60], "limit").await;
    }
}

#[tokio::test]
async fn secondary_limit_of_graphql_is_waited_out_with_either_status() {
    let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    check(graphql_error("", message), &[60], "secondary rate limit of GitHub reached (HTTP 200)").await;
    check(answer(200).set_body_json(json!({"message": message})), &[60], "secondary rate limit").await;
    check(refusal(403, message), &[60], "secondary rate limit of GitHub reached (HTTP 403)").await;
    check(refusal(403, message).insert_header("retry-after", "8"), &[9], "secondary").await;
    check(graphql_error("", message).insert_header("retry-after", "8"), &[9], "secondary").await;
}

#[tokio::test]
async fn primary_limit_in_rests_form_is_waited_out_until_its_reset() {
    for status in [403, 429] {
        let limit = refusal(status, "API rate limit exceeded for 127.0.0.1.")
            .insert_header("x-ratelimit-remaining", "0")
            .insert_header("x-ratelimit-reset", reset_in(30).as_str());
        check(limit, &[31], "rate limit of GitHub").await;
    }
}

#[tokio::test]
async fn secondary_limit_marked_by_a_header_alone_waits_a_minute() {
    let limit = refusal(403, "Please wait a few minutes before you try again")
        .insert_header("gh-limited-by", "search-elapsed-time-shared-grouped")
        .insert_header("x-ratelimit-remaining", "4000");
    check(limit, &[60], "secondary rate limit").await;
}

#[tokio::test]
async fn retry_after_may_be_seconds_or_a_date_or_absent() {
    let limit = || refusal(429, "You have exceeded a secondary rate limit");
    check(limit().insert_header("retry-after", "8"), &[9], "secondary").await;
    check(limit().insert_header("retry-after", "Mon, 02 Nov 2026 10:00:20 GMT"), &[21], "secondary").await;
    check(limit(), &[60], "secondary").await;
    check(limit().insert_header("retry-after", "when it suits"), &[60], "secondary").await;
}

#[tokio::test]
async fn abuse_text_of_old_servers_is_a_limit() {
    let text = "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.";
    check(refusal(403, text).insert_header("retry-after", "60"), &[61], "secondary").await;
    check(refusal(403, text), &[60], "secondary").await;
    check(answer(403).set_body_string(text), &[60], "secondary").await;
    check(answer(403).insert_header("retry-after", "3"), &[4], "limit of GitHub").await;
}

#[tokio::test]
async fn retry_after_comes_before_the_reset() {
    let limit = refusal(403, "API rate limit exceeded")
        .insert_header("retry-after", "5")
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("x-ratelimit-reset", reset_in(3000).as_str());
    check(limit, &[6], "limit").await;
}

#[tokio::test]
async fn waits_follow_the_providers_clock_when_the_local_one_is_wrong() {
    let stage = Stage::with(vec![
        refusal(403, "API rate limit exceeded")
            .insert_header("date", "Mon, 02 Nov 2026 18:00:00 GMT")
            .insert_header("x-ratelimit-remaining", "0")
            .insert_header("x-ratelimit-reset", reset_in(8 * 3600 + 40).as_str()),
        good(),
    ])
    .await;
    stage.ask().await.expect("waited out");
    assert_eq!(stage.waited_seconds(), [41]);
}

#[tokio::test]
async fn limit_without_an_end_is_waited_out_longer_each_time_and_given_up_in_the_end() {
    let stage = Stage::with(vec![refusal(429, "secondary rate limit")]).await;
    let settings = Settings { policy: Policy { limit_tries: 4, ..Policy::default() }, ..stage.settings() };
    let error = stage.ask_with(&stage.client_with(settings)).await.expect_err("never lifts");
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert_eq!(stage.waited_seconds(), [60, 120, 240]);
    let text = error.to_string();
    assert!(text.contains("issues of acme/api") && text.contains("4 tries") && text.contains("AB12:34"), "{text}");
}

#[tokio::test]
async fn absurd_end_is_not_believed_beyond_an_hour() {
    for absurd in ["99999999", "18446744073709551615"] {
        check(refusal(429, "secondary rate limit").insert_header("retry-after", absurd), &[3660], "secondary").await;
    }
    let reset = |at: &str| {
        refusal(403, "API rate limit exceeded")
            .insert_header("x-ratelimit-remaining", "0")
            .insert_header("x-ratelimit-reset", at)
    };
    check(reset("253402300799"), &[3660], "limit").await;
    check(reset("9223372036854775807"), &[60], "limit").await;
}

#[tokio::test]
async fn end_that_proves_wrong_is_believed_twice() {
    let limit = || refusal(429, "secondary rate limit").insert_header("retry-after", "0");
    let stage = Stage::with(vec![limit(), limit(), limit(), limit(), good()]).await;
    stage.ask().await.expect("waited out");
    assert_eq!(stage.waited_seconds(), [1, 1, 60, 120]);
}

#[tokio::test]
async fn the_user_is_told_when_it_goes_on() {
    let stage =
        Stage::with(vec![refusal(429, "secondary rate limit").insert_header("retry-after", "29"), good()]).await;
    stage.ask().await.expect("waited out");
    let Some(Event::Waiting { until, seconds, .. }) = stage.heard.events().into_iter().next() else {
        panic!("{:?}", stage.heard.events())
    };
    assert_eq!((until.to_rfc3339_seconds().as_str(), seconds), ("2026-11-02T10:00:30Z", 30));
}

#[tokio::test]
async fn last_point_of_the_hour_delays_the_next_call_and_not_the_answer() {
    let last = good()
        .insert_header("x-ratelimit-limit", "5000")
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("x-ratelimit-reset", reset_in(120).as_str());
    let stage = Stage::with(vec![last, good()]).await;
    let client = stage.client();
    stage.ask_with(&client).await.expect("answered");
    assert_eq!(stage.waited_seconds(), Vec::<u64>::new());
    stage.ask_with(&client).await.expect("answered");
    assert_eq!(stage.waited_seconds(), [121]);
    assert_eq!(client.usage().waited, Duration::from_secs(121));
}

#[tokio::test]
async fn last_point_is_also_read_from_the_body() {
    let mut body = good_body();
    body["data"]["rateLimit"]["remaining"] = json!(0);
    let stage = Stage::with(vec![answer(200).set_body_json(body)]).await;
    let client = stage.client();
    for _ in 0..2 {
        stage.ask_with(&client).await.expect("answered");
    }
    assert_eq!(stage.waited_seconds(), [1801]);
}

#[tokio::test]
async fn server_without_limits_is_never_waited_for() {
    let mut off = good_body();
    off["data"]["rateLimit"] = json!({"cost": 1, "limit": 0, "remaining": 0, "resetAt": "2026-11-02T10:30:00Z"});
    let mut null = good_body();
    null["data"]["rateLimit"] = json!(null);
    let zero = good()
        .insert_header("x-ratelimit-limit", "0")
        .insert_header("x-ratelimit-remaining", "0")
        .insert_header("x-ratelimit-reset", reset_in(120).as_str());
    let stage = Stage::with(vec![answer(200).set_body_json(off), answer(200).set_body_json(null), zero, good()]).await;
    let client = stage.client();
    for _ in 0..4 {
        stage.ask_with(&client).await.expect("answered");
    }
    assert_eq!(stage.waited_seconds(), Vec::<u64>::new());
}

#[tokio::test]
async fn limit_met_by_one_task_holds_up_all_and_is_announced_once() {
    let stage =
        Stage::with(vec![refusal(429, "secondary rate limit").insert_header("retry-after", "59"), good()]).await;
    let settings = Settings { concurrency: 1, ..stage.settings() };
    let client = stage.client_with(settings);
    let asking = (0..5).map(|_| stage.ask_with(&client));
    let replies = all(asking).await;
    assert!(replies.iter().all(Result::is_ok));
    assert_eq!(stage.asked().await.len(), 6, "one call met the limit, none went out while it held");
    assert_eq!(stage.heard.waits().len(), 1);
    assert_eq!(client.usage().calls, 6);
    assert_eq!(client.usage().points, 5);
}

#[tokio::test]
async fn answer_with_data_and_a_limit_is_asked_for_again() {
    let mut body = good_body();
    body["errors"] = json!([{"type": "RATE_LIMITED", "message": "API rate limit exceeded", "path": ["repository"]}]);
    check(answer(200).set_body_json(body), &[60], "limit").await;
}

/// Runs futures side by side.
async fn all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut outputs = vec![];
    std::future::poll_fn(move |context| {
        futures.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => {
                outputs.push(output);
                false
            }
            std::task::Poll::Pending => true,
        });
        if futures.is_empty() { std::task::Poll::Ready(std::mem::take(&mut outputs)) } else { std::task::Poll::Pending }
    })
    .await
}

#[tokio::test]
async fn a_reply_that_unpacks_to_more_than_any_page_is_refused_at_once() {
    for size in [1, 10] {
        let stage = Stage::with(vec![connector_testing::too_large()]).await;
        let client = stage.client();
        let error = stage.page(&client, &pages(size)).await.expect_err("too large");
        assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
        assert!(error.message.starts_with("the reply of 127.0.0.1 is too large (more than 64 MB came"), "{error}");
        assert_eq!((stage.asked().await.len(), stage.waited_seconds()), (1, vec![]), "it is not asked for again");
    }
}
