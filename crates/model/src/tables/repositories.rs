//! `repository.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

/// Repositories of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "repository", key("org", "repo", "host"))]
pub struct Repository {
    /// Organisation that was imported.
    #[raw(original, required)]
    pub org: String,
    /// Name without owner.
    #[raw(name = "repo", original, required)]
    pub name: String,
    /// Login of the owner.
    #[raw(original)]
    pub owner: String,
    /// Whether it is private.
    #[raw(original)]
    pub private: bool,
    /// Node id, empty until the API has shown it.
    pub id: String,
    /// Whether it is archived.
    pub archived: bool,
    /// Host of the provider, `github.com`.
    pub host: String,
    /// Default branch, empty until the API has shown it.
    pub default_branch: String,
}
