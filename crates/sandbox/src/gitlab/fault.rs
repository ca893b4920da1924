//! Faults of the simulated GitLab: what can go wrong, and how it is written on a command line.

use std::str::FromStr;

use super::fault_table::TABLE;
use crate::fault_setting::{self, FaultError, Written};
use crate::server::Occurrence;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GitlabFaultKind {
    /// The token is wrong: 401.
    BadToken,
    /// The token lacks the scope `read_api`: 403.
    NoScope,
    /// 429 with seconds.
    Limit,
    /// 429 without any header.
    LimitBare,
    /// 429 while the headers say that requests are left.
    LimitUnannounced,
    /// 502 with a page of HTML.
    BadGateway,
    /// 500 for one list, or for everything.
    BrokenList,
    /// The reply ends in the middle.
    TruncatedBody,
    /// The connection breaks without a reply.
    ConnectionReset,
    /// Every reply takes a while.
    Slow,
    /// 403 for all of a project.
    NoAccess,
    /// 404 for all of a project.
    NotFound,
    /// 301 to another address of the same host.
    Moved,
    /// 301 to another host.
    MovedElsewhere,
    /// GraphQL refuses queries of more than so many entries as too complex, as 200 with `errors`.
    Complexity,
    /// GraphQL takes too long, as 200 with `errors`.
    QueryTimeout,
    /// GraphQL takes too long for more than so many entries.
    QueryTimeoutAbove,
    /// GraphQL fails, as 200 with `errors`.
    QueryFails,
    /// Entries are touched while pages are read.
    MovingItems,
    /// Labels were deleted, so that their events name none.
    DeletedLabels,
    /// Lists say no totals.
    NoTotals,
    /// 403 for the iterations of issues, as without a licence for them.
    NoIterations,
}

/// A fault with its settings, read from `NAME` or `NAME=SETTING,SETTING` as [`Fault`](crate::server::Fault) is.
///
/// ```
/// use sandbox::gitlab::{GitlabFault, GitlabFaultKind};
/// use sandbox::server::Occurrence;
///
/// let fault: GitlabFault = "gitlab-429=first:1,3".parse().unwrap();
/// assert_eq!((fault.kind, fault.occurrence, fault.amount), (GitlabFaultKind::Limit, Occurrence::First(1), 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitlabFault {
    /// What goes wrong.
    pub kind: GitlabFaultKind,
    /// When; calls are counted for each fault on its own.
    pub occurrence: Occurrence,
    /// Seconds to wait for limits, milliseconds for slow replies, entries for what is too large.
    pub amount: u64,
    /// Name of the project, of the list, of the column or of the other host; `None`: all of them.
    pub word: Option<String>,
}

impl GitlabFault {
    /// The fault with its default settings.
    pub fn new(kind: GitlabFaultKind) -> Self {
        let entry = TABLE.iter().find(|entry| entry.kind == kind).expect("every kind is in the table, a test says so");
        Self { kind, occurrence: entry.occurrence, amount: entry.amount, word: None }
    }

    /// The name on the command line.
    pub fn name(&self) -> &'static str {
        TABLE.iter().find(|entry| entry.kind == self.kind).map_or("", |entry| entry.name)
    }

    /// Whether a text names a fault of GitLab, whatever its settings.
    pub fn is_named_by(text: &str) -> bool {
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        TABLE.iter().any(|entry| entry.name == name.trim())
    }

    /// Whether it is of what bears this name.
    pub(crate) fn concerns(&self, name: &str) -> bool {
        self.word.as_deref().is_none_or(|word| word == name)
    }
}

impl FromStr for GitlabFault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let Written { kind, occurrence, amount, word } = fault_setting::read(TABLE, text)?;
        Ok(Self { kind, occurrence, amount, word })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_its_fault() {
        for entry in TABLE {
            let fault: GitlabFault = entry.name.parse().expect("a name of the table");
            assert_eq!((fault.kind, fault.name()), (entry.kind, entry.name));
            assert!(GitlabFault::is_named_by(entry.name) && entry.name.starts_with("gitlab-"));
            assert_eq!(GitlabFault::new(entry.kind), fault);
        }
        assert!(!GitlabFault::is_named_by("slow=3"));
    }

    #[test]
    fn settings_say_when_how_much_and_of_what() {
        let fault: GitlabFault = "gitlab-broken-list=issues,first:2".parse().expect("valid");
        assert_eq!((fault.occurrence, fault.word.as_deref()), (Occurrence::First(2), Some("issues")));
        assert!(fault.concerns("issues") && !fault.concerns("deployments"));
        let fault: GitlabFault = "gitlab-moved-elsewhere=127.0.0.1:99,at:3".parse().expect("valid");
        assert_eq!((fault.occurrence, fault.word.as_deref()), (Occurrence::At(3), Some("127.0.0.1:99")));
    }

    #[test]
    fn mistakes_are_named() {
        let message = |text: &str| text.parse::<GitlabFault>().expect_err("a mistake").to_string();
        assert!(message("gitlab").starts_with("there is no fault `gitlab`; there are: gitlab-bad-token, "));
        assert!(message("gitlab-no-totals=soon").contains("`soon` is not understood"));
    }
}
