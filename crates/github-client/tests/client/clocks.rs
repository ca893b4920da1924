//! Answers with a wrong time.

use std::sync::Arc;

use github_client::GithubClient;
use model::Instant;
use source::{Clock as _, SetClock};

use crate::simulated::{NOW, NOW_SECONDS, Stage, answer, good_body};

fn dated(date: &str) -> wiremock::ResponseTemplate {
    answer(200).insert_header("date", date).set_body_json(good_body())
}

#[tokio::test]
async fn a_time_that_is_far_from_ours_is_said_once_with_both_and_not_used() {
    for wrong in ["Mon, 02 Nov 2026 11:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT", "Fri, 02 Nov 2001 10:00:00 GMT"] {
        let stage = Stage::with(vec![dated(wrong)]).await;
        let client = stage.client();
        for _ in 0..2 {
            let reply = stage.ask_with(&client).await.expect("an answer");
            assert_eq!(reply.at, Instant::from_seconds(NOW_SECONDS), "{wrong}");
        }
        let notes = stage.heard.notes();
        assert_eq!(notes.len(), 1, "{notes:?}");
        let said = Instant::from(chrono::DateTime::parse_from_rfc2822(wrong).expect("a date").to_utc());
        for time in [said.to_rfc3339_seconds(), "2026-11-02T10:00:00Z".to_owned()] {
            assert!(notes[0].contains(&time), "{notes:?}");
        }
    }
}

#[tokio::test]
async fn a_time_that_is_near_ours_is_used() {
    let stage = Stage::with(vec![dated("Mon, 02 Nov 2026 10:14:00 GMT")]).await;
    let reply = stage.ask().await.expect("an answer");
    assert_eq!(reply.at, Instant::from_seconds(NOW_SECONDS + 14 * 60));
    assert!(stage.heard.notes().is_empty());
}

#[tokio::test]
async fn a_clock_that_is_set_by_the_provider_believes_its_first_time_and_no_other() {
    let stage = Stage::with(vec![dated("Fri, 02 Nov 2001 10:00:00 GMT"), dated(NOW)]).await;
    let clock = Arc::new(SetClock::by_the_provider());
    let client = GithubClient::with_clock(stage.settings(), clock.clone()).expect("settings are fine");
    let first = stage.ask_with(&client).await.expect("an answer");
    let then = Instant::parse_rfc3339("2001-11-02T10:00:00Z").expect("valid");
    assert_eq!(first.at, then);
    assert!(stage.heard.notes().is_empty());
    let second = stage.ask_with(&client).await.expect("an answer");
    assert!(second.at >= then && second.at.seconds() < then.seconds() + 600, "{:?}", second.at);
    assert_eq!(stage.heard.notes().len(), 1);
}

#[tokio::test]
async fn a_clock_that_was_set_does_not_listen() {
    let then = Instant::parse_rfc3339("2001-11-02T10:00:00Z").expect("valid");
    let clock = SetClock::to(then);
    clock.hear(Instant::from_seconds(NOW_SECONDS));
    assert!(clock.now() >= then && clock.now().seconds() < then.seconds() + 600);
}
