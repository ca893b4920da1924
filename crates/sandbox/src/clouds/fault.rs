//! Faults of the clouds: what can go wrong, when it does, and how it is written on a command line.

use std::str::FromStr;

use super::fault_table::TABLE;
use crate::fault_setting::{self, FaultError, Written};
use crate::server::Occurrence;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CloudFaultKind {
    /// The client secret is wrong: `invalid_client`, AADSTS7000215.
    AzureBadSecret,
    /// The client secret has expired: `invalid_client`, AADSTS7000222.
    AzureExpiredSecret,
    /// The tenant does not exist: `invalid_request`, AADSTS90002.
    AzureUnknownTenant,
    /// The role is missing, on one subscription or on all: 403.
    AzureNoRole,
    /// All tokens expire at once: 401 until a new one is fetched.
    AzureExpiredToken,
    /// Too many requests although the quota is not used up.
    Azure429,
    /// 502 with a page of HTML.
    Azure502,
    /// The reply ends in the middle.
    AzureTruncatedBody,
    /// The connection breaks without a reply.
    AzureConnectionReset,
    /// Every reply takes a while.
    AzureSlow,
    /// The key is not known: `invalid_grant`.
    GoogleBadKey,
    /// The account may not run jobs.
    GoogleNoJobUser,
    /// The account may not read the data set.
    GoogleNoDataViewer,
    /// There is no table: the export is switched off.
    GoogleNoTable,
    /// There is only the detailed export.
    GoogleOnlyDetailed,
    /// The data set lies elsewhere.
    GoogleWrongLocation,
    /// Jobs take a while.
    GoogleJobSlow,
    /// 403 `rateLimitExceeded`.
    GoogleRateLimit,
    /// 503 `backendError`.
    Google503,
    /// The query would read more bytes than it may.
    GoogleBytesLimit,
    /// The reply ends in the middle.
    GoogleTruncatedBody,
}

/// A fault of the clouds with its settings.
///
/// Read from `NAME` or `NAME=VALUE`, the value being settings with commas between them: `every:7`, `first:2`, `at:3`,
/// `always`, and one bare word for what the fault takes (seconds, milliseconds, polls, a subscription):
/// `azure-429=every:5,2`.
///
/// ```
/// use sandbox::clouds::{CloudFault, CloudFaultKind};
/// use sandbox::server::Occurrence;
///
/// let fault: CloudFault = "azure-429=first:1,3".parse().unwrap();
/// assert_eq!((fault.kind, fault.occurrence, fault.amount), (CloudFaultKind::Azure429, Occurrence::First(1), 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudFault {
    /// What goes wrong.
    pub kind: CloudFaultKind,
    /// When; calls are counted for each fault on its own.
    pub occurrence: Occurrence,
    /// Seconds to wait for limits, milliseconds for slow replies, polls for slow jobs.
    pub amount: u64,
    /// Id of the subscription for [`CloudFaultKind::AzureNoRole`]; `None`: all.
    pub subscription: Option<String>,
}

impl CloudFault {
    /// The fault with its default settings.
    pub fn new(kind: CloudFaultKind) -> Self {
        let entry = TABLE.iter().find(|entry| entry.kind == kind).expect("every kind is in the table, a test says so");
        Self { kind, occurrence: entry.occurrence, amount: entry.amount, subscription: None }
    }

    /// The name on the command line.
    pub fn name(&self) -> &'static str {
        TABLE.iter().find(|entry| entry.kind == self.kind).map_or("", |entry| entry.name)
    }

    /// Whether a text names a fault of the clouds, whatever its settings.
    pub fn is_named_by(text: &str) -> bool {
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        TABLE.iter().any(|entry| entry.name == name.trim())
    }
}

impl FromStr for CloudFault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let Written { kind, occurrence, amount, word } = fault_setting::read(TABLE, text)?;
        Ok(Self { kind, occurrence, amount, subscription: word })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_its_fault() {
        for entry in TABLE {
            let fault: CloudFault = entry.name.parse().expect("a name of the table");
            assert_eq!((fault.kind, fault.name()), (entry.kind, entry.name));
            assert!(CloudFault::is_named_by(entry.name));
        }
        assert!(!CloudFault::is_named_by("slow=3"));
    }

    #[test]
    fn settings_say_when_and_how_much_and_of_what() {
        let fault: CloudFault = "azure-429=every:4,3".parse().expect("valid");
        assert_eq!((fault.occurrence, fault.amount), (Occurrence::Every(4), 3));
        let fault: CloudFault = "azure-no-role=abc-1,first:2".parse().expect("valid");
        assert_eq!((fault.occurrence, fault.subscription.as_deref()), (Occurrence::First(2), Some("abc-1")));
    }

    #[test]
    fn mistakes_are_named() {
        let message = |text: &str| text.parse::<CloudFault>().expect_err("a mistake").to_string();
        assert!(message("azure").starts_with("there is no fault `azure`; there are: azure-bad-secret, "));
        assert_eq!(
            message("azure-429=soon"),
            "fault `azure-429`: `soon` is not understood; give `every:N`, `first:N`, `at:N` or `always`, and a number \
             of seconds"
        );
        assert!(message("azure-no-role=every:0").contains("`every:0` is not understood"));
    }
}
