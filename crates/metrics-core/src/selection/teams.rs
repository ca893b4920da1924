//! Teams of a selection: what is theirs by label, repository, board and author.

use hashbrown::{HashMap, HashSet};
use model::columns::Dictionary;
use model::names::comparable;
use model::rules::{Rules, Team};

/// The selected teams, and all teams together.
#[derive(Clone, Debug)]
pub(super) struct Teams {
    pub(super) selected: Members,
    pub(super) any: Members,
}

impl Teams {
    /// Those of some names.
    pub(super) fn of(names: &[String], rules: &Rules) -> Self {
        let selected = rules.teams.iter().filter(|(name, _)| names.contains(&comparable(name))).map(|(_, team)| team);
        Self { selected: Members::of(selected), any: Members::of(rules.teams.values()) }
    }

    /// Whether what carries labels, joined by `;`, is of a selected team by one of them; `None` where none is a team's.
    fn say(&self, labels: &str) -> Option<bool> {
        let of_teams: Vec<String> =
            labels.split(';').map(comparable).filter(|label| self.any.labels.contains(label)).collect();
        let is_selected = of_teams.iter().any(|label| self.selected.labels.contains(label));
        (!of_teams.is_empty()).then_some(is_selected)
    }
}

/// Labels, repositories, boards, people and names in a ticket tracker of some teams: comparable names.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    labels: HashSet<String>,
    repositories: HashSet<String>,
    pub(super) projects: HashSet<String>,
    pub(super) people: HashSet<String>,
    pub(super) ticket_teams: HashSet<String>,
}

impl Members {
    fn of<'a>(teams: impl Iterator<Item = &'a Team>) -> Self {
        let mut members = Self::default();
        for team in teams {
            members.labels.extend(team.labels.iter().map(|label| comparable(label)));
            members.repositories.extend(team.repos.iter().map(|name| comparable(name)));
            members.projects.extend(team.projects.iter().map(|id| id.trim().to_owned()));
            members.ticket_teams.extend(team.ticket_teams.iter().map(|key| comparable(key)));
            let people = team.users.iter().map(|member| comparable(&member.github));
            members.people.extend(people.filter(|login| !login.is_empty()));
        }
        members
    }

    pub(super) fn has_labels(&self) -> bool {
        !self.labels.is_empty()
    }

    pub(super) fn has_repository(&self, name: &RepositoryName) -> bool {
        self.repositories.contains(&name.full) || self.repositories.contains(&name.bare)
    }
}

/// A repository's names, comparable.
pub(super) struct RepositoryName {
    pub(super) full: String,
    pub(super) bare: String,
}

impl RepositoryName {
    pub(super) fn new(org: &str, name: &str) -> Self {
        let bare = comparable(name);
        let full =
            if org.trim().is_empty() { bare.clone() } else { comparable(&format!("{}/{}", org.trim(), name.trim())) };
        Self { full, bare }
    }

    /// From `org/name`, or a bare name.
    pub(super) fn parse(full: &str) -> Self {
        let bare = full.rsplit('/').next().unwrap_or(full);
        Self { full: comparable(full), bare: comparable(bare) }
    }
}

/// What labels say of teams, by their codes: those that are of no team are left out.
pub(crate) struct LabelTeams(HashMap<u32, bool>);

impl LabelTeams {
    /// Of the labels with some codes.
    pub(super) fn of(teams: &Teams, dictionary: &Dictionary, codes: impl Iterator<Item = u32>) -> Self {
        let mut said: HashMap<u32, Option<bool>> = HashMap::new();
        for code in codes {
            said.entry(code).or_insert_with(|| teams.say(&dictionary.text(code)));
        }
        Self(said.into_iter().filter_map(|(code, said)| Some((code, said?))).collect())
    }

    /// Whether what carries some labels is of a selected team by one of them; `None` where none is a team's.
    pub(crate) fn say(&self, labels: u32) -> Option<bool> {
        self.0.get(&labels).copied()
    }
}
