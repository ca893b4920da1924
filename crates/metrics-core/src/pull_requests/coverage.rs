//! Up to when the pull requests of single repositories are imported.

use hashbrown::HashMap;
use model::Instant;
use model::columns::Raw;

use crate::coverage::{Coverage, NEVER, PULL_REQUEST_SCOPES, reached};
use crate::selection::Chosen;

/// How far the imports of pull requests reach, for each repository and for all together.
pub(super) struct RepositoryCoverage {
    /// How far each repository was imported without a gap, by its present `org/name`.
    by_name: HashMap<String, Instant>,
    all: Instant,
}

impl RepositoryCoverage {
    /// From the imports recorded in the data, as far as a selection needs them.
    pub(super) fn of(raw: &Raw, as_of: Instant, chosen: &Chosen) -> Self {
        let names: HashMap<&str, String> = raw
            .repositories
            .iter()
            .map(|repository| (repository.id.as_str(), format!("{}/{}", repository.org, repository.name)))
            .collect();
        let by_name = reached(raw, &PULL_REQUEST_SCOPES, chosen)
            .into_iter()
            .map(|((_, subject), reached)| {
                let name = names.get(subject).cloned().unwrap_or_else(|| reached.label.to_owned());
                (name, reached.until.unwrap_or(NEVER).min(as_of))
            })
            .collect();
        Self { by_name, all: Coverage::of(raw, &PULL_REQUEST_SCOPES, as_of, chosen).until }
    }

    /// Of one repository; without imports of its own, as far as all do.
    pub(super) fn repository(&self, full_name: &str) -> Instant {
        self.by_name.get(full_name).copied().unwrap_or(self.all)
    }

    /// Of all repositories together.
    pub(super) fn all(&self) -> Instant {
        self.all
    }
}
