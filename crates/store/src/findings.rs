//! Findings about stored rows that storing a page made plain.

use std::collections::BTreeMap;

/// A kind of thing that has an id and a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Repositories.
    Repository,
    /// Boards.
    Board,
    /// Issues.
    Issue,
    /// Pull requests.
    PullRequest,
    /// Reviews: pull requests whose reviews it is about.
    Review,
    /// Cards on boards.
    Card,
}

impl Kind {
    /// Its raw table.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Board => "project",
            Self::Issue => "issue",
            Self::PullRequest => "pr",
            Self::Review => "pr_review",
            Self::Card => "project_item",
        }
    }

    fn counted(self, count: u64) -> String {
        let (one, several) = match self {
            Self::Repository => ("repository", "repositories"),
            Self::Board => ("board", "boards"),
            Self::Issue => ("issue", "issues"),
            Self::PullRequest => ("pull request", "pull requests"),
            Self::Review => ("pull request's reviews", "pull requests' reviews"),
            Self::Card => ("card", "cards"),
        };
        if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Finding {
    /// The provider gave a new id to a row, which it found by its place.
    NewIds,
    /// Two rows were one thing, and are one row now.
    Doubles,
    /// A row had to leave its place to another thing.
    Displaced,
    /// A row came to a new place under a new id.
    Transferred,
    /// The provider has it no longer.
    Gone,
    /// What it showed before is not shown any more, and stays.
    Hidden,
}

/// One finding, and how often it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What.
    pub finding: Finding,
    /// About which kind of thing.
    pub kind: Kind,
    /// Where: `org/name` of the repository, the name of the board, or the organisation.
    pub place: String,
    /// How many rows.
    pub count: u64,
}

/// Findings, each once with its count, in the order in which they were first made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    all: Vec<Found>,
}

impl Findings {
    /// Adds so many.
    pub fn add(&mut self, finding: Finding, kind: Kind, place: &str, count: u64) {
        if count == 0 {
            return;
        }
        let same = |found: &&mut Found| found.finding == finding && found.kind == kind && found.place == place;
        match self.all.iter_mut().find(same) {
            Some(found) => found.count += count,
            None => self.all.push(Found { finding, kind, place: place.to_owned(), count }),
        }
    }

    /// Adds all of another page.
    pub fn append(&mut self, other: &Self) {
        for found in &other.all {
            self.add(found.finding, found.kind, &found.place, found.count);
        }
    }

    /// One sentence for each kind of finding, about what a provider showed.
    pub fn sentences(&self, provider: &str) -> Vec<String> {
        let mut findings: Vec<Finding> = Vec::new();
        for found in &self.all {
            if !findings.contains(&found.finding) {
                findings.push(found.finding);
            }
        }
        let of = |finding| self.all.iter().filter(move |found: &&Found| found.finding == finding);
        findings.into_iter().map(|finding| sentence(finding, &of(finding).collect::<Vec<_>>(), provider)).collect()
    }

    /// Those of one kind, and the others.
    pub fn parted(self, finding: Finding) -> (Self, Self) {
        let (these, others) = self.all.into_iter().partition(|found| found.finding == finding);
        (Self { all: these }, Self { all: others })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Found> {
        self.all.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

fn sentence(finding: Finding, all: &[&Found], provider: &str) -> String {
    let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
    for found in all {
        *counts.entry(found.kind).or_default() += found.count;
    }
    let rows: Vec<String> = counts.iter().map(|(kind, count)| kind.counted(*count)).collect();
    let place = match all {
        [one] => format!(" of {}", one.place),
        _ => String::new(),
    };
    let rows = rows.join(", ") + &place;
    let one = counts.values().sum::<u64>() == 1;
    match finding {
        Finding::NewIds if one => format!("{provider} gave a new id to {rows}; it is the same row"),
        Finding::NewIds => format!("{provider} gave new ids to {rows}; they are the same rows"),
        Finding::Doubles if one => format!("{rows} was stored twice, and is one row now"),
        Finding::Doubles => format!("{rows} were stored twice, and are one row each now"),
        Finding::Displaced => format!("{rows} left the place to another one that {provider} showed there later"),
        Finding::Transferred if one => format!("{rows} came from another repository; it is the same row"),
        Finding::Transferred => format!("{rows} came from another repository; they are the same rows"),
        Finding::Gone if one => format!("{provider} has {rows} no longer; the row stays, with the date"),
        Finding::Gone => format!("{provider} has {rows} no longer; the rows stay, with the date"),
        Finding::Hidden => format!("{provider} does not show what is on {rows} any more, what was stored stays"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_findings_are_counted_and_said_in_one_sentence() {
        let mut findings = Findings::default();
        findings.add(Finding::NewIds, Kind::Issue, "acme/shop", 0);
        assert!(findings.is_empty());
        findings.add(Finding::NewIds, Kind::Issue, "acme/shop", 1);
        findings.add(Finding::NewIds, Kind::PullRequest, "acme/shop", 1);
        findings.add(Finding::NewIds, Kind::Issue, "acme/web", 1);
        findings.add(Finding::Gone, Kind::Issue, "acme/shop", 1);
        let mut all = findings.clone();
        all.append(&findings);
        assert_eq!(
            all.sentences("GitHub"),
            [
                "GitHub gave new ids to 4 issues, 2 pull requests; they are the same rows",
                "GitHub has 2 issues of acme/shop no longer; the rows stay, with the date",
            ]
        );
        assert_eq!(all.iter().count(), 4);
        assert!(!all.is_empty());
    }
}
