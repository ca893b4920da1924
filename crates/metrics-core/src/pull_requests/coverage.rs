//! Up to when the pull requests of single repositories are imported.

use hashbrown::HashMap;
use model::Instant;
use model::columns::Raw;

use crate::coverage::{Coverage, PULL_REQUEST_SCOPES};

/// How far the imports of pull requests reach, for each repository and for all together.
pub(super) struct RepositoryCoverage<'a> {
    /// Newest successful import by `org/name`; the empty name is a whole organisation.
    by_subject: HashMap<&'a str, Instant>,
    all: Instant,
}

impl<'a> RepositoryCoverage<'a> {
    /// From the imports recorded in the data.
    pub(super) fn of(raw: &'a Raw, as_of: Instant) -> Self {
        let mut by_subject: HashMap<&str, Instant> = HashMap::new();
        for run in raw.imports.iter().filter(|run| run.outcome == "ok") {
            if let Some(to) = run.covered_to.filter(|_| PULL_REQUEST_SCOPES.contains(&run.scope.as_str())) {
                let to = to.min(as_of);
                let newest = by_subject.entry(&run.subject).or_insert(to);
                *newest = to.max(*newest);
            }
        }
        Self { by_subject, all: Coverage::new(raw, &PULL_REQUEST_SCOPES, as_of).until }
    }

    /// Of one repository: its own imports or those of its organisation, whichever reach further; without any,
    /// as far as all do.
    pub(super) fn repository(&self, full_name: &str) -> Instant {
        let of = |subject: &str| self.by_subject.get(subject).copied();
        of(full_name).max(of("")).unwrap_or(self.all)
    }

    /// Of all repositories together.
    pub(super) fn all(&self) -> Instant {
        self.all
    }
}
