//! Settings of faults, written `NAME` or `NAME=SETTING,SETTING`, and the tables that say what each takes: one reading for
//! those of GitHub, of GitLab and of the clouds.

use crate::server::Occurrence;

/// What the bare word of a fault means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    Seconds,
    Milliseconds,
    Size,
    Polls,
    Repository,
    Subscription,
    Word,
}

impl Takes {
    fn describe(self) -> &'static str {
        match self {
            Self::Nothing => "nothing else",
            Self::Seconds => "a number of seconds",
            Self::Milliseconds => "a number of milliseconds",
            Self::Size => "a page size",
            Self::Polls => "a number of polls",
            Self::Repository => "the name of a repository",
            Self::Subscription => "the id of a subscription",
            Self::Word => "a name",
        }
    }
}

/// A fault as it is set when nothing else is said.
pub(crate) struct Entry<K> {
    pub(crate) kind: K,
    pub(crate) name: &'static str,
    pub(crate) occurrence: Occurrence,
    pub(crate) takes: Takes,
    pub(crate) amount: u64,
    pub(crate) about: &'static str,
}

pub(crate) const fn entry<K: Copy>(
    kind: K,
    name: &'static str,
    occurrence: Occurrence,
    takes: Takes,
    amount: u64,
    about: &'static str,
) -> Entry<K> {
    Entry { kind, name, occurrence, takes, amount, about }
}

/// Why a fault cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultError {
    /// There is no fault of that name.
    #[error("there is no fault `{name}`; there are: {known}")]
    Unknown {
        /// The name as given.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A setting is not one of the known ones.
    #[error(
        "fault `{name}`: `{setting}` is not understood; give `every:N`, `first:N`, `at:N` or `always`, and {takes}"
    )]
    Setting {
        /// Name of the fault.
        name: &'static str,
        /// The setting as given.
        setting: String,
        /// What the fault takes besides.
        takes: &'static str,
    },
    /// `no-access` without a repository.
    #[error("fault `no-access` needs the name of a repository: no-access=REPO")]
    NoRepository,
}

/// A fault as it was written.
pub(crate) struct Written<K> {
    pub(crate) kind: K,
    pub(crate) occurrence: Occurrence,
    pub(crate) amount: u64,
    /// The repository, the subscription or another name.
    pub(crate) word: Option<String>,
}

/// Reads a fault of a table.
pub(crate) fn read<K: Copy>(table: &'static [Entry<K>], text: &str) -> Result<Written<K>, FaultError> {
    let (name, settings) = text.split_once('=').unwrap_or((text, ""));
    let entry = table.iter().find(|entry| entry.name == name.trim()).ok_or_else(|| {
        let known = table.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ");
        FaultError::Unknown { name: name.to_owned(), known }
    })?;
    let mut written = Written { kind: entry.kind, occurrence: entry.occurrence, amount: entry.amount, word: None };
    for setting in settings.split(',').map(str::trim).filter(|setting| !setting.is_empty()) {
        if !apply(&mut written, entry.takes, setting) {
            let takes = entry.takes.describe();
            return Err(FaultError::Setting { name: entry.name, setting: setting.to_owned(), takes });
        }
    }
    Ok(written)
}

fn apply<K>(written: &mut Written<K>, takes: Takes, setting: &str) -> bool {
    if let Some(occurrence) = Occurrence::from_setting(setting) {
        written.occurrence = occurrence;
        return true;
    }
    match takes {
        Takes::Nothing => false,
        Takes::Repository | Takes::Subscription if setting.contains(':') => false,
        Takes::Repository | Takes::Subscription | Takes::Word => {
            written.word = Some(setting.to_owned());
            true
        }
        Takes::Seconds | Takes::Milliseconds | Takes::Size | Takes::Polls => match setting.parse() {
            Ok(amount) => {
                written.amount = amount;
                true
            }
            Err(_) => false,
        },
    }
}
