//! A server that answers as one was recorded to.

use serde_json::Value;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// Parameters that say how much is asked for at once or from when on, or leave out what a recording has not.
const OF_NO_MATTER: [&str; 7] =
    ["per_page", "with_shared", "archived", "non_archived", "pagination", "updated_after", "since"];

/// Exchanges of a recording: an answer each, by method, path and parameters, in any order.
///
/// A line of a recording is a JSON object: `method`, `path` with its query, `status`, `headers`, `body`, and of a POST the
/// `request` with its `variables`. What has a `note` is left out. Of a query that asks for `first` entries, the answer is
/// the recorded one to the smallest number that is no smaller.
#[derive(Clone, Debug)]
pub struct Replay(Vec<Value>);

impl Replay {
    /// From the lines of a recording.
    ///
    /// # Panics
    /// Where a line is no JSON.
    pub fn of(lines: &str) -> Self {
        let exchanges = lines.lines().map(|line| serde_json::from_str(line).expect("a line is JSON"));
        Self(exchanges.filter(|exchange: &Value| exchange.get("note").is_none()).collect())
    }

    /// With one more exchange: a GET.
    #[must_use]
    pub fn and(mut self, path: &str, body: &Value) -> Self {
        self.0.push(serde_json::json!({"method": "GET", "path": path, "status": 200, "body": body}));
        self
    }

    /// Serves it.
    pub async fn serve(self) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(wiremock::matchers::any()).respond_with(self).mount(&server).await;
        server
    }

    fn answer(&self, request: &Request) -> Option<&Value> {
        let mut fitting: Vec<&Value> = self.0.iter().filter(|exchange| is_about(exchange, request)).collect();
        if request.method.as_str() == "POST" {
            let body: Value = serde_json::from_slice(&request.body).ok()?;
            let asked = body.pointer("/variables/first")?.as_u64()?;
            fitting.retain(|exchange| first(exchange).is_some_and(|recorded| recorded >= asked));
            fitting.sort_by_key(|exchange| first(exchange));
        }
        fitting.first().copied()
    }
}

fn first(exchange: &Value) -> Option<u64> {
    exchange.pointer("/request/variables/first").and_then(Value::as_u64)
}

/// Whether an exchange has method, path and parameters of a request. Changes are recorded from the beginning: from when on
/// they are asked for is heeded by nobody.
fn is_about(exchange: &Value, request: &Request) -> bool {
    let Some(path) = exchange["path"].as_str() else { return false };
    let Ok(recorded) = request.url.join(path) else { return false };
    let parameters = |url: &wiremock::http::Url| {
        let pairs = url.query_pairs().into_owned();
        let mut pairs: Vec<(String, String)> =
            pairs.filter(|(name, _)| !OF_NO_MATTER.contains(&name.as_str())).collect();
        pairs.sort();
        pairs
    };
    exchange["method"] == request.method.as_str()
        && recorded.path() == request.url.path()
        && (request.method.as_str() == "POST" || parameters(&recorded) == parameters(&request.url))
}

impl Respond for Replay {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let Some(exchange) = self.answer(request) else {
            return ResponseTemplate::new(404).set_body_json(serde_json::json!({"message": "404 Not Found"}));
        };
        let status = exchange["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
        let mut reply = ResponseTemplate::new(status).set_body_json(&exchange["body"]);
        for (name, value) in exchange["headers"].as_object().into_iter().flatten() {
            reply = reply.insert_header(name.as_str(), value.as_str().unwrap_or_default());
        }
        reply
    }
}
