//! Contract tests that the client of every provider must pass, whatever it asks for.
//!
//! Each check panics where a client does otherwise. [`contract!`](crate::contract!) makes tests of all of them.

use std::fmt::Write as _;
use std::time::Duration;

use provider::Policy;
use source::{ErrorKind, Event, SourceError};
use wiremock::ResponseTemplate;

use crate::bed::{Bed, Client, Faults};
use crate::{Log, Told, broken, too_large};

/// The tests of a [`Client`]: one for each check of [`contract`](mod@crate::contract).
#[macro_export]
macro_rules! contract {
    ($client:ty) => {
        $crate::contract! { $client:
            a_failure_is_tried_again,
            a_failure_that_names_a_wait_is_left_alone_for_so_long,
            a_failure_that_stays_is_given_up,
            a_limit_is_waited_out_for_the_seconds_that_it_names,
            a_limit_is_waited_out_until_the_date_that_it_names,
            a_limit_that_stays_is_given_up,
            a_connection_that_breaks_is_made_again,
            a_server_that_is_not_there_is_unavailable,
            a_reply_that_takes_too_long_is_asked_for_again,
            a_reply_that_is_too_large_is_refused_at_once,
            a_reply_that_makes_no_sense_is_named_and_not_shown,
            a_refused_token_is_not_asked_with_for_ever,
            a_token_that_the_server_echoes_is_never_shown,
            another_host_does_not_get_the_token,
            what_has_moved_on_one_host_is_asked_there,
            a_certificate_that_is_not_accepted_is_told_once,
            a_server_without_tls_is_told_once,
            plain_http_to_another_machine_is_refused,
            an_interrupted_wait_ends_at_once,
            an_interrupted_request_ends_at_once,
            what_is_interrupted_before_it_begins_asks_nothing,
        }
    };
    ($client:ty: $($check:ident,)*) => {
        $(
            #[tokio::test]
            async fn $check() {
                $crate::contract::$check::<$client>().await;
            }
        )*
    };
}

fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("date", NOW)
}

/// The provider's time in replies that name a date.
const NOW: &str = "Mon, 02 Nov 2026 10:00:00 GMT";

/// Times in the order of `attempt`, as they were told.
fn attempts(told: &Told) -> Vec<u32> {
    let attempt = |event| if let Event::Retrying { attempt, .. } = event { Some(attempt) } else { None };
    told.events().into_iter().filter_map(attempt).collect()
}

async fn refused<C: Client>(bed: &Bed<C>) -> SourceError {
    bed.ask().await.expect_err("the request fails")
}

/// A failure is tried again, after a wait of which a part is left to chance, and told.
pub async fn a_failure_is_tried_again<C: Client>() {
    let bed = Bed::<C>::with([status(500), status(503)]).await;
    bed.ask().await.expect("it comes in the end");
    let (waits, usual) = (bed.waits_for(2), C::USUAL_REQUESTS);
    assert!((0.5..=1.0).contains(&waits[0]) && (1.0..=2.0).contains(&waits[1]), "{waits:?}");
    assert_eq!((attempts(&bed.told), bed.requests().await), (vec![2, 3], usual + 2));
}

/// A failure that names a wait is not tried again before.
pub async fn a_failure_that_names_a_wait_is_left_alone_for_so_long<C: Client>() {
    let bed = Bed::<C>::with([status(503).insert_header("retry-after", "20")]).await;
    bed.ask().await.expect("it comes in the end");
    assert_eq!(bed.waits_for(1), [20.0]);
}

/// A failure that stays is given up after as many tries as the policy has, and others may go on.
pub async fn a_failure_that_stays_is_given_up<C: Client>() {
    let bed = Bed::<C>::with(vec![status(500); 6]).await;
    let error = refused(&bed).await;
    assert_eq!((error.kind, error.is_fatal(), attempts(&bed.told).len()), (ErrorKind::Unavailable, false, 5));
}

/// A limit that names seconds is waited out, and the wait is told.
pub async fn a_limit_is_waited_out_for_the_seconds_that_it_names<C: Client>() {
    let bed = Bed::<C>::with([status(429).insert_header("retry-after", "30")]).await;
    bed.ask().await.expect("a limit ends nothing");
    assert!((30..=31).contains(&bed.told.waits()[0]), "{:?}", bed.told.events());
    assert_eq!(bed.requests().await, C::USUAL_REQUESTS + 1);
}

/// A limit that names a date is waited out by the provider's clock, whatever ours says.
pub async fn a_limit_is_waited_out_until_the_date_that_it_names<C: Client>() {
    let bed = Bed::<C>::with([status(429).insert_header("retry-after", "Mon, 02 Nov 2026 10:00:40 GMT")]).await;
    bed.ask().await.expect("a limit ends nothing");
    assert!((40..=41).contains(&bed.told.waits()[0]), "{:?}", bed.told.events());
}

/// A limit that does not lift is given up after as many tries as the policy has, and others may go on.
pub async fn a_limit_that_stays_is_given_up<C: Client>() {
    let mut bed = Bed::<C>::with(vec![status(429); 40]).await;
    bed.policy = |usual| Policy { limit_tries: 4, ..usual };
    let error = refused(&bed).await;
    assert_eq!((error.kind, error.is_fatal()), (ErrorKind::RateLimited, false));
}

/// A connection that breaks off before a reply is made again.
pub async fn a_connection_that_breaks_is_made_again<C: Client>() {
    let mut bed = Bed::<C>::with([]).await;
    bed.api = broken::behind_breaks(bed.server.address(), 2).await;
    bed.ask().await.expect("it comes in the end");
    assert_eq!(attempts(&bed.told), [2, 3]);
}

/// A server that is not there is unavailable, and others may go on.
pub async fn a_server_that_is_not_there_is_unavailable<C: Client>() {
    let mut bed = Bed::<C>::with([]).await;
    bed.api = String::from("http://127.0.0.1:1");
    let error = refused(&bed).await;
    assert_eq!((error.kind, error.is_fatal(), attempts(&bed.told).len()), (ErrorKind::Unavailable, false, 5));
}

/// A reply that takes too long is asked for again.
pub async fn a_reply_that_takes_too_long_is_asked_for_again<C: Client>() {
    let mut bed = Bed::<C>::with([status(200).set_delay(Duration::from_hours(1))]).await;
    bed.policy = |usual| Policy { request_timeout: Duration::from_secs(1), ..usual };
    bed.ask().await.expect("it comes in the end");
    assert_eq!(attempts(&bed.told), [2]);
}

/// A reply that is too large when it is unpacked is refused, and not asked for again.
pub async fn a_reply_that_is_too_large_is_refused_at_once<C: Client>() {
    let bed = Bed::<C>::with([too_large()]).await;
    let error = refused(&bed).await;
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    let text = &error.message;
    assert!(text.starts_with("the reply of 127.0.0.1 is too large (more than 64 MB came, unpacked)"), "{text}");
    assert!(text.contains(C::ADDRESSES), "{text}");
    assert_eq!((bed.faults_left(), attempts(&bed.told), bed.requests().await), (0, vec![], 1));
}

/// A reply that makes no sense is an unexpected one. The error says what was asked for, and nothing of the reply.
pub async fn a_reply_that_makes_no_sense_is_named_and_not_shown<C: Client>() {
    let bed = Bed::<C>::with([status(200).set_body_string("<html>hunter2</html>")]).await;
    let error = refused(&bed).await;
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.message.contains(C::WHAT) && !format!("{error:?}").contains("hunter2"), "{error:?}");
    assert_eq!((attempts(&bed.told), bed.requests().await), (vec![], 1));
}

/// A token that is not accepted ends what is asked of the provider, after one other token at the most.
pub async fn a_refused_token_is_not_asked_with_for_ever<C: Client>() {
    let bed = Bed::<C>::with(vec![status(401); 9]).await;
    let error = refused(&bed).await;
    assert_eq!((error.kind, attempts(&bed.told)), (ErrorKind::Unauthorized, vec![]));
    assert!(bed.requests().await <= 2);
}

/// A token that the server echoes, in a body or a header, is in no error, event, log or `Debug`.
pub async fn a_token_that_the_server_echoes_is_never_shown<C: Client>() {
    let (log, mut shown) = (Log::begin(), String::new());
    let echo = format!("no Bearer {}", C::SECRET);
    for code in [200, 400, 401, 403, 404, 408, 418, 429, 500, 502, 503] {
        let json = format!(r#"{{"message":"{echo}","error":{{"code":"{echo}","message":"{echo}"}}}}"#);
        for body in [echo.clone(), json] {
            let mut reply = status(code).set_body_string(body);
            for name in ["location", "x-request-id", "x-github-request-id", "x-ms-request-id", "www-authenticate"] {
                reply = reply.insert_header(name, echo.as_str());
            }
            let mut bed = Bed::<C>::with(vec![reply; 9]).await;
            bed.policy = |usual| Policy { limit_tries: 2, tries: 2, ..usual };
            let error = refused(&bed).await;
            writeln!(shown, "{error} {error:?} {:?}", bed.told.events()).expect("memory");
        }
    }
    let log = log.end();
    assert!(log.contains(C::WHAT), "logging was on: {log}");
    for text in [&log, &shown] {
        assert_eq!(text.lines().find(|line| line.contains(C::SECRET)), None);
    }
    assert!(shown.contains("(hidden)"), "{shown}");
}

/// A redirect to another host is not followed: it would hand on the token.
pub async fn another_host_does_not_get_the_token<C: Client>() {
    let elsewhere = Bed::<C>::with([]).await;
    for code in [301, 302, 307, 308] {
        let there = format!("{}/moved?code=S3CRET", elsewhere.api);
        let bed = Bed::<C>::with([status(code).insert_header("location", there.as_str())]).await;
        let error = refused(&bed).await;
        assert_eq!((error.kind, attempts(&bed.told)), (ErrorKind::UnexpectedResponse, vec![]));
        assert!(!error.message.contains("S3CRET"), "{error}");
    }
    assert!(elsewhere.server.received_requests().await.expect("recorded").is_empty());
}

/// A redirect on the same host is followed.
pub async fn what_has_moved_on_one_host_is_asked_there<C: Client>() {
    let bed = Bed::<C>::with(Faults::moved()).await;
    bed.ask().await.expect("it is there");
    assert_eq!((attempts(&bed.told), bed.requests().await), (vec![], C::USUAL_REQUESTS + 1));
}

/// A certificate that is not accepted is told after one connection, with the remedy.
pub async fn a_certificate_that_is_not_accepted_is_told_once<C: Client>() {
    let mut bed = Bed::<C>::with([]).await;
    let (address, connections) = broken::untrusted();
    bed.api = address;
    let error = refused(&bed).await;
    let text = &error.message;
    assert!(text.starts_with("the certificate of 127.0.0.1 is not accepted ("), "{text}");
    assert!(text.contains("SSL_CERT_FILE") && text.contains(C::ADDRESSES), "{text}");
    assert_eq!((error.kind, attempts(&bed.told), connections.count()), (ErrorKind::Unauthorized, vec![], 1));
}

/// A server that does not speak TLS is told after one connection.
pub async fn a_server_without_tls_is_told_once<C: Client>() {
    let mut bed = Bed::<C>::with([]).await;
    let (address, connections) = broken::without_tls();
    bed.api = address;
    let error = refused(&bed).await;
    assert!(error.message.starts_with("127.0.0.1 does not speak TLS as it should"), "{error}");
    assert_eq!((attempts(&bed.told), connections.count()), (vec![], 1));
}

/// Plain http to another machine would leak the credentials: nothing is sent.
pub async fn plain_http_to_another_machine_is_refused<C: Client>() {
    let mut bed = Bed::<C>::with([]).await;
    bed.api = String::from("http://provider.example.com");
    let error = refused(&bed).await;
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.message.contains("is plain http to provider.example.com"), "{error}");
    assert!(bed.server.received_requests().await.expect("recorded").is_empty());
}

/// A wait for a limit or for another try ends when the run is interrupted.
pub async fn an_interrupted_wait_ends_at_once<C: Client>() {
    for fault in [status(429).insert_header("retry-after", "600"), status(503).insert_header("retry-after", "600")] {
        let mut bed = Bed::<C>::with([fault]).await;
        let is_wait = |event: &Event| matches!(event, Event::Waiting { .. } | Event::Retrying { .. });
        bed.told = Told::interrupting(bed.cancel.clone(), is_wait);
        let error = refused(&bed).await;
        assert_eq!((error.kind, bed.requests().await), (ErrorKind::Cancelled, 1));
        assert!(bed.clock.waits().is_empty(), "{:?}", bed.clock.waits());
    }
}

/// A request that is under way ends when the run is interrupted.
pub async fn an_interrupted_request_ends_at_once<C: Client>() {
    let bed = Bed::<C>::with([status(200).set_delay(Duration::from_hours(1))]).await;
    let (outcome, ()) = tokio::join!(bed.ask(), async {
        while bed.faults_left() > 0 {
            tokio::task::yield_now().await;
        }
        bed.cancel.cancel();
    });
    assert_eq!(outcome.expect_err("interrupted").kind, ErrorKind::Cancelled);
}

/// What is interrupted before it begins asks nothing.
pub async fn what_is_interrupted_before_it_begins_asks_nothing<C: Client>() {
    let bed = Bed::<C>::with([]).await;
    bed.cancel.cancel();
    assert_eq!(refused(&bed).await.kind, ErrorKind::Cancelled);
    assert_eq!(bed.requests().await, 0);
}
