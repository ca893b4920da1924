//! Until when the raw data is complete.

use hashbrown::HashMap;
use model::Instant;
use model::columns::Raw;

/// Scopes of imports that issue figures need.
pub const ISSUE_SCOPES: [&str; 2] = ["issues", "project_items"];
/// Scopes of imports that pull request figures need.
pub const PULL_REQUEST_SCOPES: [&str; 1] = ["pull_requests"];

/// Until when the data is known, and what holds it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Periods that end at or before this instant are complete.
    pub until: Instant,
    /// The scope and subject that was imported least far, where it is behind `as_of`.
    pub held_back_by: Option<String>,
}

impl Coverage {
    /// Coverage of the named scopes: the earliest of `as_of` and of how far each repository and board was
    /// imported.
    ///
    /// What was never imported is not in the data and holds nothing back; neither do archived repositories
    /// and closed boards. Without records of imports (a folder of CSV files) the data reaches to `raw.as_of`.
    pub fn new(raw: &Raw, scopes: &[&str], as_of: Instant) -> Self {
        let mut reached: HashMap<(&str, &str), Instant> = HashMap::new();
        for run in raw.imports.iter().filter(|run| run.outcome == "ok" && scopes.contains(&run.scope.as_str())) {
            if let Some(to) = run.covered_to
                && !is_retired(raw, &run.scope, &run.subject)
            {
                let latest = reached.entry((&run.scope, &run.subject)).or_insert(to);
                *latest = to.max(*latest);
            }
        }
        let least = reached.into_iter().min_by_key(|(subject, to)| (*to, *subject));
        match least {
            Some(((scope, subject), to)) if to < as_of => {
                Self { until: to, held_back_by: Some(format!("{scope} {subject}").trim_end().to_owned()) }
            }
            Some(_) => Self { until: as_of, held_back_by: None },
            None => Self { until: raw.as_of.map_or(as_of, |to| to.min(as_of)), held_back_by: None },
        }
    }

    /// Whether a period that ends at `end` is complete.
    pub fn is_complete(&self, end: Instant) -> bool {
        end <= self.until
    }
}

fn is_retired(raw: &Raw, scope: &str, subject: &str) -> bool {
    match scope {
        "project_items" => {
            raw.projects.iter().any(|project| (project.number_id == subject || project.id == subject) && project.closed)
        }
        _ => raw.repositories.iter().any(|repository| {
            repository.archived && subject.split_once('/') == Some((repository.org.as_str(), repository.name.as_str()))
        }),
    }
}

#[cfg(test)]
mod tests {
    use model::records::{ImportRun, Repository};

    use super::*;

    fn run(subject: &str, outcome: &str, day: i64) -> ImportRun {
        ImportRun {
            scope: "issues".into(),
            subject: subject.into(),
            outcome: outcome.into(),
            covered_to: Some(Instant::from_seconds(day * 86_400)),
            ..ImportRun::default()
        }
    }

    #[test]
    fn the_repository_that_was_imported_least_far_holds_the_figures_back() {
        let imports = vec![run("acme/a", "ok", 10), run("acme/b", "ok", 8), run("acme/b", "failed", 10)];
        let raw = Raw { imports, ..Raw::default() };
        let coverage = Coverage::new(&raw, &ISSUE_SCOPES, Instant::from_seconds(10 * 86_400));
        assert_eq!(coverage.until, Instant::from_seconds(8 * 86_400));
        assert_eq!(coverage.held_back_by.as_deref(), Some("issues acme/b"));
    }

    #[test]
    fn archived_repositories_hold_nothing_back() {
        let old = Repository { org: "acme".into(), name: "old".into(), archived: true, ..Repository::default() };
        let imports = vec![run("acme/a", "ok", 10), run("acme/old", "ok", 3)];
        let raw = Raw { imports, repositories: vec![old], ..Raw::default() };
        let coverage = Coverage::new(&raw, &ISSUE_SCOPES, Instant::from_seconds(9 * 86_400));
        assert_eq!(coverage, Coverage { until: Instant::from_seconds(9 * 86_400), held_back_by: None });
    }

    #[test]
    fn a_folder_reaches_to_its_newest_instant() {
        let raw = Raw { as_of: Some(Instant::from_seconds(5)), ..Raw::default() };
        assert_eq!(Coverage::new(&raw, &ISSUE_SCOPES, Instant::from_seconds(9)).until, Instant::from_seconds(5));
    }
}
