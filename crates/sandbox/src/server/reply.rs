//! Replies before they are sent: status, headers, body, and what happens to the connection.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use model::Instant;
use serde_json::{Value as Json, json};

use super::fault::{Fault, FaultKind};

/// What breaks on the way to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// The connection ends before the first byte.
    Reset,
    /// The connection ends in the middle of the body.
    Truncate,
}

/// A reply.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) breaks: Option<Break>,
}

impl Reply {
    /// A JSON body.
    pub(crate) fn json(status: u16, body: &Json) -> Self {
        Self::json_text(status, body.to_string().into_bytes())
    }

    /// A JSON body that is written already.
    pub(crate) fn json_text(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
            body,
            breaks: None,
        }
    }

    /// The error body of REST.
    pub(crate) fn message(status: u16, message: &str) -> Self {
        let body = json!({
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        });
        Self::json(status, &body)
    }

    /// With one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Bytes of status line and headers, nearly.
    pub(crate) fn head_length(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        40 + headers
    }

    /// As axum sends it.
    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// `Fri, 02 Jan 2026 03:04:05 GMT`.
pub(crate) fn http_date(at: Instant) -> String {
    at.to_chrono().map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap_or_default()
}

/// The text by which clients know a secondary limit.
const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you \
                         reach out to GitHub Support for help, please include the request ID.";

/// The whole reply of a fault that answers instead of the query; `None` for faults inside of a reply.
pub(crate) fn whole_reply(fault: &Fault, org: &str, now: Instant) -> Option<Reply> {
    let later = Instant::from_seconds(now.seconds() + fault.amount as i64);
    let reset = later.seconds().to_string();
    let secondary = || Reply::message(429, SECONDARY);
    Some(match fault.kind {
        FaultKind::PrimaryLimit => rate_limited().with("x-ratelimit-remaining", "0").with("x-ratelimit-reset", reset),
        FaultKind::PrimaryLimitNewForm => Reply::json(
            200,
            &json!({ "errors": [{
                "type": "RATE_LIMIT",
                "code": "graphql_rate_limit",
                "message": "API rate limit already exceeded for user ID 1.",
            }] }),
        )
        .with("x-ratelimit-reset", reset),
        FaultKind::Secondary200 => Reply::json(200, &json!({ "errors": [{ "message": SECONDARY }] }))
            .with("retry-after", fault.amount.to_string()),
        FaultKind::Secondary403 => {
            Reply::message(403, SECONDARY).with("gh-limited-by", "search-elapsed-time-shared-grouped")
        }
        FaultKind::Secondary429Seconds => secondary().with("retry-after", fault.amount.to_string()),
        FaultKind::Secondary429Date => secondary().with("retry-after", http_date(later)),
        FaultKind::Secondary429Bare => secondary(),
        FaultKind::Abuse403 => Reply::message(
            403,
            "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.",
        )
        .with("retry-after", fault.amount.to_string()),
        FaultKind::Saml403 => Reply::message(
            403,
            "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to \
             this organization.",
        )
        .with("x-github-sso", sso(org)),
        FaultKind::BadGateway | FaultKind::BadGatewayAbove => bad_gateway(),
        FaultKind::GatewayTimeout => Reply::message(
            504,
            "We couldn't respond to your request in time. Sorry about that. Please try resubmitting your request and \
             contact us if the problem persists.",
        ),
        _ => return None,
    })
}

/// The primary limit as GraphQL reports it.
pub(crate) fn rate_limited() -> Reply {
    Reply::json(
        200,
        &json!({ "errors": [{ "type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1." }] }),
    )
}

/// Value of `X-GitHub-SSO`.
pub(crate) fn sso(org: &str) -> String {
    format!("required; url=https://github.com/orgs/{org}/sso?authorization_request=AAAA")
}

/// The reply to a query of boards with a token that lacks the scope.
pub(crate) fn insufficient_scopes() -> Reply {
    Reply::json(
        200,
        &json!({ "errors": [{
            "type": "INSUFFICIENT_SCOPES",
            "message": "Your token has not been granted the required scopes to execute this query. The 'projectsV2' field \
                        requires one of the following scopes: ['read:project'], but your token has only been granted \
                        the: ['read:org', 'repo'] scopes. Please modify your token's scopes at: \
                        https://github.com/settings/tokens.",
        }] }),
    )
}

/// A proxy's page about a server behind it that gave no answer.
pub(crate) fn bad_gateway() -> Reply {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
                </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    Reply {
        status: 502,
        headers: vec![("content-type", "text/html".to_owned())],
        body: page.as_bytes().to_vec(),
        breaks: None,
    }
}
