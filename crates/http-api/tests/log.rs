//! What the log says. A program of its own: which lines are written at all is known once for all threads of one.

#[expect(dead_code, reason = "shared with the tests of the surface")]
#[path = "surface/fixture.rs"]
mod fixture;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use http_api::{Api, Authentication, Settings};
use model::rules::RuleSet;

use fixture::{ask, both_rules, data, request, settings};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("one writer").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_request_is_one_line_without_anything_that_the_client_wrote() {
    let authentication = Authentication::Bearer(vec!["right-token".into()]);
    let api = Api::new(Settings { authentication, ..settings() }, both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(data("one"));
    let router = api.router();
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let logging = tracing::subscriber::set_default(subscriber);
    let headers = [("authorization", "Bearer right-token"), ("cookie", "session=crumbs")];
    let good = ask(&router, request("/api/v1/flow/stocks?team=Services&by=week", &headers)).await;
    ask(&router, request("/api/v1/meta?password=hunter2", &[("authorization", "Bearer wrong-token")])).await;
    ask(&router, request("/made-up-path", &headers)).await;
    drop(logging);
    let text = String::from_utf8(lines.0.lock().expect("one writer").clone()).expect("UTF-8");
    assert_eq!(text.lines().count(), 3, "{text}");
    let first = text.lines().next().unwrap_or_default();
    for part in ["INFO", "GET /api/v1/flow/stocks: 200", "request_id=", good.header("x-request-id")] {
        assert!(first.contains(part), "{part} is not in {first}");
    }
    for secret in ["token", "hunter2", "crumbs", "Services", "made-up"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}
