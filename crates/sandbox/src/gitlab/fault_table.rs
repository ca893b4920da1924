//! Names, default settings and one line of help of every fault of the simulated GitLab.

use super::fault::GitlabFaultKind;
use crate::fault_setting::{Entry, Takes, entry};
use crate::server::Occurrence;

/// All faults. Different rhythms by default, so that several at once do not hide behind each other.
pub(crate) const TABLE: &[Entry<GitlabFaultKind>] = {
    use GitlabFaultKind as K;
    use Occurrence::{Always, Every};
    use Takes as T;
    &[
        entry(K::BadToken, "gitlab-bad-token", Always, T::Nothing, 0, "wrong token: 401"),
        entry(K::NoScope, "gitlab-no-scope", Always, T::Nothing, 0, "token without read_api: 403 insufficient_scope"),
        entry(K::Limit, "gitlab-429", Every(60), T::Seconds, 1, "429 with the text Retry later, retry-after SECONDS"),
        entry(K::LimitBare, "gitlab-429-bare", Every(11), T::Nothing, 0, "429 without a header that says how long"),
        entry(
            K::LimitUnannounced,
            "gitlab-429-unannounced",
            Every(55),
            T::Nothing,
            0,
            "429 while the headers say that requests are left",
        ),
        entry(K::BadGateway, "gitlab-bad-gateway", Every(7), T::Nothing, 0, "502 with a page of HTML"),
        entry(K::BrokenList, "gitlab-broken-list", Every(8), T::Word, 0, "500 for the list LIST, or for all"),
        entry(K::TruncatedBody, "gitlab-truncated-body", Every(6), T::Nothing, 0, "the reply ends in the middle"),
        entry(
            K::ConnectionReset,
            "gitlab-connection-reset",
            Every(13),
            T::Nothing,
            0,
            "the connection breaks without a reply",
        ),
        entry(K::Slow, "gitlab-slow", Always, T::Milliseconds, 20, "every reply takes MILLISECONDS"),
        entry(K::NoAccess, "gitlab-no-access", Always, T::Word, 0, "403 for what is below the project PROJECT, or any"),
        entry(K::NotFound, "gitlab-not-found", Always, T::Word, 0, "404 for what is below the project PROJECT, or any"),
        entry(K::Moved, "gitlab-moved", Every(4), T::Nothing, 0, "301 to another address of the same host"),
        entry(K::MovedElsewhere, "gitlab-moved-elsewhere", Every(5), T::Word, 0, "301 to the host HOST"),
        entry(
            K::Complexity,
            "gitlab-complexity",
            Always,
            T::Size,
            25,
            "GraphQL finds more than SIZE entries too complex: 200 with errors",
        ),
        entry(
            K::QueryTimeout,
            "gitlab-query-timeout",
            Every(3),
            T::Nothing,
            0,
            "GraphQL takes too long: 200 with errors",
        ),
        entry(
            K::QueryTimeoutAbove,
            "gitlab-query-timeout-above",
            Always,
            T::Size,
            10,
            "the same for more than SIZE entries",
        ),
        entry(K::QueryFails, "gitlab-query-fails", Every(3), T::Nothing, 0, "GraphQL fails: 200 with errors"),
        entry(
            K::MovingItems,
            "gitlab-moving-items",
            Every(2),
            T::Nothing,
            0,
            "issues and merge requests are touched while pages are read",
        ),
        entry(
            K::DeletedLabels,
            "gitlab-deleted-labels",
            Always,
            T::Word,
            0,
            "events name no label: those of the column COLUMN, or of all that are no columns",
        ),
        entry(K::NoTotals, "gitlab-no-totals", Always, T::Nothing, 0, "lists say no totals"),
        entry(
            K::NoIterations,
            "gitlab-no-iterations",
            Always,
            T::Word,
            0,
            "403 for iterations of issues of the project PROJECT, or any",
        ),
    ]
};

/// Every fault's name, and what it does in one line.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().map(|entry| (entry.name, entry.about))
}
