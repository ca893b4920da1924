//! Who is a bot, and in which metrics bots count.

/// Whether bots count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BotPolicy {
    /// As each metric has it.
    #[default]
    Default,
    /// In no metric.
    ExcludeAll,
    /// In every metric.
    IncludeAll,
}

impl BotPolicy {
    /// Its name in the report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::ExcludeAll => "all-excluded",
            Self::IncludeAll => "all-included",
        }
    }

    /// Whether bots are left out where a metric leaves them out by itself or not.
    pub(crate) const fn excludes(self, by_default: bool) -> bool {
        match self {
            Self::Default => by_default,
            Self::ExcludeAll => true,
            Self::IncludeAll => false,
        }
    }
}

/// What the logins of apps end in.
pub(crate) const SUFFIX: &str = "[bot]";

/// Whether an author stays when bots are left out. Nobody knows who a deleted user was: such rows go, too.
pub(crate) fn is_person(author: Option<&str>) -> bool {
    author.is_some_and(|login| {
        let login = login.as_bytes();
        let end = &login[login.len().saturating_sub(SUFFIX.len())..];
        !end.eq_ignore_ascii_case(SUFFIX.as_bytes())
    })
}
