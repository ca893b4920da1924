//! Error answers as `application/problem+json` (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// Media type of problems.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// An error for a client. The outermost layer writes it, since it alone knows the request id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    more: Map<String, Value>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), more: Map::new(), headers: Vec::new() }
    }

    /// Something failed that the client cannot help.
    pub(crate) fn internal() -> Self {
        let detail = "something failed inside the server: its log has more under this request id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// No snapshot yet.
    pub(crate) fn not_ready() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the data is still being loaded: try again in a moment")
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("2"))
    }

    /// No snapshot, and none before the first import. `waits_for` is for programs.
    pub(crate) fn not_imported() -> Self {
        let detail = "nothing has been imported yet: run cto-import, for example `cto-import --org ORG` with GITHUB_TOKEN set; what it stores is served from then on";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
            .with("waits_for", "import")
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("10"))
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is nothing at this address: /api/openapi.json lists what there is")
    }

    /// A member besides those of the standard.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    #[must_use]
    pub(crate) fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The body, `request_id` included.
    pub(crate) fn to_json(&self, request_id: &str) -> Vec<u8> {
        let mut problem = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
            "request_id": request_id,
        });
        if let Value::Object(members) = &mut problem {
            members.extend(self.more.clone());
        }
        problem.to_string().into_bytes()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        for (name, value) in &self.headers {
            response.headers_mut().insert(name, value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_status_its_cause_and_the_request() {
        let problem = Problem::new(StatusCode::BAD_REQUEST, "no such week").with("parameter", "by");
        let written: Value = serde_json::from_slice(&problem.to_json("42")).expect("JSON");
        assert_eq!(
            written,
            json!({
                "type": "about:blank", "title": "Bad Request", "status": 400, "detail": "no such week",
                "request_id": "42", "parameter": "by",
            })
        );
    }
}
