//! Contract tests that every connector of a list of GitHub's must pass, whatever is on the list.
//!
//! Each check panics where a connector does otherwise.

use serde_json::{Value, json};
use source::{ErrorKind, Event, Source as _, Window};
use tokio_util::sync::CancellationToken;
use wiremock::ResponseTemplate;

use crate::{Connector, Log, Simulated, Stage, TOKEN, Told, ok};

fn bad_credentials() -> ResponseTemplate {
    ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"}))
}

/// A refused token is `Unauthorized` and ends the run.
pub async fn a_refused_token_ends_the_run<C: Connector>() {
    let provider = Simulated::<C>::with(C::nodes(1));
    provider.answer_instead(bad_credentials());
    let stage = Stage::new(provider, 100).await;
    let error = stage.import(Window::default()).await.expect_err("the token is refused");
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.is_fatal());
    assert_eq!(stage.provider.requests().len(), 1);
}

/// A limit is waited out, and the wait is told.
pub async fn a_limit_is_waited_out<C: Connector>() {
    let provider = Simulated::<C>::with(C::nodes(1));
    let limit = json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]});
    provider.answer_instead(ok(&limit).insert_header("retry-after", "30"));
    let stage = Stage::new(provider, 100).await;
    stage.import_all().await;
    assert_eq!(stage.stored(), [1]);
    assert!(!stage.told.waits().is_empty());
}

/// Pages that are too heavy for the provider get smaller.
pub async fn a_timeout_makes_pages_smaller<C: Connector>() {
    let provider = Simulated::<C>::with(C::nodes(5));
    provider.refuse_pages_above(2);
    let stage = Stage::new(provider, 8).await;
    stage.import_all().await;
    assert_eq!(stage.stored(), [1, 2, 3, 4, 5]);
    let scope = stage.source().scope();
    assert!(stage.told.events().contains(&Event::PageSize { scope, size: 2 }));
}

/// An answer that is no JSON is `UnexpectedResponse`, and its text says that it came `after` which page.
pub async fn an_answer_that_is_no_json_names_its_page<C: Connector>(after: &str) {
    let provider = Simulated::<C>::with(C::nodes(3));
    provider.answer_truly();
    provider.answer_instead(ResponseTemplate::new(200).set_body_string("<html>login</html>"));
    let stage = Stage::new(provider, 2).await;
    let error = stage.import(Window::default()).await.expect_err("no JSON");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains(after), "{error}");
    assert_eq!(stage.stored(), [1, 2], "what came before stays");
}

/// An interrupted import ends between two pages, and the next one reads the rest.
pub async fn an_interrupted_import_ends_between_two_pages<C: Connector>() {
    let stage = Stage::new(Simulated::<C>::with(C::nodes(5)), 2).await;
    let cancel = CancellationToken::new();
    let interrupter = Told::interrupting(cancel.clone(), |_| true);
    let error = stage.import_until(Window::default(), &interrupter, cancel).await.expect_err("interrupted");
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert_eq!(stage.stored(), [1, 2]);
    stage.import_all().await;
    assert_eq!(stage.stored(), [1, 2, 3, 4, 5]);
}

/// No token is in any log, error or `Debug`. Of what is `logged` nothing is lost.
pub async fn no_secret_is_shown<C: Connector>(logged: &str) {
    let log = Log::begin();
    let provider = Simulated::<C>::with(C::nodes(1));
    provider.answer_truly();
    provider.answer_instead(bad_credentials());
    let stage = Stage::new(provider, 100).await;
    stage.import_all().await;
    let error = stage.import(Window { since: None, full: true }).await.expect_err("the token is refused");
    let log = log.end();
    assert!(log.contains(logged), "logging was on: {log}");
    for text in [log, format!("{:?}", stage.source()), format!("{error:?} {error}")] {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

/// An entry of a `page` that comes empty, without an error that says why, is asked for again, and nothing has vanished.
pub async fn an_entry_that_comes_empty_is_asked_for_again<C: Connector>(page: impl Fn(&Value) -> ResponseTemplate) {
    let provider = Simulated::<C>::with(C::nodes(3));
    provider.answer_instead(page(&json!([null, null, null])));
    let stage = Stage::new(provider, 100).await;
    let error = stage.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.message.contains("came empty"), "{error}");
    assert_eq!(stage.memory.cursor(), None, "the cursor stays in front of what is missing");
    assert!(stage.memory.crawls().iter().all(|crawl| !crawl.complete));
    stage.import_all().await;
    assert_eq!(stage.stored(), [1, 2, 3]);
}

/// A `page` without its list is no empty list.
pub async fn a_page_without_its_list_is_an_error<C: Connector>(page: impl Fn(&Value) -> ResponseTemplate) {
    let provider = Simulated::<C>::with(C::nodes(3));
    provider.answer_instead(page(&json!(null)));
    let stage = Stage::new(provider, 100).await;
    let error = stage.import(Window::default()).await.expect_err("no list");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(stage.memory.crawls().iter().all(|crawl| !crawl.complete));
}

/// A list that comes empty, where the survey counts some entries, makes nothing vanish.
pub async fn a_list_that_comes_empty_makes_nothing_vanish<C: Connector>(page: impl Fn(&Value) -> ResponseTemplate) {
    let provider = Simulated::<C>::with(C::nodes(3));
    provider.answer_instead(page(&json!([])));
    let stage = Stage::new(provider, 100).await;
    let error = stage.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.message.contains("GitHub counts 3 there"), "{error}");
    assert_eq!(stage.memory.cursor(), None);
    assert!(stage.memory.crawls().iter().all(|crawl| !crawl.complete));
}

/// A list that gets longer with every page that is read is left when twice as much came as the survey told, and two
/// pages more.
pub async fn a_list_without_an_end_is_left<C: Connector>() {
    // Where ids are the order, those of as many digits are in the order of their numbers.
    let mut pool = C::nodes(900).split_off(100);
    let rest = pool.split_off(4);
    let provider = Simulated::<C>::with(pool);
    for (at, two) in rest.chunks(2).map(<[Value]>::to_vec).enumerate() {
        provider.before_request(at + 1, move |nodes| nodes.extend(two));
    }
    let stage = Stage::new(provider, 1).await;
    // Only what the source was told before counts.
    let error = stage.import(Window::default()).await.expect_err("no end");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse, "{error}");
    assert!(error.to_string().contains("GitHub goes on offering further pages"), "{error}");
    assert_eq!(stage.provider.requests().len(), 2 * (4 + 100) + 1);
}
