//! Names, default settings and one line of help of every fault.

use super::fault::{FaultKind, Occurrence};
use crate::fault_setting::{Entry, Takes, entry};

/// All faults. Different rhythms by default, so that several at once do not hide behind each other.
pub(crate) const TABLE: &[Entry<FaultKind>] = {
    use FaultKind as K;
    use Occurrence::{Always, Every};
    use Takes as T;
    &[
        entry(
            K::PrimaryLimit,
            "primary-limit",
            Every(7),
            T::Seconds,
            1,
            "points used up: 200 RATE_LIMITED, remaining 0, reset in SECONDS",
        ),
        entry(
            K::PrimaryLimitNewForm,
            "primary-limit-new-form",
            Every(7),
            T::Seconds,
            1,
            "the same as RATE_LIMIT with code graphql_rate_limit, remaining above 0",
        ),
        entry(
            K::Secondary200,
            "secondary-200",
            Every(6),
            T::Seconds,
            1,
            "secondary limit as 200 with errors, retry-after SECONDS",
        ),
        entry(
            K::Secondary403,
            "secondary-403",
            Every(7),
            T::Nothing,
            0,
            "secondary limit as 403 with gh-limited-by and no retry-after",
        ),
        entry(
            K::Secondary429Seconds,
            "secondary-429-seconds",
            Every(5),
            T::Seconds,
            1,
            "secondary limit as 429, retry-after SECONDS",
        ),
        entry(
            K::Secondary429Date,
            "secondary-429-date",
            Every(8),
            T::Seconds,
            1,
            "secondary limit as 429, retry-after as a date in SECONDS",
        ),
        entry(
            K::Secondary429Bare,
            "secondary-429-bare",
            Every(9),
            T::Nothing,
            0,
            "secondary limit as 429 without any hint",
        ),
        entry(K::Abuse403, "abuse-403", Every(11), T::Seconds, 1, "the old abuse text as 403, retry-after SECONDS"),
        entry(K::Saml200, "saml-200", Always, T::Nothing, 0, "token without single sign-on: 200 FORBIDDEN"),
        entry(K::Saml403, "saml-403", Always, T::Nothing, 0, "token without single sign-on: 403"),
        entry(
            K::NoScope,
            "no-scope",
            Always,
            T::Nothing,
            0,
            "token without read:project: INSUFFICIENT_SCOPES for boards",
        ),
        entry(K::BadToken, "bad-token", Always, T::Nothing, 0, "wrong token: 401 Bad credentials"),
        entry(K::UnknownOrg, "unknown-org", Always, T::Nothing, 0, "the organisation is not found"),
        entry(
            K::NoAccess,
            "no-access",
            Always,
            T::Repository,
            0,
            "FORBIDDEN for the repository REPO, its cards are redacted",
        ),
        entry(K::BadGateway, "bad-gateway", Every(5), T::Nothing, 0, "502 with a page of HTML"),
        entry(K::GatewayTimeout, "gateway-timeout", Every(6), T::Nothing, 0, "504: could not respond in time"),
        entry(K::BadGatewayAbove, "bad-gateway-above", Always, T::Size, 25, "502 for pages of more than SIZE"),
        entry(
            K::ResourceLimits,
            "resource-limits",
            Every(8),
            T::Nothing,
            0,
            "half a page and RESOURCE_LIMITS_EXCEEDED",
        ),
        entry(K::TruncatedBody, "truncated-body", Every(7), T::Nothing, 0, "the reply ends in the middle"),
        entry(K::ConnectionReset, "connection-reset", Every(9), T::Nothing, 0, "the connection breaks without a reply"),
        entry(K::Slow, "slow", Always, T::Milliseconds, 50, "every reply takes MILLISECONDS"),
        entry(
            K::NullNodes,
            "null-nodes",
            Every(5),
            T::Nothing,
            0,
            "every third entry of a page is null, with an error each",
        ),
        entry(
            K::DuplicateItems,
            "duplicate-items",
            Every(2),
            T::Nothing,
            0,
            "the last entry of a page comes again on the next",
        ),
        entry(
            K::MovingItems,
            "moving-items",
            Every(3),
            T::Nothing,
            0,
            "entries change their place while pages are read",
        ),
        entry(K::RateLimitNull, "rate-limit-null", Always, T::Nothing, 0, "no limits: rateLimit null, no headers"),
        entry(
            K::PartialNotFound,
            "partial-not-found",
            Every(6),
            T::Nothing,
            0,
            "the first entry of a page is null and NOT_FOUND",
        ),
        entry(K::SilentNulls, "silent-nulls", Every(5), T::Nothing, 0, "every third entry of a page is null, no error"),
        entry(K::LargerTotals, "larger-totals", Always, T::Size, 1, "totalCount is SIZE above what the lists give"),
        entry(
            K::NoProjectItems,
            "no-project-items",
            Every(3),
            T::Nothing,
            0,
            "projectItems of issues and pull requests are empty, no error",
        ),
        entry(
            K::NoFieldValues,
            "no-field-values",
            Every(3),
            T::Nothing,
            0,
            "cards have no values in any field, no error",
        ),
        entry(K::RedactedCards, "redacted-cards", Always, T::Nothing, 0, "all cards are redacted"),
        entry(K::NoBilling, "no-billing", Always, T::Nothing, 0, "403 for what the organisation is billed"),
        entry(K::NoChecks, "no-checks", Always, T::Nothing, 0, "FORBIDDEN for the jobs of check suites"),
        entry(
            K::LastChecksOnly,
            "last-checks-only",
            Always,
            T::Nothing,
            0,
            "check suites of attempts before the last list no jobs",
        ),
        entry(K::DateAhead, "date-ahead", Every(4), T::Seconds, 3_600, "the Date header is SECONDS ahead"),
        entry(K::DateBehind, "date-behind", Every(4), T::Seconds, 94_608_000, "the Date header is SECONDS behind"),
    ]
};

/// Every fault's name, with the name of what it takes, and what it does in one line.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().map(|entry| (entry.name, entry.about))
}
