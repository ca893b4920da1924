//! Errors in Google's form.

use serde_json::{Value as Json, json};

use super::sql::QueryError;
use crate::server::reply::Reply;

/// An error reply of BigQuery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: u16,
    reason: &'static str,
    message: String,
    location: Option<&'static str>,
}

impl Failure {
    pub(crate) fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), location: None }
    }

    /// A parameter of the request that is wrong.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid", message)
    }

    pub(crate) fn invalid_query(message: impl Into<String>) -> Self {
        Self { location: Some("q"), ..Self::new(400, "invalidQuery", message) }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, "notFound", format!("Not found: {what}"))
    }

    pub(crate) fn access_denied(message: impl Into<String>) -> Self {
        Self::new(403, "accessDenied", message)
    }

    /// No token at all, or one that was not issued here.
    pub(crate) fn unauthorized(has_token: bool) -> Self {
        const HELP: &str = "Expected OAuth 2 access token, login cookie or other valid authentication credential. See \
                            https://developers.google.com/identity/sign-in/web/devconsole-project.";
        let (reason, message) = if has_token {
            ("authError", "Request had invalid authentication credentials.")
        } else {
            ("required", "Request is missing required authentication credential.")
        };
        Self { location: Some("Authorization"), ..Self::new(401, reason, format!("{message} {HELP}")) }
    }

    fn status(&self) -> &'static str {
        match self.code {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            503 => "UNAVAILABLE",
            _ => "INTERNAL",
        }
    }

    /// The reply.
    pub(crate) fn reply(&self) -> Reply {
        let domain = if self.reason == "rateLimitExceeded" { "usageLimits" } else { "global" };
        let mut error = json!({ "message": self.message, "domain": domain, "reason": self.reason });
        if let Some(location) = self.location {
            error["location"] = json!(location);
            error["locationType"] = json!(if self.code == 401 { "header" } else { "parameter" });
        }
        let body: Json = json!({
            "error": { "code": self.code, "message": self.message, "errors": [error], "status": self.status() },
        });
        Reply::json(self.code, &body)
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Invalid(message) => Self::invalid_query(message),
            QueryError::NotFound(what) => Self::not_found(&what),
        }
    }
}
