//! An HTTP answer, cut down to what decides what happens next.

use std::time::Duration;

use model::Instant;
use provider::Reply;

use crate::scopes;

/// Scopes of a classic token.
const SCOPES: &str = "x-oauth-scopes";

/// Status, the headers that matter, and the body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

/// The headers that matter.
#[derive(Debug)]
pub(crate) struct Head {
    /// The provider's time.
    pub(crate) date: Option<Instant>,
    /// The local time of its arrival.
    pub(crate) local: Instant,
    pub(crate) request_id: Option<String>,
    /// How long `Retry-After` asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// Points or calls in the present window; 0 on a server without limits.
    pub(crate) limit: Option<u64>,
    pub(crate) remaining: Option<u64>,
    /// How long until the present window ends.
    pub(crate) reset_in: Option<Duration>,
    /// `X-GitHub-SSO`, as it stands.
    pub(crate) sso: Option<String>,
    /// Scopes of a classic token.
    pub(crate) scopes: Option<Vec<String>>,
    /// Whether `gh-limited-by` is there.
    pub(crate) limited_by: bool,
    pub(crate) location: Option<String>,
    /// Version of an Enterprise Server.
    pub(crate) enterprise_version: Option<String>,
    /// Whether `Link` names a next page.
    pub(crate) has_next: bool,
}

impl Answer {
    pub(crate) fn read(reply: Reply) -> Self {
        Self { status: reply.status, head: Head::read(&reply), body: reply.body }
    }
}

impl Head {
    fn read(reply: &Reply) -> Self {
        Self {
            date: reply.date(),
            local: reply.local,
            request_id: reply.request_id.clone(),
            retry_after: reply.retry_after(),
            limit: reply.number("x-ratelimit-limit"),
            remaining: reply.number("x-ratelimit-remaining"),
            reset_in: reply.until_seconds("x-ratelimit-reset"),
            sso: reply.shown("x-github-sso"),
            // An empty header names no scope; none at all says nothing.
            scopes: reply
                .headers
                .contains_key(SCOPES)
                .then(|| scopes::granted(reply.header(SCOPES).unwrap_or_default())),
            limited_by: reply.headers.contains_key("gh-limited-by"),
            location: reply.shown("location"),
            enterprise_version: reply.shown("x-github-enterprise-version"),
            has_next: reply.next_page().is_some(),
        }
    }

    /// Whether nothing is left in the present window. A limit of 0 means that there are no limits.
    pub(crate) fn is_used_up(&self) -> bool {
        self.remaining == Some(0) && self.limit != Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &[(&'static str, &str)]) -> Head {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect();
        Head::read(&Reply { headers, ..Reply::default() })
    }

    #[test]
    fn a_limit_of_zero_is_no_limit() {
        assert!(head(&[("x-ratelimit-remaining", "0")]).is_used_up());
        assert!(head(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-limit", "5000")]).is_used_up());
        assert!(!head(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-limit", "0")]).is_used_up());
        assert!(!head(&[]).is_used_up());
    }
}
