//! Faults: what can go wrong, when it does, and how it is written on a command line.

use std::str::FromStr;

use super::fault_table::TABLE;
use crate::fault_setting::{self, FaultError, Written};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FaultKind {
    /// The hourly points are used up: 200 with `RATE_LIMITED`.
    PrimaryLimit,
    /// The same in the newer form: 200 with `RATE_LIMIT` and a code, points seem to be left.
    PrimaryLimitNewForm,
    /// Secondary limit as 200 with errors.
    Secondary200,
    /// Secondary limit as 403 without a hint how long.
    Secondary403,
    /// Secondary limit as 429 with seconds.
    Secondary429Seconds,
    /// Secondary limit as 429 with a date.
    Secondary429Date,
    /// Secondary limit as 429 without a hint.
    Secondary429Bare,
    /// The old abuse text as 403 with seconds.
    Abuse403,
    /// The token lacks a single sign-on: 200 with `FORBIDDEN`.
    Saml200,
    /// The same as 403.
    Saml403,
    /// The token lacks `read:project`.
    NoScope,
    /// The token is wrong.
    BadToken,
    /// The organisation cannot be found.
    UnknownOrg,
    /// The token may not see one repository.
    NoAccess,
    /// 502 with a page of HTML.
    BadGateway,
    /// 504.
    GatewayTimeout,
    /// 502 for pages above a size.
    BadGatewayAbove,
    /// Partial data because the query needs too much.
    ResourceLimits,
    /// The reply ends in the middle.
    TruncatedBody,
    /// The connection breaks without a reply.
    ConnectionReset,
    /// Every reply takes a while.
    Slow,
    /// Some entries of a list are null.
    NullNodes,
    /// The last entry of a page comes again on the next one.
    DuplicateItems,
    /// Entries move to another page while pages are read.
    MovingItems,
    /// No limits and no word about them, as on GitHub Enterprise Server.
    RateLimitNull,
    /// One entry of a list is null and reported as not found.
    PartialNotFound,
    /// Some entries of a list are null, without an error.
    SilentNulls,
    /// Lists count more objects than they give.
    LargerTotals,
    /// Issues and pull requests seem to be on no board, without an error.
    NoProjectItems,
    /// Cards seem to have no values in any field, without an error.
    NoFieldValues,
    /// All cards are redacted.
    RedactedCards,
    /// The token may not see what the organisation is billed.
    NoBilling,
    /// The token may not see check suites.
    NoChecks,
    /// Check suites of attempts before the last one list no jobs.
    LastChecksOnly,
    /// The `Date` header is ahead of the provider's time.
    DateAhead,
    /// The `Date` header is behind the provider's time.
    DateBehind,
}

/// On which calls a fault occurs; calls are counted from one, for each fault on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// On every call.
    Always,
    /// On every n-th call.
    Every(u64),
    /// On the first n calls.
    First(u64),
    /// On the n-th call only.
    At(u64),
}

impl Occurrence {
    /// Whether the fault occurs on a call, counted from one.
    pub fn includes(self, call: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Every(n) => call.is_multiple_of(n.max(1)),
            Self::First(n) => call <= n,
            Self::At(n) => call == n,
        }
    }

    /// Reads `every:7`, `first:2`, `at:3` or `always`; `None` for anything else.
    pub(crate) fn from_setting(setting: &str) -> Option<Self> {
        if setting == "always" {
            return Some(Self::Always);
        }
        let (word, number) = setting.split_once(':')?;
        let number = number.parse().ok().filter(|number| *number > 0)?;
        match word {
            "every" => Some(Self::Every(number)),
            "first" => Some(Self::First(number)),
            "at" => Some(Self::At(number)),
            _ => None,
        }
    }
}

/// A fault with its settings.
///
/// Read from `NAME` or `NAME=VALUE`, the value being settings with commas between them: `every:7`, `first:2`, `at:3`,
/// `always`, and one bare word for what the fault takes (seconds, milliseconds, a page size, a repository):
/// `secondary-429-seconds=every:5,2`.
///
/// ```
/// use sandbox::server::{Fault, FaultKind, Occurrence};
///
/// let fault: Fault = "primary-limit=first:1,3".parse().unwrap();
/// assert_eq!((fault.kind, fault.occurrence, fault.amount), (FaultKind::PrimaryLimit, Occurrence::First(1), 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// When.
    pub occurrence: Occurrence,
    /// Seconds to wait for limits or of a wrong date, milliseconds for [`FaultKind::Slow`], entries for
    /// [`FaultKind::BadGatewayAbove`] and [`FaultKind::LargerTotals`].
    pub amount: u64,
    /// Name of the repository for [`FaultKind::NoAccess`].
    pub repository: Option<String>,
}

impl Fault {
    /// The fault with its default settings.
    pub fn new(kind: FaultKind) -> Self {
        let entry = TABLE.iter().find(|entry| entry.kind == kind).expect("every kind is in the table, a test says so");
        Self { kind, occurrence: entry.occurrence, amount: entry.amount, repository: None }
    }

    /// The name on the command line.
    pub fn name(&self) -> &'static str {
        TABLE.iter().find(|entry| entry.kind == self.kind).map_or("", |entry| entry.name)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let written = fault_setting::read(TABLE, text)?;
        if written.kind == FaultKind::NoAccess && written.word.is_none() {
            return Err(FaultError::NoRepository);
        }
        let Written { kind, occurrence, amount, word } = written;
        Ok(Self { kind, occurrence, amount, repository: word })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault_setting::Takes;

    #[test]
    fn every_name_reads_back_as_its_fault() {
        for entry in TABLE {
            let text = if entry.takes == Takes::Repository { format!("{}=web", entry.name) } else { entry.name.into() };
            let fault: Fault = text.parse().expect("a name of the table");
            assert_eq!((fault.kind, fault.name()), (entry.kind, entry.name));
        }
    }

    #[test]
    fn settings_say_when_and_how_much() {
        let fault: Fault = "secondary-429-seconds=every:4,3".parse().expect("valid");
        assert_eq!((fault.occurrence, fault.amount), (Occurrence::Every(4), 3));
        let hits: Vec<u64> = (1..=8).filter(|call| fault.occurrence.includes(*call)).collect();
        assert_eq!(hits, [4, 8]);
        let fault: Fault = "slow=5".parse().expect("valid");
        assert_eq!((fault.occurrence, fault.amount), (Occurrence::Always, 5));
        let fault: Fault = "no-access=web,first:2".parse().expect("valid");
        assert_eq!((fault.occurrence, fault.repository.as_deref()), (Occurrence::First(2), Some("web")));
    }

    #[test]
    fn mistakes_are_named() {
        let message = |text: &str| text.parse::<Fault>().expect_err("a mistake").to_string();
        assert!(message("secondary").starts_with("there is no fault `secondary`; there are: primary-limit, "));
        assert_eq!(
            message("bad-gateway=soon"),
            "fault `bad-gateway`: `soon` is not understood; give `every:N`, `first:N`, `at:N` or `always`, and nothing \
             else"
        );
        assert!(message("slow=every:0").contains("`every:0` is not understood"));
        assert_eq!(message("no-access"), "fault `no-access` needs the name of a repository: no-access=REPO");
    }
}
