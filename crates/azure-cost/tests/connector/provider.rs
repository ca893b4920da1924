//! A simulated Azure: tokens, descriptions and queries, answered truly or as a test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use model::Month;
use serde_json::{Value, json};
use wiremock::{Request, Respond, ResponseTemplate};

/// The provider's time.
pub(crate) const NOW: &str = "2026-11-20T10:00:00Z";
pub(crate) const NOW_HTTP: &str = "Fri, 20 Nov 2026 10:00:00 GMT";

/// How every token begins.
pub(crate) const TOKEN: &str = "token-not-to-be-seen";
pub(crate) const FIRST_TOKEN: &str = "token-not-to-be-seen-1";

/// Answers of one simulated Azure. Clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Provider(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    tokens: VecDeque<ResponseTemplate>,
    descriptions: VecDeque<ResponseTemplate>,
    queries: VecDeque<ResponseTemplate>,
    tokens_given: u32,
    /// The only token that is accepted.
    token: String,
    asked: Vec<Asked>,
}

/// A query as it came.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) url: String,
    pub(crate) body: Value,
    pub(crate) headers: Vec<(String, String)>,
}

impl Asked {
    /// `2025-12 2026-11`.
    pub(crate) fn months(&self) -> String {
        let month = |name: &str| self.body["timePeriod"][name].as_str().unwrap()[..7].to_owned();
        format!("{} {}", month("from"), month("to"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Provider {
    /// The next query is answered so.
    pub(crate) fn answer(&self, answer: ResponseTemplate) {
        self.0.lock().unwrap().queries.push_back(answer);
    }

    pub(crate) fn describe(&self, answer: ResponseTemplate) {
        self.0.lock().unwrap().descriptions.push_back(answer);
    }

    pub(crate) fn answer_token(&self, answer: ResponseTemplate) {
        self.0.lock().unwrap().tokens.push_back(answer);
    }

    /// The token given last is accepted no more.
    pub(crate) fn expire(&self) {
        self.0.lock().unwrap().token.clear();
    }

    pub(crate) fn tokens_given(&self) -> u32 {
        self.0.lock().unwrap().tokens_given
    }

    /// The queries so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.0.lock().unwrap().asked.clone()
    }

    /// The months of the queries so far.
    pub(crate) fn months(&self) -> Vec<String> {
        self.asked().iter().map(Asked::months).collect()
    }
}

impl State {
    fn token(&mut self) -> ResponseTemplate {
        if let Some(answer) = self.tokens.pop_front() {
            return answer;
        }
        self.tokens_given += 1;
        self.token = format!("{TOKEN}-{}", self.tokens_given);
        let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": self.token});
        ResponseTemplate::new(200).set_body_json(body)
    }

    fn describe(&mut self) -> ResponseTemplate {
        let usual = || dated(200).set_body_json(json!({"subscriptionId": "sub-1", "displayName": "Production"}));
        self.descriptions.pop_front().unwrap_or_else(usual)
    }

    fn query(&mut self, request: &Request) -> ResponseTemplate {
        let text = |value: &wiremock::http::HeaderValue| value.to_str().unwrap().to_owned();
        let asked = Asked {
            url: request.url.to_string(),
            body: serde_json::from_slice(&request.body).unwrap(),
            headers: request.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        };
        self.asked.push(asked.clone());
        self.queries.pop_front().unwrap_or_else(|| truth(&asked))
    }
}

impl Respond for Provider {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        let path = request.url.path();
        if path.ends_with("/oauth2/v2.0/token") {
            return state.token();
        }
        let bearer = format!("Bearer {}", state.token);
        if state.token.is_empty()
            || request.headers.get("authorization").is_none_or(|sent| sent.to_str().unwrap() != bearer)
        {
            let error = refusal("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than now.");
            return dated(401).set_body_json(error);
        }
        if path.ends_with("/query") { state.query(request) } else { state.describe() }
    }
}

/// What is answered where nothing fails, to whatever token.
pub(crate) fn true_answer(request: &Request) -> ResponseTemplate {
    let mut state = State::default();
    let path = request.url.path();
    match () {
        () if path.ends_with("/oauth2/v2.0/token") => state.token(),
        () if path.ends_with("/query") => state.query(request),
        () => state.describe(),
    }
}

/// Each month costs as many euros and a half as it has number.
fn truth(asked: &Asked) -> ResponseTemplate {
    let months = asked.months();
    let (first, last) = months.split_once(' ').unwrap();
    let (first, last) = (Month::parse(first).unwrap(), Month::parse(last).unwrap());
    let months = (0..=last.number() - first.number()).map(|later| first.plus(later));
    let row = |month: Month| format!(r#"[{}.5,"{month}-01T00:00:00","Storage","Usage","EUR"]"#, month.month());
    page(&months.map(row).collect::<Vec<_>>(), None)
}

/// An answer with the provider's time.
pub(crate) fn dated(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("date", NOW_HTTP).insert_header("x-ms-request-id", "request-7")
}

pub(crate) fn refusal(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

/// Rows of `Cost, BillingMonth, ServiceName, ChargeType, Currency`, each in JSON.
pub(crate) fn page(rows: &[String], next: Option<&str>) -> ResponseTemplate {
    let columns = ["Cost", "BillingMonth", "ServiceName", "ChargeType", "Currency"];
    page_of(&columns, rows, next)
}

pub(crate) fn page_of(columns: &[&str], rows: &[String], next: Option<&str>) -> ResponseTemplate {
    let columns: Vec<Value> = columns.iter().map(|name| json!({"name": name, "type": "String"})).collect();
    let (columns, next, rows) = (Value::from(columns), json!(next), rows.join(","));
    let body = format!(
        r#"{{"id":"x","name":"x","type":"Microsoft.CostManagement/query","location":null,"sku":null,"eTag":null,
            "properties":{{"nextLink":{next},"columns":{columns},"rows":[{rows}]}}}}"#
    );
    dated(200).set_body_raw(body, "application/json")
}
