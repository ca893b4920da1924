//! OAuth scopes of classic tokens: granted, required, missing.

use std::fmt;

/// The scopes that an import needs.
const NEEDED: [&str; 3] = ["repo", "read:org", "read:project"];

/// A token lacks scopes that a query needs. The cause behind an error of kind `Unauthorized`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingScopes {
    /// Scopes that are missing, where the provider says so.
    pub scopes: Vec<String>,
}

impl fmt::Display for MissingScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scopes.as_slice() {
            [] => f.write_str("the token lacks a scope"),
            [one] => write!(f, "the token lacks the scope {one}"),
            several => write!(f, "the token lacks the scopes {}", several.join(", ")),
        }
    }
}

impl std::error::Error for MissingScopes {}

/// Reads the header `X-OAuth-Scopes`. Fine-grained tokens and apps do not have it.
pub(crate) fn granted(header: &str) -> Vec<String> {
    header.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

/// Which of the needed scopes are neither granted nor part of a granted one.
pub(crate) fn missing(granted: &[String]) -> Vec<String> {
    let has = |scope: &str| granted.iter().any(|one| one == scope);
    NEEDED
        .into_iter()
        .filter(|needed| {
            !(has(needed)
                || match *needed {
                    "read:org" => has("write:org") || has("admin:org"),
                    "read:project" => has("project"),
                    _ => false,
                })
        })
        .map(str::to_owned)
        .collect()
}

/// The scopes named as required in GitHub's message
/// `… requires one of the following scopes: ['read:project'], but your token has only been granted the: ['repo'] …`.
pub(crate) fn named_as_required(message: &str) -> Vec<String> {
    let Some((_, rest)) = message.split_once("following scopes: [") else { return vec![] };
    let Some((list, _)) = rest.split_once(']') else { return vec![] };
    list.split(',').map(|scope| scope.trim().trim_matches('\'').to_owned()).filter(|scope| !scope.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_scope_covers_a_narrower_one() {
        assert_eq!(missing(&granted("repo, admin:org, project")), Vec::<String>::new());
        assert_eq!(missing(&granted("public_repo, gist")), ["repo", "read:org", "read:project"]);
        assert_eq!(missing(&granted("repo,read:org")), ["read:project"]);
        assert_eq!(missing(&granted("")).len(), 3);
    }

    #[test]
    fn the_required_scope_is_read_from_githubs_sentence() {
        let message = "Your token has not been granted the required scopes to execute this query. The 'projectsV2' field \
                       requires one of the following scopes: ['read:project'], but your token has only been granted the: \
                       ['read:org', 'repo'] scopes. Please modify your token's scopes at: https://github.com/settings/tokens.";
        assert_eq!(named_as_required(message), ["read:project"]);
        assert_eq!(named_as_required("no list here"), Vec::<String>::new());
    }
}
