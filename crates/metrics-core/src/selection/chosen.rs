//! A selection, ready to be asked about rows, boards and imports.

use std::ops::Range;

use chrono::NaiveDate;
use chrono_tz::Tz;
use hashbrown::HashMap;
use model::Instant;
use model::columns::{CodeColumn, Dictionary, IssueColumns, PullRequestColumns, Raw};
use model::names::comparable;
use model::rules::Rules;

use super::teams::{LabelTeams, Members, RepositoryName, Teams};
use super::{Bots, Selection};
use crate::calendar::day_start;
use crate::logins::BotLogins;
use crate::totals::board_of_key;

/// A selection under some rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    /// Whether nothing is left out.
    is_everything: bool,
    /// Ids of boards, trimmed.
    projects: Vec<String>,
    /// Repositories, comparable.
    repositories: Vec<String>,
    /// Services, comparable.
    services: Vec<String>,
    /// Types, comparable.
    types: Vec<String>,
    bots: Option<Bots>,
    /// As [`Selection::default_branch`].
    pub(crate) only_default_branch: bool,
    /// Configured logins of bots.
    bot_logins: Vec<String>,
    /// Names of teams, comparable.
    team_names: Vec<String>,
    teams: Option<Teams>,
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
    /// As [`Selection::at`].
    pub(crate) at: Option<Instant>,
}

/// Where a row counts as far as filters by repository, team and author go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Membership {
    /// Nowhere.
    Nowhere,
    /// Only while it is on a board of a selected team.
    OnTeamBoards,
    /// On boards of selected teams and where there is no team's board: nothing but its author says whose it is.
    ByAuthor,
    /// Everywhere.
    Everywhere,
}

/// What a board is to a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BoardStanding {
    /// Whether the filter by project keeps it.
    pub(crate) is_selected: bool,
    /// Whether it is of a selected team.
    in_team: bool,
    /// Whether it is of any team.
    in_any_team: bool,
}

impl Membership {
    /// Whether a row counts while it is on a board.
    pub(crate) fn counts_on(self, board: BoardStanding) -> bool {
        let of_team = match self {
            Self::Nowhere => false,
            Self::OnTeamBoards => board.in_team,
            Self::ByAuthor => board.in_team || !board.in_any_team,
            Self::Everywhere => true,
        };
        board.is_selected && of_team
    }
}

impl Chosen {
    /// Everything.
    pub(crate) fn everything() -> Self {
        Self { is_everything: true, ..Self::default() }
    }

    /// A selection under some rules.
    pub(crate) fn new(selection: &Selection, rules: &Rules) -> Self {
        let team_names: Vec<String> = selection.teams.iter().map(|name| comparable(name)).collect();
        Self {
            is_everything: selection.is_everything(),
            projects: selection.projects.iter().map(|id| board_of_key(id.trim()).to_owned()).collect(),
            repositories: selection.repositories.iter().map(|name| comparable(name)).collect(),
            services: selection.services.iter().map(|name| comparable(name)).collect(),
            types: selection.types.iter().map(|kind| comparable(kind)).collect(),
            bots: selection.bots,
            only_default_branch: selection.default_branch,
            bot_logins: rules.bots.clone(),
            teams: (!team_names.is_empty()).then(|| Teams::of(&team_names, rules)),
            team_names,
            from: selection.from,
            to: selection.to,
            at: selection.at,
        }
    }

    /// Whether nothing is left out and every table does what it does by default.
    pub(crate) fn is_everything(&self) -> bool {
        self.is_everything
    }

    /// Whether what bots opened counts in tables that leave it out by default.
    pub(crate) fn includes_bots(&self) -> bool {
        self.bots == Some(Bots::Include)
    }

    /// The range of days in microseconds, half open; without bounds, all of time.
    pub(crate) fn days(&self, zone: Tz) -> Range<i64> {
        let after = self.to.and_then(|day| day.succ_opt());
        let start = |day: NaiveDate| day_start(zone, day).micros();
        self.from.map_or(i64::MIN, start)..after.map_or(i64::MAX, start)
    }

    /// Where each issue counts, types and boards aside.
    pub(crate) fn issues(&self, raw: &Raw) -> Vec<Membership> {
        let IssueColumns { org, repo, creator, labels, .. } = &raw.issues;
        let mut rows = Rows::new(self, &raw.dictionary, labels);
        let membership = |row: usize| rows.membership((org[row], repo[row]), labels[row], creator[row], false);
        (0..raw.issues.id.len()).map(membership).collect()
    }

    /// Whether each pull request counts. A pull request is on no board.
    pub(crate) fn pull_requests(&self, raw: &Raw) -> Vec<bool> {
        let PullRequestColumns { org, repo, creator, creator_is_bot, labels, team, .. } = &raw.pull_requests;
        let mut rows = Rows::new(self, &raw.dictionary, labels);
        let counts = |row: usize| {
            if let Some(is_pushed_under) = self.is_pushed_under(&raw.dictionary.text(team[row])) {
                let name = RepositoryName::new(&raw.dictionary.text(org[row]), &raw.dictionary.text(repo[row]));
                let is_of_bot = rows.bots.as_ref().is_some_and(|bots| bots.contains(creator[row], creator_is_bot[row]));
                return is_pushed_under && !is_of_bot && self.keeps_repository(&name);
            }
            let membership = rows.membership((org[row], repo[row]), labels[row], creator[row], creator_is_bot[row]);
            matches!(membership, Membership::Everywhere | Membership::ByAuthor)
        };
        (0..raw.pull_requests.id.len()).map(counts).collect()
    }

    /// Whether what was pushed under the name of a team is of a selected one; `None` of what was not, and where no team is
    /// selected.
    fn is_pushed_under(&self, team: &str) -> Option<bool> {
        (!team.is_empty() && self.teams.is_some()).then(|| self.team_names.contains(&comparable(team)))
    }

    /// Whether issues of a type count.
    pub(crate) fn has_type(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.contains(&comparable(kind))
    }

    /// Whether a ticket counts, by its tracker's key of its team and its type: it is of no repository and on no board.
    pub(crate) fn has_ticket(&self, team: &str, kind: &str) -> bool {
        let of_team = |teams: &Teams| teams.selected.ticket_teams.contains(&comparable(team));
        let is_placed = self.repositories.is_empty() && self.projects.is_empty();
        is_placed && self.has_type(kind) && self.teams.as_ref().is_none_or(of_team)
    }

    /// Whether only some services are selected.
    pub(crate) fn names_services(&self) -> bool {
        !self.services.is_empty()
    }

    /// Whether what is delivered of a service counts.
    pub(crate) fn has_service(&self, name: &str) -> bool {
        self.services.is_empty() || self.services.contains(&comparable(name))
    }

    /// Whether only some repositories are selected.
    pub(crate) fn names_repositories(&self) -> bool {
        !self.repositories.is_empty()
    }

    /// Whether nothing that is delivered is left out, the changes of bots aside.
    pub(crate) fn is_all_of_delivery(&self) -> bool {
        self.services.is_empty() && self.repositories.is_empty() && self.teams.is_none()
    }

    /// Whether what is deployed from a repository counts, `org/name`: a deployment belongs to the teams of its repository
    /// and to no author.
    pub(crate) fn delivers_from(&self, full_name: &str) -> bool {
        let name = RepositoryName::parse(full_name);
        self.keeps_repository(&name) && self.teams.as_ref().is_none_or(|teams| teams.selected.has_repository(&name))
    }

    /// Whether something that is deployed from a repository may count, `org/name`: what serves a change with a label of a
    /// selected team does, whatever repository it is of.
    pub(crate) fn may_deliver_from(&self, full_name: &str) -> bool {
        let has_labels = self.teams.as_ref().is_some_and(|teams| teams.selected.has_labels());
        let is_kept = || self.keeps_repository(&RepositoryName::parse(full_name));
        self.delivers_from(full_name) || (has_labels && is_kept())
    }

    /// What the labels with some codes say of the teams; `None` where no team is selected or none has labels.
    pub(crate) fn label_teams(&self, dictionary: &Dictionary, codes: impl Iterator<Item = u32>) -> Option<LabelTeams> {
        let teams = self.teams.as_ref().filter(|teams| teams.any.has_labels())?;
        Some(LabelTeams::of(teams, dictionary, codes))
    }

    /// Whether each pull request counts as a change of what is delivered from its repository, by who opened it.
    pub(crate) fn changes(&self, raw: &Raw) -> Vec<bool> {
        let PullRequestColumns { creator, creator_is_bot, .. } = &raw.pull_requests;
        let excludes_bots = self.bots == Some(Bots::Exclude);
        let bots = excludes_bots.then(|| BotLogins::of(&raw.dictionary, &self.bot_logins));
        let counts = |row: usize| bots.as_ref().is_none_or(|bots| !bots.contains(creator[row], creator_is_bot[row]));
        (0..raw.pull_requests.id.len()).map(counts).collect()
    }

    /// The same selection of each of its teams, by their names in the rules, in order; of all teams where it names none.
    pub(crate) fn by_team<'r>(&self, rules: &'r Rules) -> impl Iterator<Item = (&'r str, Self)> + use<'_, 'r> {
        let is_selected = |name: &&String| self.team_names.is_empty() || self.team_names.contains(&comparable(name));
        rules.teams.keys().filter(is_selected).map(|name| {
            let team_names = vec![comparable(name)];
            let teams = Some(Teams::of(&team_names, rules));
            (name.as_str(), Self { is_everything: false, team_names, teams, ..self.clone() })
        })
    }

    /// What a board is to the selection; the empty id is no board.
    pub(crate) fn board(&self, id: &str) -> BoardStanding {
        let id = id.trim();
        let is_in = |members: &Members| !id.is_empty() && members.projects.contains(id);
        BoardStanding {
            is_selected: self.projects.is_empty() || self.projects.iter().any(|project| project == id),
            in_team: self.teams.as_ref().is_some_and(|teams| is_in(&teams.selected)),
            in_any_team: self.teams.as_ref().is_some_and(|teams| is_in(&teams.any)),
        }
    }

    /// Whether figures rest on what was imported of a repository, `org/name`; of its issues or its pull requests.
    ///
    /// With teams selected: theirs, those of no team where they have people, all where they have labels, and for issues all
    /// where they have boards.
    pub(crate) fn needs_repository(&self, full_name: &str, of_issues: bool) -> bool {
        let name = RepositoryName::parse(full_name);
        let of_team = self.teams.as_ref().is_none_or(|Teams { selected, any }| {
            let by_board = of_issues && !selected.projects.is_empty();
            let by_author = !any.has_repository(&name) && !selected.people.is_empty();
            selected.has_repository(&name) || selected.has_labels() || by_board || by_author
        });
        self.keeps_repository(&name) && of_team
    }

    fn keeps_repository(&self, name: &RepositoryName) -> bool {
        self.repositories.is_empty() || self.repositories.iter().any(|kept| *kept == name.full || *kept == name.bare)
    }
}

/// Asks about row after row; what was found out about a repository or a person is remembered by code.
struct Rows<'a> {
    chosen: &'a Chosen,
    dictionary: &'a Dictionary,
    bots: Option<BotLogins>,
    label_teams: Option<LabelTeams>,
    of_repository: HashMap<(u32, u32), Membership>,
    is_in_team: HashMap<u32, bool>,
}

impl<'a> Rows<'a> {
    fn new(chosen: &'a Chosen, dictionary: &'a Dictionary, labels: &CodeColumn) -> Self {
        let excludes_bots = chosen.bots == Some(Bots::Exclude);
        let bots = excludes_bots.then(|| BotLogins::of(dictionary, &chosen.bot_logins));
        let label_teams = chosen.label_teams(dictionary, labels.iter().copied());
        Self { chosen, dictionary, bots, label_teams, of_repository: HashMap::new(), is_in_team: HashMap::new() }
    }

    fn membership(&mut self, repository: (u32, u32), labels: u32, creator: u32, api_says_bot: bool) -> Membership {
        if self.bots.as_ref().is_some_and(|bots| bots.contains(creator, api_says_bot)) {
            return Membership::Nowhere;
        }
        let Self { chosen, dictionary, .. } = *self;
        let of_repository = *self.of_repository.entry(repository).or_insert_with(|| {
            let name = RepositoryName::new(&dictionary.text(repository.0), &dictionary.text(repository.1));
            of_repository(chosen, &name)
        });
        if of_repository == Membership::Nowhere {
            return of_repository;
        }
        if let Some(is_selected) = self.label_teams.as_ref().and_then(|teams| teams.say(labels)) {
            return if is_selected { Membership::Everywhere } else { Membership::Nowhere };
        }
        let (Membership::ByAuthor, Some(teams)) = (of_repository, &chosen.teams) else { return of_repository };
        let is_in_team = self.is_in_team.entry(creator);
        let is_in_team =
            *is_in_team.or_insert_with(|| teams.selected.people.contains(&comparable(&dictionary.text(creator))));
        if is_in_team { Membership::ByAuthor } else { Membership::OnTeamBoards }
    }
}

/// What follows from the repository alone; `ByAuthor` where no team has it.
fn of_repository(chosen: &Chosen, name: &RepositoryName) -> Membership {
    if !chosen.keeps_repository(name) {
        return Membership::Nowhere;
    }
    match &chosen.teams {
        None => Membership::Everywhere,
        Some(teams) if teams.selected.has_repository(name) => Membership::Everywhere,
        Some(teams) if teams.any.has_repository(name) => Membership::OnTeamBoards,
        Some(_) => Membership::ByAuthor,
    }
}
