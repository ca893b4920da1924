//! What storing a page made plain about rows that were stored before.

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
            Self::Card => "project_item",
        }
    }

    fn counted(self, count: u64) -> String {
        let (one, several) = match self {
            Self::Repository => ("repository", "repositories"),
            Self::Board => ("board", "boards"),
            Self::Issue => ("issue", "issues"),
            Self::PullRequest => ("pull request", "pull requests"),
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

impl Found {
    /// The finding as a sentence about what a provider showed.
    pub fn sentence(&self, provider: &str) -> String {
        let (rows, place) = (self.kind.counted(self.count), &self.place);
        let one = self.count == 1;
        match self.finding {
            Finding::NewIds if one => format!("{provider} gave a new id to {rows} of {place}; it is the same row"),
            Finding::NewIds => format!("{provider} gave new ids to {rows} of {place}; they are the same rows"),
            Finding::Doubles if one => format!("{rows} of {place} was stored twice, and is one row now"),
            Finding::Doubles => format!("{rows} of {place} were stored twice, and are one row each now"),
            Finding::Displaced => {
                format!("{rows} of {place} left the place to another one that {provider} showed there later")
            }
            Finding::Transferred if one => format!("{rows} came to {place} from another place; it is the same row"),
            Finding::Transferred => format!("{rows} came to {place} from another place; they are the same rows"),
            Finding::Gone if one => format!("{provider} has {rows} of {place} no longer; its row stays, dated"),
            Finding::Gone => format!("{provider} has {rows} of {place} no longer; their rows stay, dated"),
        }
    }
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

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Found> {
        self.all.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
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
        let said: Vec<String> = all.iter().map(|found| found.sentence("GitHub")).collect();
        assert_eq!(
            said,
            [
                "GitHub gave new ids to 2 issues of acme/shop; they are the same rows",
                "GitHub gave new ids to 2 pull requests of acme/shop; they are the same rows",
                "GitHub gave new ids to 2 issues of acme/web; they are the same rows",
                "GitHub has 2 issues of acme/shop no longer; their rows stay, dated",
            ]
        );
        assert!(!all.is_empty());
    }
}
